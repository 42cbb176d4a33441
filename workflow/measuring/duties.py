"""How a duty stands: what is wanted, what is done, and whether that is enough. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workflow.measuring import periods
from workflow.measuring.model import Duty, Indicator


class Fulfilled(StrEnum):
    """Whether what is done is enough."""

    DONE = "done"
    LACKING = "lacking"
    OPEN = "open"
    """Soft, or of a whole term of office: what is missing yet is no failure."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DutyStanding:
    """A duty of a unit in a year; `reached` is in per cent where the duty is a share."""

    name: str
    indicator: Indicator
    duty: Duty
    done: float | None
    reached: float | None
    fulfilled: Fulfilled


def standing_of(
    name: str, indicator: Indicator, duty: Duty, year: int, known: Mapping[tuple[str, str], float]
) -> DutyStanding:
    """How a duty stands by the figures of the year: the sum of its periods, or the latest number
    where it counts from the beginning of a term or at any time.
    """
    given = [
        known[name, at] for at in periods.of_year(indicator.every, year) if (name, at) in known
    ]
    done = None if not given else (sum(given) if duty.within == "year" else given[-1])
    whole = known.get((duty.per, str(year))) if duty.per else None
    reached = done
    if duty.per:
        reached = 100 * done / whole if done is not None and whole else None
    return DutyStanding(name, indicator, duty, done, reached, _fulfilled(duty, reached))


def _fulfilled(duty: Duty, reached: float | None) -> Fulfilled:
    if reached is None:
        return Fulfilled.UNKNOWN
    if reached >= duty.at_least:
        return Fulfilled.DONE
    return Fulfilled.OPEN if duty.soft or duty.within == "term" else Fulfilled.LACKING
