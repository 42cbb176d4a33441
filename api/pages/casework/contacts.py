"""联系人: whom to call about a case; a whole number is shown on asking, and the log tells."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import GREATEST_ID, CaseId
from api.pages.rendering import masthead_of, show
from workflow.store.casework.contacts import Contact, contacts_of, reveal

router = APIRouter()

PersonId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """The people of a case's parties."""

    case: str
    contacts: tuple[Contact, ...]


@router.get("/cases/{case_id}/contacts")
def contacts(case_id: CaseId, duban: Installation, someone: SignedInPage) -> Response:
    """Everybody, addresses masked."""
    with duban.database.reading() as connection:
        found = contacts_of(connection, case_id, someone.actor, duban.clock())
    return _page(duban, someone, case_id, found)


@router.post("/cases/{case_id}/contacts/{person}")
def reveal_one(
    case_id: CaseId, person: PersonId, duban: Installation, someone: SignedInForm
) -> Response:
    """One of them with the whole number."""
    with duban.database.unit_of_work() as connection:
        found = reveal(connection, case_id, person, someone.actor, duban.clock())
    return _page(duban, someone, case_id, found)


def _page(duban: Duban, someone: Someone, case_id: int, found: list[Contact]) -> Response:
    page = ContactsPage(f"/cases/{case_id}", tuple(found))
    return show("contacts.html", page, masthead_of(duban, someone, ""))
