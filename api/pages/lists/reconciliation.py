"""对账: the cases on which the ledgers do not agree, one way of disagreeing at a time."""

from datetime import timedelta

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.context import Duban
from api.pages.forms import place_in
from api.pages.lists.case_rows import ledger_rows
from api.pages.rendering import masthead_of, show
from api.presenting.lists import (
    RECONCILIATION,
    LedgerLink,
    ReconciliationPage,
    ledger_links,
    still_in_words,
)
from workflow.engine.definition import Definition
from workflow.engine.errors import NotFound
from workflow.store.lists import queries
from workflow.store.lists.reconciliation import KINDS, Kind, last_written

router = APIRouter()

PAGE_SIZE = 50
IDLE_DAYS = 30
"""An open case on which nothing happened for so long is stale: progress is reviewed monthly."""

_WORDS = {
    "one_sided": ("单边", "只有一本台账盖了章：一方认为已经办好，另一方还没有签字。"),
    "lapsed": ("签字失效", "签过字又因退回、异议等失去效力，还没有重新签。"),
    "idle": ("久未更新", f"还没有办结，{IDLE_DAYS} 天以上没有任何记录。在一个环节停留最久的在前。"),
    "reopened": ("重新办理", "办结以后又重新办理的，从第二轮起。"),
}
_NEED_SIGNATURES = ("one_sided", "lapsed")


@router.get("/ledgers/{workflow}/reconciliation")
def reconciliation(
    workflow: str, duban: Installation, someone: SignedInPage, kind: str = "", after: str = ""
) -> Response:
    """One page of one kind."""
    definition = duban.catalog.newest(workflow).definition
    if not definition.ledgers:
        raise NotFound(f"“{definition.title}”没有台账")
    kinds = _kinds(definition)
    kind = kind if kind in kinds else kinds[0]
    way = KINDS[kind]
    now = duban.clock()
    idle_since = now - timedelta(days=IDLE_DAYS)
    with duban.database.reading() as connection:
        found = queries.list_cases(
            connection,
            someone.actor,
            _narrowed(duban, workflow, way),
            after=place_in(after),
            limit=PAGE_SIZE,
            order=way.order,
            also=way.condition(definition, idle_since),
        )
        rows = ledger_rows(connection, duban, someone, found.rows, ())
        ids = [row.id for row in rows]
        written = last_written(connection, ids) if kind == "idle" else {}
    start = f"?kind={kind}"
    page = ReconciliationPage(
        title="对账",
        workflow_title=definition.title,
        lead=_WORDS[kind][1],
        kinds=tuple(LedgerLink(f"?kind={one}", _WORDS[one][0], here=one == kind) for one in kinds),
        rows=rows,
        still={case: still_in_words(at, now) for case, at in written.items()},
        next=f"{start}&after={found.next}".replace("+", "%2B") if found.next else "",
        first=not after,
        start=start,
        siblings=ledger_links(definition, RECONCILIATION),
    )
    return show("reconciliation.html", page, masthead_of(duban, someone, "/ledgers"))


def _narrowed(duban: Duban, workflow: str, way: Kind) -> queries.Filter:
    """What has only to be looked back on is not idle: it has ended here as it has in the ledger."""
    settled = () if way.closed is None else duban.catalog.settled()
    mine = tuple(one for one in settled if one[0] == workflow)
    return queries.Filter(workflows=(workflow,), closed=way.closed, settled=mine)


def _kinds(definition: Definition) -> list[str]:
    """Those that can be in this workflow: without two signatures none is missing."""
    two = len({side.stamps for side in definition.sign_offs.values()}) > 1
    return [kind for kind in KINDS if two or kind not in _NEED_SIGNATURES]
