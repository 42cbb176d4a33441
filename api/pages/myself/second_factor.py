"""二次验证: set up with a QR code and a first code, given up with a confirmation."""

from dataclasses import dataclass

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.auth.refusals import FACTOR_PAGE
from api.auth.second_step import Secret, begin_set_up, being_set_up, finish_set_up, give_up
from api.context import Duban
from api.pages.forms import PROOF_FIELD, Posted, secret_in, text_in
from api.pages.rendering import account_masthead, show
from workflow.engine.errors import Refusal
from workflow.store.people import second_factor
from workflow.store.people.duties import Duty

router = APIRouter()

_PIXELS = 5
"""Of the screen, for each square of the QR code."""


@dataclass(frozen=True, slots=True)
class FactorPage:
    """二次验证: in use, or being set up (`qr`, `secret`), or neither."""

    in_use: bool
    forced: bool
    codes_left: int
    qr: str = ""
    secret: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryPage:
    """恢复码: shown this once."""

    codes: tuple[str, ...]


@router.get(FACTOR_PAGE)
def ask(duban: Installation, someone: SignedInPage) -> Response:
    """How it stands."""
    return _page(duban, someone)


@router.post(FACTOR_PAGE + "/begin")
def begin(request: Request, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Make a secret and show it."""
    try:
        secret = begin_set_up(duban, someone, secret_in(form, PROOF_FIELD), request)
    except Refusal as refused:
        return _page(duban, someone, refused)
    return _page(duban, someone, secret=secret)


@router.post(FACTOR_PAGE + "/finish")
def finish(request: Request, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Take it into use by its first code; the recovery codes are shown."""
    try:
        codes = finish_set_up(duban, someone, text_in(form, "code"), request)
    except Refusal as refused:
        return _page(duban, someone, refused, being_set_up(duban, someone))
    return show("recovery_codes.html", RecoveryPage(codes), account_masthead(duban, someone))


@router.post(FACTOR_PAGE + "/remove")
def remove(request: Request, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Sign in without it from now on."""
    try:
        give_up(duban, someone, secret_in(form, PROOF_FIELD), request)
    except Refusal as refused:
        return _page(duban, someone, refused)
    return RedirectResponse("/account?done=removed", 303)


def _page(
    duban: Duban,
    someone: Someone,
    refused: Refusal | None = None,
    secret: Secret | None = None,
) -> Response:
    with duban.database.reading() as connection:
        left = second_factor.recovery_codes_left(connection, someone.person)
    page = FactorPage(
        in_use=someone.factor,
        forced=someone.duty is Duty.SET_UP_SECOND_FACTOR,
        codes_left=left,
        qr=segno.make(secret.address).svg_data_uri(scale=_PIXELS) if secret else "",
        secret=secret.secret if secret else "",
        problem=refused.sentence if refused else "",
    )
    return show("second_factor.html", page, account_masthead(duban, someone), refused=refused)
