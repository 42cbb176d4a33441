"""Refusals of the present minute: who has had how many, of which lines and cases.

The first of a caller at a place is written at once. What follows within the minute is counted, and
written as one row a caller when the minute is over: a flood does not fill the disk, and of no
refusal is nothing written.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from workflow.store.evidence.audit import Act, Plain

MOST_CALLERS = 500
"""Callers counted apart within a minute; the others are counted together."""
MOST_PLACES = 40
"""Places of a caller whose first refusal has a row of its own, and those that a row names."""
MOST_CASES = 100
"""Cases that a row names; it says of how many more it does not."""

MINUTE = "%Y-%m-%dT%H:%MZ"
"""How a row writes its minute, in UTC."""

_GREATEST = 10**9
"""A greater id is none of a case: somebody tries numbers, and the log takes none of telephones."""

_Caller = tuple[str, int | None]
_OTHERS: _Caller = ("refusal", None)


@dataclass(slots=True)
class _Counted:
    """What one caller was refused in this minute: first ones at their places, and what followed."""

    places: set[str] = field(default_factory=set)
    following: Counter[str] = field(default_factory=Counter)
    cases: set[int] = field(default_factory=set)

    def is_first(self, place: str, case: int | None) -> bool:
        if place not in self.places and len(self.places) < MOST_PLACES:
            self.places.add(place)
            return True
        self.following[place] += 1
        if case is not None and case <= _GREATEST:
            self.cases.add(case)
        return False

    def act(self, caller: _Caller, minute: datetime) -> Act | None:
        """The row of the minute; None where nothing followed."""
        if not self.following:
            return None
        kind, person = caller
        named = sorted(self.cases)[:MOST_CASES]
        data: dict[str, Plain | list[int] | list[str]] = {
            "times": self.following.total(),
            "minute": minute.strftime(MINUTE),
            "lines": [place for place, _ in self.following.most_common(MOST_PLACES)],
            "cases": named,
            "more": len(self.cases) - len(named),
        }
        return Act(kind, person, None, "refused", data)


class Tally:
    """Counts the refusals of the present minute in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute: datetime | None = None
        self._callers: dict[_Caller, _Counted] = {}

    def note(self, act: Act, place: str, now: datetime) -> list[Act]:
        """Count a refusal; what is to be written now: rows of the minute that is over, and this
        one where it is the first of its caller at its place.
        """
        with self._lock:
            due = self._over(now)
            caller: _Caller = (act.kind, act.person)
            if caller not in self._callers and len(self._callers) >= MOST_CALLERS:
                caller = _OTHERS
            counted = self._callers.setdefault(caller, _Counted())
            case = act.about[1] if act.about and act.about[0] == "case" else None
            return [*due, act] if counted.is_first(place, case) else due

    def due(self, now: datetime, *, all_of_it: bool = False) -> list[Act]:
        """The rows of a minute that is over; with `all_of_it` of the present one as well."""
        with self._lock:
            return self._over(now, all_of_it)

    def _over(self, now: datetime, all_of_it: bool = False) -> list[Act]:
        minute = now.replace(second=0, microsecond=0)
        if minute == self._minute and not all_of_it:
            return []
        before = self._minute or minute
        rows = [one.act(caller, before) for caller, one in self._callers.items()]
        self._minute, self._callers = minute, {}
        return list(_without_none(rows))


def _without_none(rows: Iterable[Act | None]) -> Iterable[Act]:
    return (row for row in rows if row is not None)
