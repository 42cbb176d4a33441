"""A year of a scorecard as far as somebody sees it: every unit below where they work, and no other.

Ranks are worked out over all units; whoever sees one sheet sees its rank, not the sheets around it.
A deduction is on the sheet for whoever sees that; the case that it rests on for who sees the case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from api.context import Duban
from workflow.assessing import Sheet, sheets
from workflow.engine.case import Actor
from workflow.measuring.model import Indicator, Scorecard
from workflow.store.lists import queries
from workflow.store.measuring import figures, scores

ELSEWHERE: Mapping[str, Any] = {
    "case_id": None,
    "number": "不在你查看范围内的事项",
    "headline": "",
}
"""What is said instead of a case that is out of sight."""


@dataclass(frozen=True, slots=True)
class Year:
    """What a reader sees of a year; `results` are those that are frozen, of the same units.

    `keeps` says whether the reader is of the office that keeps the scorecard.
    """

    card: Scorecard
    indicators: Mapping[str, Indicator]
    sheets: Sequence[Sheet]
    results: Sequence[Mapping[str, Any]]
    keeps: bool


def year_in_sight(
    connection: Connection, duban: Duban, actor: Actor, scorecard: str, year: int
) -> Year:
    """The year of a scorecard for a reader; raises NotFound for one that is not published."""
    in_force = duban.shelf.in_force()
    card = in_force.scorecard(scorecard, year)
    homes = figures.homes(connection, actor)
    seen = [
        one
        for one in sheets(connection, in_force, card)
        if any(one.path.startswith(home.path) for home in homes)
    ]
    seen = _of_cases_in_sight(connection, actor, seen)
    units = {one.unit for one in seen}
    kept = scores.results(connection, scorecard, {year})
    frozen = [row for row in kept if row["unit_id"] in units]
    keeps = any(home.office == card.kept_by for home in homes)
    return Year(card, in_force.indicators, seen, frozen, keeps)


def _of_cases_in_sight(connection: Connection, actor: Actor, found: Sequence[Sheet]) -> list[Sheet]:
    ids = {one["case_id"] for sheet in found for one in sheet.adjustments}
    seen = {row["id"] for row in queries.cases_by_id(connection, actor, ids)} if ids else set()
    return [
        replace(
            sheet,
            adjustments=tuple(
                one if one["case_id"] in seen else {**one, **ELSEWHERE} for one in sheet.adjustments
            ),
        )
        for sheet in found
    ]
