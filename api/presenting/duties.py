"""责任清单: what somebody has to do this year, and how much of it is done."""

from dataclasses import dataclass

from api.presenting.indicators import number
from api.presenting.lists import LedgerLink
from workflow.measuring.duties import DutyStanding, Fulfilled

_LIGHTS = {
    Fulfilled.DONE: ("done", "已做到"),
    Fulfilled.LACKING: ("near", "还不够"),
    Fulfilled.OPEN: ("good", "进行中"),
    Fulfilled.UNKNOWN: ("none", "尚未登记"),
}
_WITHIN = {"year": "每年", "term": "任期内", "standing": "始终"}
_ASKED = {"year": "本年累计", "term": "任期内累计", "standing": "现有"}


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty: what is wanted by which article, and what is done."""

    name: str
    title: str
    who: str
    article: str
    wanted: str
    done: str
    light: str
    word: str
    note: str
    asked: str


@dataclass(frozen=True, slots=True)
class DutyGroup:
    """The duties in one unit, and the numbers they are counted against; `enters` shows forms."""

    unit: int
    name: str
    enters: bool
    lines: tuple[DutyLine, ...]
    bases: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class DutiesPage:
    """The duties of a reader's posts in a year; `tried` is the indicator and unit of a number that
    was refused, and the number as it was typed.
    """

    tabs: tuple[LedgerLink, ...]
    year: int
    groups: tuple[DutyGroup, ...]
    problem: str = ""
    tried: tuple[str, str, str] = ("", "", "")


def duty_line(one: DutyStanding) -> DutyLine:
    """A duty in words."""
    duty, item = one.duty, one.indicator
    light, word = _LIGHTS[one.fulfilled]
    measure = "%" if duty.per else item.measure
    soft = "原则上" if duty.soft else ""
    done = "" if one.done is None else f"已有 {number(one.done)} {item.measure}"
    if duty.per and one.reached is not None:
        done += f"，占 {number(round(one.reached, 1))}%"
    return DutyLine(
        name=one.name,
        title=item.title,
        who=duty.who,
        article=duty.article,
        wanted=f"{soft}{_WITHIN[duty.within]}不少于 {number(duty.at_least)} {measure}",
        done=done,
        light=light,
        word=word,
        note=item.source or "",
        asked=f"{_ASKED[duty.within]}（{item.measure}）",
    )
