"""联系人: whom to call about a case; a whole number is shown on asking, and the log tells."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import GREATEST_ID, CaseId
from api.pages.rendering import masthead_of, show
from api.presenting.case_page import headline_of
from workflow.engine.case import Case
from workflow.store.casework.cases import case_in_scope
from workflow.store.casework.contacts import Contact, contacts_of, reveal

router = APIRouter()

PersonId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """The people of a case's parties."""

    case: str
    number: str
    headline: str
    contacts: tuple[Contact, ...]


@router.get("/cases/{case_id}/contacts")
def contacts(case_id: CaseId, duban: Installation, someone: SignedInPage) -> Response:
    """Everybody, addresses masked."""
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        found = contacts_of(connection, case, someone.actor, duban.clock())
    return _page(duban, someone, case, found)


@router.post("/cases/{case_id}/contacts/{person}")
def reveal_one(
    case_id: CaseId, person: PersonId, duban: Installation, someone: SignedInForm
) -> Response:
    """One of them with the whole number."""
    with duban.database.unit_of_work() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        found = reveal(connection, case, person, someone.actor, duban.clock())
    return _page(duban, someone, case, found)


def _page(duban: Duban, someone: Someone, case: Case, found: list[Contact]) -> Response:
    definition = duban.catalog.version(case.definition).definition
    headline = headline_of(case, definition)
    page = ContactsPage(f"/cases/{case.id}", case.number, headline, tuple(found))
    return show("contacts.html", page, masthead_of(duban, someone, ""))
