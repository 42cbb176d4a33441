"""Dates, roles and people in Chinese, as every page says them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from workflow.engine.calendar import ZONE
from workflow.engine.definition import Definition, State
from workflow.engine.named import role_title
from workflow.engine.permits import party_of
from workflow.store.offices.organisation import Fates, FormerNames

NOTHING = "—"
"""What stands where nothing is known."""

_WEEKDAYS = "一二三四五六日"
LONGEST_HEADLINE = 80
_DAY = re.compile(rf"\d{{4}}年\d{{1,2}}月\d{{1,2}}日( 周[{_WEEKDAYS}])?( \d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of units and people by id, and titles of workflows and documents by name."""

    units: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    workflows: Mapping[str, str] = field(default_factory=dict)
    former: FormerNames = field(default_factory=dict)
    fates: Fates = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)

    def unit(self, id_: int | None, at: datetime | None = None) -> str:
        """The unit's short name, now or as it was at an instant; or a dash."""
        if id_ is None:
            return NOTHING
        if at is not None:
            for until, name in self.former.get(id_, ()):
                if at < until:
                    return name
        return self.units.get(id_, NOTHING)

    def unit_with_fate(self, id_: int | None) -> str:
        """The unit's name, and what became of it: 敬南镇（2026年7月1日并入黄草街道）."""
        if id_ is None or id_ not in self.fates:
            return self.unit(id_)
        until, heir = self.fates[id_]
        end = f"并入{heir}" if heir else "撤销"
        return f"{self.unit(id_)}（{in_full(until.astimezone(ZONE).date())}{end}）"

    def person(self, id_: int | None) -> str:
        """The person's name, or a dash."""
        return self.people.get(id_, NOTHING) if id_ is not None else NOTHING

    def workflow(self, name: str) -> str:
        """The workflow's title."""
        return self.workflows.get(name, NOTHING)


def in_full(day: date) -> str:
    """A day with its year: 2026年3月6日."""
    return f"{day.year}年{day.month}月{day.day}日"


def in_its_year(day: date, year: int) -> str:
    """A day with its weekday where its year is spoken of, and with the year if that is another."""
    said = with_weekday(day)
    return said if day.year != year else said.removeprefix(f"{year}年")


def with_weekday(day: date) -> str:
    """A day with its year and weekday: 2026年3月6日 周五."""
    return f"{in_full(day)} 周{_WEEKDAYS[day.weekday()]}"


def is_day(text: str) -> bool:
    """Whether a text is a day as it is written here, and nothing else."""
    return _DAY.fullmatch(text) is not None


def to_the_minute(at: datetime) -> str:
    """An instant in Shanghai: 2026年3月6日 09:00."""
    local = at.astimezone(ZONE)
    return f"{in_full(local.date())} {local:%H:%M}"


def machine_readable(at: datetime) -> str:
    """An instant for the `datetime` attribute of `<time>`."""
    return at.astimezone(ZONE).isoformat(timespec="minutes")


def shortened(text: str, most: int = LONGEST_HEADLINE) -> str:
    """The first line of a text, cut to fit a line of a list."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= most else line[: most - 1] + "…"


def role_in_words(definition: Definition, role: str, state: State | None = None) -> str:
    """`responsible.liaison` as 责任单位联络员; `turn` outside a state as 承办单位."""
    party = definition.parties.get(party_of(role, state))
    post = role_title(definition, role.partition(".")[2])
    return (party.title if party else "承办单位") + post


def roles_in_words(
    definition: Definition, roles: tuple[str, ...], state: State | None = None
) -> str:
    """Several roles, each once."""
    return "、".join(dict.fromkeys(role_in_words(definition, role, state) for role in roles))
