"""注销人员: the system administrator erases somebody who has left and asks to be forgotten; look
first, then confirm who one is, for it cannot be taken back.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.auth.confirming import demand_fresh
from api.context import Duban
from api.pages.administering.organisation import HERE as ORGANISATION
from api.pages.forms import Posted, printable, secret_in, text_in
from api.pages.rendering import masthead_of, show
from workflow.engine.errors import Refusal
from workflow.store.people.accounts import person_by_username
from workflow.store.people.erasing import erase, prospect

router = APIRouter()

HERE = "/administration/erase"


@dataclass(frozen=True, slots=True)
class ErasePage:
    """注销人员: `seen` says what would become of whom, `done` what has."""

    username: str
    seen: str = ""
    done: str = ""
    problem: str = ""


@router.get(HERE)
def ask(duban: Installation, someone: SignedInPage) -> Response:
    """The empty form."""
    return _show(duban, someone, ErasePage(""))


@router.post(HERE)
def look_or_erase(
    request: Request, duban: Installation, someone: SignedInForm, form: Posted
) -> Response:
    """Say who would be erased, or erase them."""
    username, seen = printable(text_in(form, "username"), 80), ""
    now = duban.clock()
    try:
        with duban.database.reading() as connection:
            person = person_by_username(connection, username)
            seen = prospect(connection, person, now)
        if text_in(form, "act") != "erase":
            return _show(duban, someone, ErasePage(username, seen))
        someone = demand_fresh(duban, someone, secret_in(form, "proof"), request)
        with duban.database.unit_of_work() as connection:
            called = erase(connection, person, by=someone.person, now=now)
    except Refusal as refusal:
        page = ErasePage(username, seen, problem=refusal.sentence)
        return _show(duban, someone, page, refusal)
    return _show(duban, someone, ErasePage("", done=f"已注销，今后各处显示为“{called}”"))


def _show(
    duban: Duban, someone: Someone, page: ErasePage, refused: Refusal | None = None
) -> Response:
    return show("erase.html", page, masthead_of(duban, someone, ORGANISATION), refused=refused)
