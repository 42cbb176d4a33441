"""The visits that a case plans: who comes to whom on which day. Derived, never stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from workflow.engine.case import Case
from workflow.engine.definition import Definition
from workflow.engine.sight import due_day
from workflow.engine.visiting import Visit


@dataclass(frozen=True, slots=True)
class Planned:
    """One unit visited on one day; `by` is the unit whose people come."""

    case: int
    number: str
    title: str
    unit: int
    by: int
    day: date

    @property
    def month(self) -> str:
        """The month of the visit: 2026-03."""
        return f"{self.day:%Y-%m}"


def visits_of(definition: Definition, case: Case) -> Iterator[Planned]:
    """The visits of a case as it stands; none of one that counts as never opened."""
    if definition.states[case.state].void:
        return
    for visit in definition.visits.values():
        day = _day(visit, case)
        if day is not None and {visit.by, visit.to} <= case.parties.keys():
            by = case.parties[visit.by].unit
            for unit in _units(visit, case):
                yield Planned(case.id, case.number, visit.title, unit, by, day)


def _day(visit: Visit, case: Case) -> date | None:
    if visit.on is not None:
        given = case.facts.get(visit.on)
        return date.fromisoformat(given) if given else None
    if case.state not in visit.in_ or case.due is None:
        return None
    return due_day(case.due.at)


def _units(visit: Visit, case: Case) -> list[int]:
    """The party that is visited, and the units drawn, each once."""
    drawn = case.facts.get(visit.sample) or [] if visit.sample else []
    return list(dict.fromkeys((case.parties[visit.to].unit, *(row["unit"] for row in drawn))))
