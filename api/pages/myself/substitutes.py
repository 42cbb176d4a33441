"""我的代理: who stands in for the reader and for whom the reader stands in; naming somebody, and
ending what one has named.

Whoever is given a post can sign as its holder's substitute, so naming asks for confirmation like a
signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.auth.confirming import demand_fresh
from api.context import Duban
from api.pages.forms import Posted, day_in, printable, secret_in, text_in, whole
from api.pages.rendering import account_masthead, show
from api.presenting.fields import Option
from api.presenting.substitutes import (
    StandingIn,
    colleague_options,
    others_posts,
    post_options,
    substitutes_of_mine,
)
from workflow.engine.errors import InvalidInput, Refusal
from workflow.organising import Organising
from workflow.organising.delegating import LONGEST_DAYS
from workflow.store.offices import posts
from workflow.store.offices.changes import Asked, made_by

router = APIRouter()

HERE = "/account/substitutes"
_TYPED = ("person", "post", "begins", "ends", "reason")


@dataclass(frozen=True, slots=True)
class SubstitutesPage:
    """我的代理: `own` are the reader's posts, without which nobody can be named."""

    own: tuple[Option, ...]
    colleagues: tuple[Option, ...]
    mine: tuple[StandingIn, ...]
    others: tuple[StandingIn, ...]
    longest: int
    typed: Mapping[str, str]
    problem: str = ""


@router.get(HERE)
def substitutes(duban: Installation, someone: SignedInPage) -> Response:
    """The page."""
    return _page(duban, someone)


@router.post(HERE)
def name(request: Request, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Let a colleague stand in for the reader."""
    typed = {field: printable(text_in(form, field), 200) for field in _TYPED}
    try:
        who, post = _number(typed["person"], "请选择代理人"), typed["post"]
        begins, ends = day_in(form, "begins"), day_in(form, "ends")
        someone = demand_fresh(duban, someone, secret_in(form, "proof"), request)
        Organising(duban.database).delegate(
            _asked(duban, someone, text_in(form, "request")),
            person=who,
            post=_number(post, "没有这个岗位") if post else None,
            begins=begins,
            ends=ends,
            reason=typed["reason"],
        )
    except Refusal as refusal:
        return _page(duban, someone, refusal, typed)
    return RedirectResponse(HERE, 303)


@router.post(HERE + "/end")
def end(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """End what the reader has named."""
    holding = whole(text_in(form, "holding")) or 0
    try:
        asked = _asked(duban, someone, text_in(form, "request"))
        Organising(duban.database).recall(asked, holding=holding)
    except Refusal as refusal:
        return _page(duban, someone, refusal)
    return RedirectResponse(HERE, 303)


def _asked(duban: Duban, someone: Someone, request: str) -> Asked:
    return Asked(request, duban.clock(), someone.person)


def _number(text: str, otherwise: str) -> int:
    if (number := whole(text)) is None:
        raise InvalidInput(otherwise, {"field": text[:20]})
    return number


def _page(
    duban: Duban,
    someone: Someone,
    refusal: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    with duban.database.reading() as connection:
        page = _read(connection, duban, someone, refusal, typed or dict.fromkeys(_TYPED, ""))
    return show("substitutes.html", page, account_masthead(duban, someone), refused=refusal)


def _read(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    refusal: Refusal | None,
    typed: Mapping[str, str],
) -> SubstitutesPage:
    now, me = duban.clock(), someone.person
    held = posts.held_by(connection, me, now)
    own = [one for one in held if one.kind == "holder" and one.begins_at <= now]
    there = posts.colleagues(connection, {one.unit for one in own}, now)
    standing = posts.standing_in_at(connection, {one.post for one in own}, now)
    named = made_by(connection, me, "holding", [one.id for one in standing])
    return SubstitutesPage(
        own=post_options(own, typed["post"]),
        colleagues=colleague_options([one for one in there if one.person != me], typed["person"]),
        mine=substitutes_of_mine(standing, named),
        others=others_posts([one for one in held if one.kind == "substitute"]),
        longest=LONGEST_DAYS,
        typed=typed,
        problem=refusal.sentence if refusal else "",
    )
