"""组织机构: for the system administrator the units, new accounts, and what was changed.

Every form carries a request id of its own, so that sent twice it acts once; every act goes through
`workflow.organising`.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import GREATEST_ID, Posted, printable, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.organisation import OrganisationPage, change_line, unit_link
from workflow.engine.errors import Refusal
from workflow.organising import Organising
from workflow.store.lists.units import find_units, top_units
from workflow.store.offices import changes
from workflow.store.offices.changes import Asked
from workflow.store.people.accounts import person_by_username

router = APIRouter()

HERE = "/administration/organisation"
PAGE_SIZE = 20
_CONTACT = ("username", "phone", "email")
_NO_CONTACT: Mapping[str, str] = dict.fromkeys(_CONTACT, "")
_DONE = {
    "enrolled": "账号已新建，还没有岗位和口令",
    "reached": "联系方式已更改",
    "undone": "已撤销",
    "reorganised": "已办理，未办结的事项由后台随之调整",
}
ChangeId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@router.get(HERE)
def organisation(
    duban: Installation,
    someone: SignedInPage,
    find: str = "",
    before: int | None = None,
    done: str = "",
) -> Response:
    """Units by name or code, the highest ones without a text, and the latest changes."""
    return _page(duban, someone, find=printable(find), before=before, done=_DONE.get(done, ""))


def after(what: str) -> Response:
    """To the page, which says what was just done."""
    return RedirectResponse(f"{HERE}?done={what}", 303)


@router.post("/administration/people")
def enrol(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Make an account for somebody new."""
    username, name = (printable(text_in(form, field), 90) for field in ("username", "name"))
    asked = Asked(text_in(form, "request"), duban.clock(), someone.person)
    try:
        Organising(duban.database).enrol(asked, username=username, name=name)
    except Refusal as refusal:
        return _page(duban, someone, refusal=refusal, username=username, name=name)
    return after("enrolled")


@router.post("/administration/contacts")
def reach(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Another telephone or mail address of somebody, whether they hold a post or not."""
    typed = {field: printable(text_in(form, field), 200) for field in _CONTACT}
    asked = Asked(text_in(form, "request"), duban.clock(), someone.person)
    try:
        with duban.database.reading() as connection:
            person = person_by_username(connection, typed["username"])
        Organising(duban.database).reach(
            asked, person=person, phone=typed["phone"], email=typed["email"]
        )
    except Refusal as refusal:
        return _page(duban, someone, refusal=refusal, contact=typed)
    return after("reached")


@router.post("/administration/changes/{change}/undo")
def undo(change: ChangeId, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Take a change back."""
    asked = Asked(text_in(form, "request"), duban.clock(), someone.person)
    try:
        Organising(duban.database).undo(asked, change)
    except Refusal as refusal:
        return _page(duban, someone, refusal=refusal)
    return after("undone")


def _page(
    duban: Duban,
    someone: Someone,
    *,
    find: str = "",
    before: int | None = None,
    refusal: Refusal | None = None,
    username: str = "",
    name: str = "",
    contact: Mapping[str, str] = _NO_CONTACT,
    done: str = "",
) -> Response:
    with duban.database.reading() as connection:
        found = find_units(connection, find, 50) if find else top_units(connection)
        rows = changes.list_changes(connection, before=before, limit=PAGE_SIZE + 1)
    page = OrganisationPage(
        find=find,
        units=tuple(map(unit_link, found)),
        changes=tuple(map(change_line, rows[:PAGE_SIZE])),
        older=f"{HERE}?before={rows[PAGE_SIZE - 1]['id']}" if len(rows) > PAGE_SIZE else "",
        problem=refusal.sentence if refusal else "",
        username=username,
        name=name,
        contact=contact,
        done=done,
    )
    return show("organisation.html", page, masthead_of(duban, someone, HERE), refused=refusal)
