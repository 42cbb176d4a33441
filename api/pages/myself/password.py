"""更换口令: of one's own will, or because nothing else can be done before."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.auth.changing_password import change_password
from api.auth.cookies import keep_session
from api.auth.refusals import PASSWORD_PAGE
from api.context import Duban
from api.pages.forms import PROOF_FIELD, Posted, secret_in
from api.pages.rendering import account_masthead, show
from workflow.engine.errors import Refusal
from workflow.store.people.duties import Duty
from workflow.store.people.password_rules import rules_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """更换口令: `rules` what it needs, `forced` that it must be done now."""

    rules: str
    forced: bool
    problem: str = ""


@router.get(PASSWORD_PAGE)
def ask(duban: Installation, someone: SignedInPage) -> Response:
    """The form."""
    return _form(duban, someone)


@router.post(PASSWORD_PAGE)
def change(
    request: Request,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Change it: other browsers are signed out."""
    new, repeated, proof = (secret_in(form, name) for name in ("new", "repeated", PROOF_FIELD))
    try:
        begun = change_password(duban, someone, new, repeated, proof, request)
    except Refusal as refused:
        return _form(duban, someone, refused)
    response = RedirectResponse("/account?done=password", 303)
    keep_session(duban, response, begun.token, begun.known)
    return response


def _form(duban: Duban, someone: Someone, refused: Refusal | None = None) -> Response:
    page = PasswordPage(
        rules=rules_of(duban.settings.sign_in),
        forced=someone.duty is Duty.CHANGE_PASSWORD,
        problem=refused.sentence if refused else "",
    )
    return show("password.html", page, account_masthead(duban, someone), refused=refused)
