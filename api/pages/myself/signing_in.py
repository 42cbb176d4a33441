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
from api.auth.asking import SOMEONE
from api.auth.cookies import keep_session, safe_next
from api.auth.installation import duban_of
from api.auth.kept_form import KeptForm
from api.auth.provider import (
    BACK_PAGE,
    PROVIDER_PAGE,
    drop_trip,
    keep_trip,
    send_there,
    take_back,
)
from api.auth.refusals import CODE_PAGE, NoAccount, ProviderTrouble
from api.auth.signing_in import Begun, give_code, sign_in, sign_out
from api.auth.veiling import veiled
from api.context import Duban
from api.pages.rendering import Masthead, account_masthead, show
from workflow.engine.errors import Refusal

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SignInPage:
    """登录: `next` is where to go afterwards, `problem` why the last try failed;
    `provider` whether there is another way in, `kept` a form that is to be sent again afterwards,
    and `form` the same, for whoever goes the other way in a second window.
    """

    next: str
    username: str = ""
    problem: str = ""
    provider: bool = False
    kept: str = ""
    form: KeptForm | None = None


@dataclass(frozen=True, slots=True)
class CodePage:
    """登录第二步: the code of the authenticator."""

    next: str
    problem: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class ResumePage:
    """接着提交: the form that was sent when its session had ended."""

    form: KeptForm


@router.get(SIGN_IN_PAGE)
def ask(duban: Installation, next: str = "/") -> Response:
    """The form."""
    return _form(duban, next)


def kept_page(request: Request, kept: KeptForm) -> Response:
    """What a form is answered with whose session had ended: sign in first, with a provider in a
    second window, for it would not bring the form back; or send it again, where somebody has signed
    in meanwhile.
    """
    duban, someone = duban_of(request), request.scope.get(SOMEONE)
    if someone is None:
        return _form(duban, "/", kept=kept.packed(), status=401)
    masthead = account_masthead(duban, someone, here="")
    return show("resume.html", ResumePage(kept), masthead, status=403)


def _form(
    duban: Duban,
    next: str,
    username: str = "",
    refused: Refusal | None = None,
    kept: str = "",
    status: int = 200,
) -> Response:
    page = SignInPage(
        next=safe_next(next),
        username=username,
        problem=refused.sentence if refused else "",
        provider=duban.settings.provider is not None,
        kept=kept,
        form=KeptForm.unpacked(kept),
    )
    return show("sign_in.html", page, status=status, refused=refused)


@router.post(SIGN_IN_PAGE)
def begin(
    request: Request,
    duban: Installation,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
    kept: Annotated[str, Form()] = "",
) -> Response:
    """Sign in and go on to where the person was going, or first to the second step."""
    try:
        begun = sign_in(duban, username.strip(), password, request)
    except (WrongPassword, TooManyTries) as refused:
        return _form(duban, next, username.strip(), refused, kept)
    if begun.awaits_code:
        response = show("sign_in_code.html", CodePage(safe_next(next), kept=kept))
        keep_session(duban, response, begun.token)
        return response
    return _go_on(duban, begun, next, kept)


@router.post(CODE_PAGE)
def second_step(
    request: Request,
    duban: Installation,
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
    kept: Annotated[str, Form()] = "",
) -> Response:
    """Take the code; when the password was given too long ago, begin anew."""
    try:
        begun = give_code(duban, code, request)
    except NotSignedIn as late:
        return _form(duban, next, refused=late, kept=kept)
    except (WrongCode, TooManyTries) as refused:
        wrong = CodePage(safe_next(next), refused.sentence, kept)
        return show("sign_in_code.html", wrong, refused=refused)
    return _go_on(duban, begun, next, kept)


def _go_on(duban: Duban, begun: Begun, next: str, kept: str = "") -> Response:
    response: Response = RedirectResponse(safe_next(next), 303)
    if form := KeptForm.unpacked(kept):
        masthead = Masthead(begun.name, veiled(begun.csrf), ())
        response = show("resume.html", ResumePage(form), masthead)
    keep_session(duban, response, begun.token, begun.known)
    return response


@router.get(PROVIDER_PAGE)
def send_to_provider(request: Request, duban: Installation, next: str = "/") -> Response:
    """Send the browser to the OpenID provider."""
    try:
        there, token = send_there(duban, request, next)
    except (ProviderTrouble, TooManyTries) as refused:
        return _form(duban, next, refused=refused)
    response = RedirectResponse(there, 303)
    keep_trip(duban, response, token)
    return response


@router.get(BACK_PAGE)
def come_back(request: Request, duban: Installation, state: str = "", code: str = "") -> Response:
    """Let in who comes back from it."""
    try:
        begun, next_page = take_back(duban, request, state, code)
    except (ProviderTrouble, NoAccount) as refused:
        response = _form(duban, "/", refused=refused)
    else:
        response = _go_on(duban, begun, next_page)
    drop_trip(duban, response)
    return response


@router.post("/sign-out")
def end(request: Request, duban: Installation, someone: SignedInForm) -> Response:
    """Sign out."""
    response = RedirectResponse(SIGN_IN_PAGE, 303)
    sign_out(duban, someone.person, request, response)
    return response
