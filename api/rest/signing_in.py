"""Signing in and out over REST, the password, and confirming who one is."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.auth import Installation, SignedIn, changing_password, confirming, signing_in
from api.auth.cookies import keep_session
from api.auth.signing_in import Begun
from api.rest.inputs import Body

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
