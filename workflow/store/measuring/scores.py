"""Deductions and bonuses with the cases they rest on, and the frozen results of a year."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, or_, select, text, update

from workflow.engine.calendar import ZONE
from workflow.engine.case import Actor
from workflow.store.sight.scope import in_sight
from workflow.store.tables.handles import ADJUSTMENT, CASE, RESULT, SCOPE, UNIT

Row = Mapping[str, Any]
MOST_EVIDENCE = 2000
"""Cases of one unit's year that are looked at for its rules."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A case that a rule speaks of."""

    case: int
    number: str
    headline: str
    unit: int


def marked_units(connection: Connection, kinds: Collection[tuple[str, str]]) -> list[Row]:
    """The units of some kinds that report by themselves, with their class, in order of code."""
    chosen = [(UNIT.c.level == level) & (UNIT.c.kind == kind) for level, kind in kinds]
    query = (
        select(UNIT.c.id, UNIT.c.code, UNIT.c.short_name, UNIT.c.class_, UNIT.c.path)
        .where(or_(*chosen), UNIT.c.reports, UNIT.c.until.is_(None), UNIT.c.class_.is_not(None))
        .order_by(UNIT.c.code)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def cases_of_year(
    connection: Connection, reader: Actor, path: str, workflows: Collection[str], year: int
) -> Iterator[tuple[Evidence, str, str, tuple[str, ...], Mapping[str, Any]]]:
    """The cases of a unit and of all below it that were open in a year, as far as somebody sees
    them: each with its workflow, state, marks and facts.
    """
    begins, ends = (datetime(at, 1, 1, tzinfo=ZONE) for at in (year, year + 1))
    seen = select(SCOPE.c.case_id).where(in_sight(reader))
    columns = ("id", "number", "headline", "unit_id", "workflow", "state", "body")
    query = (
        select(*(CASE.c[name] for name in columns))
        .join(UNIT, UNIT.c.id == CASE.c.unit_id)
        .where(
            CASE.c.workflow.in_(workflows),
            UNIT.c.path.like(f"{path}%"),
            CASE.c.opened_at < ends,
            or_(CASE.c.closed_at.is_(None), CASE.c.closed_at >= begins),
            CASE.c.id.in_(seen),
        )
        .order_by(CASE.c.id)
        .limit(MOST_EVIDENCE)
    )
    for row in connection.execute(query):
        found = Evidence(row.id, row.number, row.headline, row.unit_id)
        body = orjson.loads(row.body)
        yield found, row.workflow, row.state, tuple(body["marks"]), body["facts"]


def adjustments(
    connection: Connection, scorecard: str, year: int, units: Collection[int]
) -> list[Row]:
    """The decisions in force about some units."""
    query = (
        select(ADJUSTMENT, CASE.c.number, CASE.c.headline)
        .join(CASE, CASE.c.id == ADJUSTMENT.c.case_id)
        .where(
            ADJUSTMENT.c.scorecard == scorecard,
            ADJUSTMENT.c.year == year,
            ADJUSTMENT.c.unit_id.in_(units),
            ADJUSTMENT.c.live == 1,
        )
        .order_by(ADJUSTMENT.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def decided_cases(
    connection: Connection, scorecard: str, cases: Collection[int]
) -> set[tuple[str, int]]:
    """Which cases have been decided on under which rule, in whatever year."""
    query = select(ADJUSTMENT.c.rule, ADJUSTMENT.c.case_id).where(
        ADJUSTMENT.c.scorecard == scorecard,
        ADJUSTMENT.c.case_id.in_(cases),
        ADJUSTMENT.c.live == 1,
    )
    return {(row.rule, row.case_id) for row in connection.execute(query)}


def hold_decisions(connection: Connection) -> None:
    """Let nobody decide or freeze until the transaction ends: a decision goes into the results, or
    comes too late for them.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE score_adjustment IN EXCLUSIVE MODE"))


def decide(connection: Connection, decision: Row) -> None:
    """Keep a decision in the place of an earlier one about the same case and rule."""
    before = update(ADJUSTMENT).where(
        ADJUSTMENT.c.scorecard == decision["scorecard"],
        ADJUSTMENT.c.rule == decision["rule"],
        ADJUSTMENT.c.case_id == decision["case_id"],
        ADJUSTMENT.c.live == 1,
    )
    connection.execute(before.values(live=None))
    connection.execute(insert(ADJUSTMENT).values({**decision, "live": 1}))


def process_cases(connection: Connection, workflow: str, year: int) -> dict[int, Row]:
    """By unit the case that a year's assessment runs through, with its state and marks."""
    query = select(CASE.c.id, CASE.c.unit_id, CASE.c.number, CASE.c.state, CASE.c.body).where(
        CASE.c.workflow == workflow, CASE.c.period == year
    )
    rows = connection.execute(query).mappings()
    return {
        row["unit_id"]: {**row, "marks": tuple(orjson.loads(row["body"])["marks"])} for row in rows
    }


def results(connection: Connection, scorecard: str, years: Collection[int]) -> list[Row]:
    """The frozen results of some years."""
    query = select(RESULT).where(RESULT.c.scorecard == scorecard, RESULT.c.year.in_(years))
    return [dict(row) for row in connection.execute(query).mappings()]


def freeze(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep the results of a year."""
    connection.execute(insert(RESULT), list(rows))
