"""一页看清: the few things that hurt, on one sheet that a leader can read or print."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from operator import add

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInPage, Someone
from api.context import Duban
from api.pages.boards.overview import open_spans
from api.pages.boards.reading import HERE, definitions, under_heads
from api.pages.lists.case_rows import in_words
from api.pages.lists.ledger_filters import moments_at
from api.pages.rendering import masthead_of, show
from api.presenting.boards import BriefPage, Pain, tabs
from api.presenting.wording import Names, with_weekday
from workflow.engine.calendar import local_day
from workflow.store.lists import queries
from workflow.store.lists.counting import Moments, Spans
from workflow.store.lists.queries import Row
from workflow.store.lists.reconciliation import CAME_BACK

router = APIRouter()

A_FEW = 5


@router.get("/boards/brief")
def brief(duban: Installation, someone: SignedInPage) -> Response:
    """The page."""
    now = duban.clock()
    moments = moments_at(duban.catalog.calendar, now)
    with duban.database.reading() as connection:
        by_workflow, by_unit = open_spans(connection, duban, someone, moments)
        all_ = sum(by_unit.values(), Spans())
        late = {unit: spans.late for unit, spans in by_unit.items() if spans.late}
        heads = Counter(under_heads(connection, late, add)).most_common(A_FEW)
        lists = _lists(connection, duban, someone, moments, by_workflow)
        names = Names(units=queries.unit_names(connection, _units(heads, lists)))
    worst_, soon, owed, again = (
        tuple(item for item, _, _ in in_words(duban, someone, rows, names)) for rows in lists
    )
    counted = tuple(f"{names.unit(unit)} {count:,} 件" for unit, count in heads)
    pains = (
        Pain("逾期", late_in_words(all_), lines=counted),
        Pain("拖得最久的", "" if worst_ else "没有逾期的事项。", worst_),
        Pain("本周和下周到期", _due(all_.week), soon),
        Pain("定期报告还没有报的", "最先到期的在前。" if owed else "都已报送。", owed),
        Pain("办结后又重新办理的", "" if again else "没有这样的事项。", again),
    )
    page = BriefPage(tabs("/boards/brief"), with_weekday(local_day(now)), pains)
    return show("board_brief.html", page, masthead_of(duban, someone, HERE))


def _lists(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    moments: Moments,
    workflows: Collection[str],
) -> tuple[list[Row], ...]:
    """The cases overdue for longest, due this week or next, of periodic reports, and come back, of
    each of these workflows: those of which something is open.
    """
    known = {name: one for name, one in definitions(duban).items() if name in workflows}
    periodic = tuple(name for name, one in known.items() if one.is_owed)
    settled = duban.catalog.settled()
    open_ = queries.Filter(workflows=tuple(known), closed=False, settled=settled)
    late = replace(open_, due_before=moments.now)
    soon = replace(open_, due_from=moments.now, due_before=moments.fortnight_before)
    owed = replace(open_, workflows=periodic)
    first = partial(queries.first_cases, connection, someone.actor, limit=A_FEW)
    lists = first(late), first(soon), first(owed), first(open_, also=CAME_BACK)
    rows = {row["id"]: row for row in queries.rows_of(connection, sorted({*chain(*lists)}))}
    return tuple([rows[id_] for id_ in ids] for ids in lists)


def _units(heads: Sequence[tuple[int, int]], lists: Sequence[Sequence[Row]]) -> set[int]:
    return {unit for unit, _ in heads} | {row["unit_id"] for rows in lists for row in rows}


def _due(week: int) -> str:
    return f"到本周日还有 {week:,} 件到期。" if week else "到本周日没有到期的事项。"


def late_in_words(all_: Spans) -> str:
    """How much of what is open is overdue; 100% only where all of it is."""
    share = ""
    if all_.late:
        most = 99 if all_.late < all_.total else 100
        percent = min(round(100 * all_.late / all_.total), most)
        share = f"，占 {percent}%" if percent else "，不到 1%"
    return f"在办 {all_.total:,} 件，已逾期 {all_.late:,} 件{share}。"
