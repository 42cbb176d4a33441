"""Who is asking: the dependencies that give REST and pages the person and the actor.

Somebody is known by the session of their cookie or by a token for REST, and by nothing else: no
header or parameter says who anybody is. What they may do follows from the posts they hold at the
moment of the request.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, NoReturn

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from api.auth.cookies import cookie_of
from api.auth.installation import duban_of
from api.auth.posted import form_of
from api.auth.refusals import Forged, NotSignedIn, SignInFirst
from api.auth.veiling import unveiled
from api.context import Duban
from workflow.engine.case import Actor, Pen
from workflow.engine.errors import Refusal
from workflow.store.offices import administrators
from workflow.store.offices.organisation import posts_of
from workflow.store.people import hashing, sessions, tokens
from workflow.store.people.duties import Duty, duty_of
from workflow.store.people.tokens import Scope

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
_READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Someone:
    """Who is signed in, with the posts held now; `csrf` is None for a program with a token.

    `administers` is the role of an administrator (三员), who holds no post; else None. The actor's
    pen says whether they may sign off at this moment; `scope` how far a program's token reaches;
    `duty` what must be done before anything else; `factor` whether they have a second factor.
    """

    actor: Actor
    person: int
    name: str
    csrf: str | None
    administers: str | None = None
    scope: Scope | None = None
    duty: Duty | None = None
    factor: bool = False


def _by_session(duban: Duban, request: Request, now: datetime) -> Someone | None:
    token, profile = cookie_of(request, duban), duban.settings.sign_in
    if token is None:
        return None
    with duban.database.reading() as connection:
        session = sessions.session_of(connection, token, profile, now)
        if session is None:
            return None
        actor = _actor(connection, session.person, now)
        administers = _administers(connection, actor)
    if now - session.seen_at >= sessions.SEEN_EVERY:
        duban.database.note(partial(sessions.note_use, token=token, now=now))
    fresh = session.confirmed_at is not None and now < session.confirmed_at + profile.confirmed_for
    return Someone(
        replace(actor, pen=Pen.READY if fresh else Pen.ASLEEP),
        session.person,
        session.name,
        session.csrf,
        administers=administers,
        duty=duty_of(session, profile, now, administrator=administers is not None),
        factor=session.factor,
    )


def _by_token(duban: Duban, token: str, now: datetime) -> Someone | None:
    with duban.database.reading() as connection:
        program = tokens.program_of(connection, token, now)
        if program is None:
            return None
        actor = _actor(connection, program.person, now)
        administers = _administers(connection, actor)
    if program.used_at is None or now - program.used_at >= tokens.NOTED_EVERY:
        duban.database.note(partial(tokens.note_token_use, token=token, now=now))
    actor = replace(actor, pen=Pen.NONE)
    return Someone(actor, program.person, program.name, None, administers, program.scope)


def _actor(connection: Connection, person: int, now: datetime) -> Actor:
    """Somebody with their posts; that the account is not disabled, session and token have said."""
    return Actor("person", person, posts_of(connection, person, now))


def _administers(connection: Connection, actor: Actor) -> str | None:
    """The administrator's role of whoever holds no post: the database keeps the two apart."""
    if actor.posts or actor.person is None:
        return None
    return administrators.role_of(connection, actor.person)


def _is_own_write(someone: Someone, given: object) -> bool:
    """Whether a write carries the session's CSRF token; a program with a token of its own needs
    none.
    """
    wanted = someone.csrf
    return wanted is None or (
        isinstance(given, str) and hashing.same_secret(unveiled(given, len(wanted)), wanted)
    )


SOMEONE = "someone"
"""Where `api.gatekeeping.gate` leaves who asks, in the request's scope."""


def who_asks(request: Request, *, with_token: bool) -> Someone:
    """By session, or for programs by the token shown; raises NotSignedIn, for pages SignInFirst."""
    duban = duban_of(request)
    now = duban.clock()
    if not with_token:
        return _by_session(duban, request, now) or _send_to_sign_in(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        someone = _by_token(duban, token, now)
    else:
        someone = _by_session(duban, request, now)
    if someone is None:
        raise NotSignedIn("请先登录，或带上有效的令牌")
    return someone


def recognise(request: Request) -> None:
    """Note who asks, if anybody known does, for an answer that is the same for everybody."""
    try:
        request.scope[SOMEONE] = who_asks(request, with_token=False)
    except (Refusal, SQLAlchemyError):
        return  # then the answer has no masthead


def _send_to_sign_in(request: Request) -> NoReturn:
    query = f"?{request.url.query}" if request.url.query else ""
    raise SignInFirst(request.url.path + query if request.method == "GET" else "/")


_bearer = HTTPBearer(auto_error=False, description="A token made with POST /api/v1/tokens")


async def _known(request: Request) -> Someone:
    """Whom the gate let in."""
    someone: Someone = request.scope[SOMEONE]
    return someone


async def _signed_in(
    request: Request,
    someone: Annotated[Someone, Depends(_known)],
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],  # for the documentation
) -> Someone:
    """For REST: a write by session carries the CSRF header."""
    if request.method not in _READING:
        _check_write(someone, request.headers.get(CSRF_HEADER))
    return someone


def _check_write(someone: Someone, given: object) -> None:
    if not _is_own_write(someone, given):
        raise Forged("页面已过期或请求不是从本系统页面发出的，请刷新后再试")


async def _writing_on_a_page(
    request: Request, someone: Annotated[Someone, Depends(_known)]
) -> Someone:
    """For forms of pages: the CSRF token stands in the form, or in a header sent by a script."""
    given: object = request.headers.get(CSRF_HEADER)
    if given is not None:
        _check_write(someone, given)
        return someone
    form = await form_of(request)
    try:
        _check_write(someone, form.get(CSRF_FIELD))
    except Forged:
        await form.close()  # nobody else will: the files in it
        raise
    return someone


SignedIn = Annotated[Someone, Depends(_signed_in)]
"""Who asks, for REST; 401 without."""

SignedInPage = Annotated[Someone, Depends(_known)]
"""Who reads a page; the browser is sent to sign in without."""

SignedInForm = Annotated[Someone, Depends(_writing_on_a_page)]
"""Who sends a page's form, with the form's CSRF token checked."""
