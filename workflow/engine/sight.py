"""What expressions see of a case: facts, counts and a few standing names, looked up only where
mentioned.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from workflow.engine.cadences import last_working_day
from workflow.engine.calendar import local_day
from workflow.engine.case import Case, World
from workflow.engine.circles import in_words
from workflow.engine.definition import Definition
from workflow.engine.guards import EMPTY_FACTS
from workflow.engine.periods import Period, read_period
from workflow.engine.progress import behind


class Sight(Mapping[str, Any]):
    """The names of `guards.STANDING`, the facts and the counts, as of `now` and before the step.

    `more` holds what only this step knows: `because`, `row`.
    """

    def __init__(
        self,
        definition: Definition,
        case: Case,
        facts: Mapping[str, Any],
        world: World,
        now: datetime,
        **more: Any,
    ) -> None:
        self._definition = definition
        self._case = case
        self._facts = facts
        self._world = world
        self._now = now
        self._more = more

    def __getitem__(self, name: str) -> Any:
        if name in self._more:
            return self._more[name]
        if name in self._definition.facts:
            fact = self._definition.facts[name]
            value = self._facts.get(name, EMPTY_FACTS[fact.type])
            return in_words(fact, value) if fact.columns else value
        if name in self._definition.counts:
            return self._case.cycle.counts.get(name, 0)
        return _STANDING[name](self)

    def __iter__(self) -> Iterator[str]:
        return iter({*self._more, *self._definition.facts, *self._definition.counts, *_STANDING})

    def __len__(self) -> int:
        return len(set(iter(self)))

    @property
    def _today(self) -> date:
        return local_day(self._now)

    def _overdue(self) -> bool:
        now = self._case.stopped_at or self._now  # a stopped clock does not run past its limit
        return self._case.due is not None and now >= self._case.due.at

    def _days_left(self) -> int:
        if self._case.due is None:
            return 0
        if self._overdue():
            return -1
        return self._world.calendar.working_days_between(self._today, due_day(self._case.due.at))

    def _days_until(self) -> dict[str, int]:
        count = self._world.calendar.working_days_between
        dates = {
            name: self._facts[name]
            for name, fact in self._definition.facts.items()
            if fact.type == "date" and self._facts.get(name)
        }
        return {name: count(self._today, date.fromisoformat(day)) for name, day in dates.items()}

    def _behind(self) -> float:
        progress = self._definition.progress
        if progress is None:
            return 0.0
        return behind(progress, self._facts, local_day(self._case.opened_at), self._today)

    def _period(self) -> Period | None:
        return read_period(self._case.period) if self._case.period else None

    def _period_last(self) -> str:
        period = self._period()
        return last_working_day(period, self._world.calendar).isoformat() if period else ""

    def _children(self) -> dict[str, dict[str, int]]:
        return {
            name: {
                "open": self._world.open_children.get(name, 0),
                "total": self._case.cycle.children.get(name, 0),
            }
            for name in self._definition.children
        }

    def _units(self) -> dict[str, dict[str, str]]:
        return {
            name: {"kind": seat.selector, "top": "" if seat.higher else "yes"}
            for name, seat in self._case.parties.items()
        }


_STANDING: Mapping[str, Callable[[Sight], Any]] = {
    "today": lambda sight: sight._today.isoformat(),
    "overdue": Sight._overdue,
    "days_left": Sight._days_left,
    "cycle": lambda sight: sight._case.cycle.number,
    "period": lambda sight: period.year if (period := sight._period()) else 0,
    "period_title": lambda sight: str(sight._period() or ""),
    "period_last": Sight._period_last,
    "marks": lambda sight: list(sight._case.marks),
    "children": Sight._children,
    "units": Sight._units,
    "because": lambda sight: "",
    "number": lambda sight: sight._case.number,
    "state": lambda sight: sight._case.state,
    "days_until": Sight._days_until,
    "behind": Sight._behind,
    "row": lambda sight: {},
    "tallies": lambda sight: {},
    "unit": lambda sight: "",
}


def due_day(at: datetime) -> date:
    """The last day within a limit that ends at `at`."""
    return local_day(at - timedelta(microseconds=1))
