"""Signing in and out over REST, who one is, one's sessions, and confirming who one is."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.auth import Installation, SignedIn, changing_password, confirming, signing_in
from api.auth.cookies import cookie_of, keep_session
from api.auth.signing_in import Begun
from api.rest.inputs import Body
from workflow.store.people import sessions
from workflow.store.queries import units_by_id

router = APIRouter(tags=["sign-in"])


class SignInBody(Body):
    """A login name and its password."""

    username: str
    password: str


class CodeBody(Body):
    """A code of the authenticator, or a recovery code."""

    code: str


class ProofBody(Body):
    """One's password, or a code of one's authenticator."""

    proof: str


class PasswordBody(Body):
    """A new password; `proof` where the session is not fresh."""

    new: str
    proof: str = ""


class SessionOut(BaseModel):
    """A session has begun: send `csrf` as X-CSRF-Token with every write.

    With `awaits_code` it is only half open: send the code to /sign-in/code next.
    """

    name: str
    csrf: str
    awaits_code: bool


class PostOut(BaseModel):
    """A post held today; `substitute` when it is held for somebody else."""

    unit: str
    unit_name: str
    role: str
    substitute: bool


class MeOut(BaseModel):
    """Who is signed in and through which posts they act; `duty` comes before anything else."""

    name: str
    posts: list[PostOut]
    csrf: str | None
    duty: str | None = Field(description="change_password or set_up_second_factor")


class OneSession(BaseModel):
    """A signed-in browser; `here` is the one that asks."""

    created_at: datetime
    seen_at: datetime
    address: str | None
    browser: str | None
    here: bool


@router.post("/sign-in")
def sign_in(
    body: SignInBody, request: Request, response: Response, duban: Installation
) -> SessionOut:
    """Begin a session kept by a cookie."""
    begun = signing_in.sign_in(duban, body.username, body.password, request)
    keep_session(duban, response, begun.token, begun.known)
    return _out(begun)


@router.post("/sign-in/code")
def give_code(
    body: CodeBody, request: Request, response: Response, duban: Installation
) -> SessionOut:
    """The second step, where `awaits_code` was answered."""
    begun = signing_in.give_code(duban, body.code, request)
    keep_session(duban, response, begun.token, begun.known)
    return _out(begun)


def _out(begun: Begun) -> SessionOut:
    return SessionOut(name=begun.name, csrf=begun.csrf, awaits_code=begun.awaits_code)


@router.post("/sign-out", status_code=204)
def sign_out(request: Request, response: Response, duban: Installation, someone: SignedIn) -> None:
    """End the session of the cookie."""
    signing_in.sign_out(duban, someone.person, request, response)


@router.get("/me")
def me(duban: Installation, someone: SignedIn) -> MeOut:
    """Who is signed in."""
    posts = someone.actor.posts
    with duban.database.reading() as connection:
        rows = {row["id"]: row for row in units_by_id(connection, {post.unit for post in posts})}
    held = [
        PostOut(
            unit=rows[post.unit]["code"],
            unit_name=rows[post.unit]["short_name"],
            role=post.role,
            substitute=post.holder is not None,
        )
        for post in posts
    ]
    return MeOut(name=someone.name, posts=held, csrf=someone.csrf, duty=someone.duty)


@router.post("/password")
def change_password(
    body: PasswordBody, request: Request, response: Response, duban: Installation, someone: SignedIn
) -> SessionOut:
    """Change one's password: every session ends, and this cookie gets a new one."""
    begun = changing_password.change_password(
        duban, someone, body.new, body.new, body.proof, request
    )
    keep_session(duban, response, begun.token, begun.known)
    return _out(begun)


@router.post("/session/confirm", status_code=204)
def confirm(body: ProofBody, request: Request, duban: Installation, someone: SignedIn) -> None:
    """Confirm who one is: for some minutes the session may sign off."""
    confirming.confirm(duban, someone, body.proof, request)


@router.get("/sessions")
def list_sessions(request: Request, duban: Installation, someone: SignedIn) -> list[OneSession]:
    """One's own sessions."""
    token, profile = cookie_of(request, duban) or "", duban.settings.sign_in
    with duban.database.reading() as connection:
        rows = sessions.sessions_of(connection, someone.person, profile, duban.clock(), token)
    return [OneSession(**row) for row in rows]


@router.delete("/sessions/others", status_code=204)
def end_others(request: Request, duban: Installation, someone: SignedIn) -> None:
    """End every session of one's own but the one that asks."""
    signing_in.end_others(duban, someone.person, request)
