"""督办总览: what is open, due this week and overdue, by workflow and unit; what hangs longest."""

from collections import Counter
from collections.abc import Sequence
from operator import add

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInPage, Someone
from api.context import Duban
from api.pages.boards.reading import HERE, added_up, definitions, into_ledger
from api.pages.lists.case_rows import work_items
from api.pages.lists.ledger_filters import moments_at
from api.pages.rendering import masthead_of, show
from api.presenting.boards import Figure, OverviewPage, RungLine, SpanRow, tabs
from api.presenting.wording import Names, with_weekday
from api.presenting.workflows import rung_in_words
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition
from workflow.store.lists import queries
from workflow.store.lists.boards import count_rungs
from workflow.store.lists.counting import Moments, Spans, count_spans

router = APIRouter()

MOST_CLIMBERS = 2_000
"""Overdue cases, the longest overdue first, of which the rungs are counted."""
WORST = 10


@router.get("/boards")
def overview(duban: Installation, someone: SignedInPage) -> Response:
    """The page."""
    now = duban.clock()
    moments = moments_at(duban.catalog.calendar, now)
    known = definitions(duban)
    with duban.database.reading() as connection:
        by_workflow, by_unit = open_spans(connection, duban, someone, moments)
        late = overdue(connection, duban, someone, moments, MOST_CLIMBERS)
        longest = queries.rows_of(connection, late[:WORST])
        page = OverviewPage(
            tabs=tabs(HERE),
            day=with_weekday(local_day(now)),
            figures=_figures(sum(by_workflow.values(), Spans())),
            workflows=_workflow_rows(known, by_workflow),
            units=_unit_rows(connection, by_unit),
            worst=tuple(item for item, _, _ in work_items(connection, duban, someone, longest)),
            rungs=_rungs(connection, duban, late),
        )
    return show("board_overview.html", page, masthead_of(duban, someone, HERE))


def open_spans(
    connection: Connection, duban: Duban, someone: Someone, moments: Moments
) -> tuple[dict[str, Spans], dict[int, Spans]]:
    """What is open and not settled, by workflow and by unit: how many are late, due this week, due
    later.
    """
    by_workflow: dict[str, Spans] = {}
    by_unit: dict[int, Spans] = {}
    open_ = queries.Filter(closed=False, settled=duban.catalog.settled())
    counted = count_spans(connection, someone.actor, open_, moments)
    for (workflow, unit), spans in counted.items():
        by_workflow[workflow] = by_workflow.get(workflow, Spans()) + spans
        by_unit[unit] = by_unit.get(unit, Spans()) + spans
    return by_workflow, by_unit


def overdue(
    connection: Connection, duban: Duban, someone: Someone, moments: Moments, most: int
) -> list[int]:
    """The cases that are overdue for longest; what is settled is no longer."""
    settled = duban.catalog.settled()
    narrowed = queries.Filter(closed=False, due_before=moments.now, settled=settled)
    return queries.first_cases(connection, someone.actor, narrowed, most)


def _figures(all_: Spans) -> tuple[Figure, ...]:
    return (
        Figure("未办结", f"{all_.total:,}"),
        Figure("本周到期", f"{all_.week:,}", light="near"),
        Figure("已逾期", f"{all_.late:,}", light="late"),
    )


def _workflow_rows(known: dict[str, Definition], counted: dict[str, Spans]) -> tuple[SpanRow, ...]:
    most = max((spans.total for spans in counted.values()), default=1)
    return tuple(
        _row(definition.title, counted[name], most, definition)
        for name, definition in known.items()
        if name in counted
    )


def _unit_rows(connection: Connection, counted: dict[int, Spans]) -> tuple[SpanRow, ...]:
    """Units with most that is late first."""
    shown, rest = added_up(connection, counted, add, _urgency)
    shown.sort(key=lambda line: _urgency(line[1]), reverse=True)
    most = max((spans.total for _, spans in shown), default=1)
    return tuple(_row(*line, most) for line in (*shown, *rest))


def _urgency(spans: Spans) -> tuple[int, int]:
    return spans.late, spans.total


def _row(label: str, spans: Spans, most: int, definition: Definition | None = None) -> SpanRow:
    def figure(number: int, **filters: str) -> Figure:
        url = into_ledger(definition, **filters) if definition and number else ""
        return Figure("", f"{number:,}", url)

    return SpanRow(
        label=label,
        open=figure(spans.total, opened="open"),
        week=figure(spans.week, opened="week"),
        late=figure(spans.late, opened="overdue"),
        share=max(1, min(100, 100 * spans.total // most)),
    )


def _rungs(connection: Connection, duban: Duban, late: Sequence[int]) -> tuple[RungLine, ...]:
    """How far the ladders of overdue cases have been climbed, where most stand first."""
    counted = count_rungs(connection, late)
    titles = {name: one.title for name, one in definitions(duban).items()}
    names = Names(workflows=titles)
    lines: Counter[tuple[str, str, str]] = Counter()
    for (version, ladder, at), count in counted.items():
        definition = duban.catalog.version(version).definition
        rung = definition.ladders[ladder][at]
        follows = rung_in_words(definition, rung, None, names)
        lines[definition.title, rung.at.in_words(), follows] += count
    ordered = sorted(lines.items(), key=lambda line: (line[0][0], -line[1]))
    return tuple(RungLine(*key, f"{count:,}") for key, count in ordered)
