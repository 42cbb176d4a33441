"""抽样记录: every draw of a case, with all that is needed to draw it again."""

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.forms import CaseId
from api.pages.rendering import masthead_of, show
from api.presenting.draws import DrawsPage, draw_view
from api.presenting.wording import Names
from workflow import lots
from workflow.store.casework import cases
from workflow.store.offices.naming import names_of
from workflow.store.sight.scope import check_scope

router = APIRouter()


@router.get("/cases/{case_id}/draws")
def draws(case_id: CaseId, duban: Installation, someone: SignedInPage) -> Response:
    """All draws, each drawn again while the page is made."""
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        case, _ = cases.read_case(connection, case_id)
        found = lots.records_of(connection, duban.catalog, case, someone.actor)
        units = {unit for one in found for part in one.pool.strata for unit in part.units}
        units |= {one.unit for one in found if one.unit is not None}
        people = {one.person for one in found if one.person is not None}
        known = names_of(connection, units, people)
    names = Names(known.units, known.people, {}, former=known.former, fates=known.fates)
    definition = duban.catalog.version(case.definition).definition
    views = tuple(draw_view(definition, one, names) for one in found)
    page = DrawsPage(f"/cases/{case_id}", case.number, views)
    return show("draws.html", page, masthead_of(duban, someone, ""))
