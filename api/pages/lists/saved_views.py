"""我的视图: a ledger's filters kept under a name; the address may be sent to a colleague, who sees
there what is in their own scope.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm
from api.pages.forms import GREATEST_ID, Posted, printable, text_in
from api.pages.lists.ledger_filters import Filters
from api.pages.lists.ledgers import ledger_page
from workflow.engine.errors import NotFound, Refusal
from workflow.store.lists import views

router = APIRouter()

ViewId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@router.post("/ledgers/{workflow}/{ledger}/views")
def save(
    workflow: str,
    ledger: str,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
    asked: Filters,
) -> Response:
    """Keep the filters of the address under the name given; back to the list as it was."""
    if ledger not in duban.catalog.newest(workflow).definition.ledgers:
        raise NotFound("没有这本台账", {"ledger": ledger[:40]})
    address = f"/ledgers/{workflow}/{ledger}{asked.address()}"
    title = printable(text_in(form, "title"), most=views.LONGEST_TITLE + 1)
    try:
        with duban.database.unit_of_work() as connection:
            views.save_view(connection, someone.person, title, address, duban.clock())
    except Refusal as refused:
        return ledger_page(duban, someone, workflow, ledger, asked, view=title, refused=refused)
    more = "" if address.endswith("?") else "&"
    return RedirectResponse(f"{address}{more}kept=yes", 303)


@router.post("/ledgers/views/{view}/delete")
def forget(view: ViewId, duban: Installation, someone: SignedInForm) -> Response:
    """Forget one of one's own."""
    with duban.database.unit_of_work() as connection:
        views.forget_view(connection, someone.person, view)
    return RedirectResponse("/ledgers", 303)
