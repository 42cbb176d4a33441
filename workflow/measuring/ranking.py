"""Ranks and grades: who is before whom, in the class and over all. Pure.

Equal totals are told apart by the parts that the scorecard names for it; whoever is equal in those,
too, shares a rank, and the next rank is left out (1, 2, 2, 4).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflow.measuring.model import Scorecard
from workflow.measuring.scoring import ZERO, Line


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit that is ranked; `ties` are compared, in their order, where totals are equal."""

    unit: int
    class_: str
    total: Decimal
    ties: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands; `from_last` is 1 for whoever nobody stands behind."""

    rank: int
    from_last: int
    class_rank: int
    class_from_last: int


def places_of(entries: Iterable[Entry]) -> Mapping[int, Place]:
    """The place of each unit."""
    ranked = list(entries)
    overall = _ranks(ranked)
    places: dict[int, Place] = {}
    for class_ in {entry.class_ for entry in ranked}:
        inside = _ranks([entry for entry in ranked if entry.class_ == class_])
        for unit, (rank, from_last) in inside.items():
            places[unit] = Place(*overall[unit], rank, from_last)
    return places


def _ranks(entries: Sequence[Entry]) -> dict[int, tuple[int, int]]:
    keys = {entry.unit: (entry.total, *entry.ties) for entry in entries}
    values = list(keys.values())
    return {
        unit: (1 + sum(other > key for other in values), 1 + sum(other < key for other in values))
        for unit, key in keys.items()
    }


def ties_of(card: Scorecard, lines: Iterable[Line]) -> tuple[Decimal, ...]:
    """What a unit has, of the weight that is settled, in the parts that decide between equals."""
    tops = {line.path[0]: line for line in lines}
    found = (tops.get(name) for name in card.ties)
    return tuple(line.points / line.settled if line and line.settled else ZERO for line in found)


def grade_of(card: Scorecard, total: Decimal) -> str:
    """The grade that a total earns."""
    earned = (grade for grade in card.grades if total >= Decimal(str(grade.at_least)))
    return next(earned, card.grades[-1]).title
