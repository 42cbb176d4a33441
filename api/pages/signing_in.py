"""登录、退出。"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import (
    SIGN_IN_PAGE,
    Installation,
    SignedInForm,
    TooManyTries,
    WrongPassword,
)
from api.auth.cookies import keep_session, safe_next
from api.auth.signing_in import sign_in, sign_out
from api.errors import status_of
from api.pages.rendering import show

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SignInPage:
    """登录: `next` is where to go afterwards, `problem` why the last try failed."""

    next: str
    username: str = ""
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
    """Sign in and go on to where the person was going."""
    try:
        begun = sign_in(duban, username.strip(), password, request)
    except (WrongPassword, TooManyTries) as refused:
        page = SignInPage(safe_next(next), username.strip(), refused.sentence)
        return show("sign_in.html", page, status=status_of(refused))
    response = RedirectResponse(safe_next(next), 303)
    keep_session(duban, response, begun.token)
    return response


@router.post("/sign-out")
def end(request: Request, duban: Installation, someone: SignedInForm) -> Response:
    """Sign out."""
    del someone
    response = RedirectResponse(SIGN_IN_PAGE, 303)
    sign_out(duban, request, response)
    return response
