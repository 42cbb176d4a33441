"""登录（一步或两步）、退出。"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import (
    SIGN_IN_PAGE,
    Installation,
    NotSignedIn,
    SignedInForm,
    TooManyTries,
    WrongCode,
    WrongPassword,
)
from api.auth.cookies import keep_session, safe_next
from api.auth.refusals import CODE_PAGE
from api.auth.signing_in import Begun, give_code, sign_in, sign_out
from api.context import Duban
from api.errors import status_of
from api.pages.rendering import show

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SignInPage:
    """登录: `next` is where to go afterwards, `problem` why the last try failed."""

    next: str
    username: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CodePage:
    """登录第二步: the code of the authenticator."""

    next: str
    problem: str = ""


@router.get(SIGN_IN_PAGE)
def ask(next: str = "/") -> Response:
    """The form."""
    return show("sign_in.html", SignInPage(safe_next(next)))


@router.post(SIGN_IN_PAGE)
def begin(
    request: Request,
    duban: Installation,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in and go on to where the person was going, or first to the second step."""
    try:
        begun = sign_in(duban, username.strip(), password, request)
    except (WrongPassword, TooManyTries) as refused:
        page = SignInPage(safe_next(next), username.strip(), refused.sentence)
        return show("sign_in.html", page, status=status_of(refused))
    if begun.awaits_code:
        response = show("sign_in_code.html", CodePage(safe_next(next)))
        keep_session(duban, response, begun.token)
        return response
    return _go_on(duban, begun, next)


@router.post(CODE_PAGE)
def second_step(
    request: Request,
    duban: Installation,
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Take the code; when the password was given too long ago, begin anew."""
    try:
        begun = give_code(duban, code, request)
    except NotSignedIn as late:
        page = SignInPage(safe_next(next), problem=late.sentence)
        return show("sign_in.html", page, status=status_of(late))
    except (WrongCode, TooManyTries) as refused:
        wrong = CodePage(safe_next(next), refused.sentence)
        return show("sign_in_code.html", wrong, status=status_of(refused))
    return _go_on(duban, begun, next)


def _go_on(duban: Duban, begun: Begun, next: str) -> Response:
    response = RedirectResponse(safe_next(next), 303)
    keep_session(duban, response, begun.token, begun.known)
    return response


@router.post("/sign-out")
def end(request: Request, duban: Installation, someone: SignedInForm) -> Response:
    """Sign out."""
    response = RedirectResponse(SIGN_IN_PAGE, 303)
    sign_out(duban, someone.person, request, response)
    return response
