"""A year of a scorecard as far as somebody sees it: every unit below where they work, and no other.

Ranks are worked out over all units; whoever sees one sheet sees its rank, not the sheets around it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.context import Duban
from workflow.assessing import Sheet, sheets
from workflow.engine.case import Actor
from workflow.measuring.model import Indicator, Scorecard
from workflow.store.measuring import figures, scores


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
    units = {one.unit for one in seen}
    kept = scores.results(connection, scorecard, {year})
    frozen = [row for row in kept if row["unit_id"] in units]
    keeps = any(home.office == card.kept_by for home in homes)
    return Year(card, in_force.indicators, seen, frozen, keeps)
