"""定期工作: what opens by the calendar, when next and why then, and who has switched it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from api.presenting.wording import Names, to_the_minute, with_weekday
from api.presenting.workflows import office_in_words
from workflow.engine.beginnings import Periodic
from workflow.engine.cadences import in_words, parse_day
from workflow.engine.calendar import Calendar
from workflow.engine.definition import Definition
from workflow.engine.kinds import kind_in_words
from workflow.engine.periods import Period, period_of
from workflow.store.casework.cadences import Switched

A_FEW = 3
_MISSED = {
    "late": "错过的，只补发起最近一期，再早的不补",
    "skip": "错过的，不再补发起",
}


@dataclass(frozen=True, slots=True)
class NextOpening:
    """A day to come, of which period, and why it is that day; no day where a period has none."""

    day: str
    period: str
    why: str


@dataclass(frozen=True, slots=True)
class SwitchLine:
    """Somebody switched it, for which place, and why."""

    when: str
    what: str
    where: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """A unit for which the reader may switch it, and what it would be switched to."""

    unit: int
    name: str
    runs: bool


@dataclass(frozen=True, slots=True)
class CadenceLine:
    """One cadence: what opens when, for whom, whether it runs where the reader works."""

    workflow: str
    every: str
    title: str
    when: str
    whom: str
    missed: str
    runs: bool
    why: str
    next: tuple[NextOpening, ...]
    places: tuple[Place, ...]
    history: tuple[SwitchLine, ...]
    keepers: str


@dataclass(frozen=True, slots=True)
class CadencesPage:
    """All cadences; `tried` is the workflow, cadence and unit of a switch that was refused, and
    `reason` what was typed for it.
    """

    lines: tuple[CadenceLine, ...]
    problem: str = ""
    tried: tuple[str, str, str] = ("", "", "")
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one cadence: the switch that counts for the reader, every switch there was,
    and where the reader may switch it.
    """

    counts: Switched | None
    ever: Sequence[Switched]
    places: Collection[Place]


def cadence_line(
    definition: Definition,
    cadence: Periodic,
    known: Known,
    today: date,
    calendar: Calendar,
    names: Names,
) -> CadenceLine:
    """A cadence in words."""
    runs = known.counts.runs if known.counts else cadence.runs
    return CadenceLine(
        workflow=definition.workflow,
        every=cadence.every,
        title=definition.title,
        when=in_words(cadence.every, cadence.on),
        whom=_whom(cadence),
        missed=_MISSED[cadence.missed],
        runs=runs,
        why=_why(cadence, known.counts, names),
        next=tuple(islice(_next(cadence, today, calendar), A_FEW)) if runs else (),
        places=tuple(known.places),
        history=tuple(_switched(one, names) for one in known.ever),
        keepers="、".join(_seat(definition, seat) for seat in cadence.switched_by),
    )


def _whom(cadence: Periodic) -> str:
    kinds = "、".join(map(kind_in_words, cadence.among))
    if cadence.draw is not None:
        return f"从{kinds}中每次抽签 {cadence.draw} 个，一轮之内不重复"
    return f"{kinds}，每个一件"


def _why(cadence: Periodic, counts: Switched | None, names: Names) -> str:
    if counts is None:
        return "按工作流程的规定" if cadence.runs else "按工作流程的规定，开启以后才发起"
    return f"{names.person(counts.person)}：{counts.reason}"


def _seat(definition: Definition, seat: str) -> str:
    office, _, role = seat.rpartition(".")
    return office_in_words(office) + definition.roles[role]


def _next(cadence: Periodic, today: date, calendar: Calendar) -> Iterator[NextOpening]:
    opens = parse_day(cadence.every, cadence.on)
    for period in _periods(period_of(cadence.every, today)):
        day, named = opens.on(period, calendar), opens.unmoved(period)
        if day is None:
            yield NextOpening("", _about(cadence, period), "这一期里没有这样的工作日，不发起")
        elif day >= today:
            moved = day != named and opens.kind != "working day"
            why = f"{with_weekday(named)}不上班" if moved else ""
            if not calendar.knows(day.year):
                why = f"{why}，" * bool(why) + f"{day.year}年放假通知未发布，日期待校正"
            yield NextOpening(with_weekday(day), _about(cadence, period), why)


def _about(cadence: Periodic, period: Period) -> str:
    return str(period.before if cadence.about == "before" else period)


def _periods(period: Period) -> Iterator[Period]:
    while True:
        yield period
        period = period.after


def _switched(one: Switched, names: Names) -> SwitchLine:
    return SwitchLine(
        to_the_minute(one.at),
        "开启" if one.runs else "停止",
        names.unit(one.unit),
        names.person(one.person),
        one.reason,
    )
