"""走访日历 in words: who is visited how often in a month, and where visits should be merged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from api.presenting.lists import LedgerLink
from api.presenting.wording import in_full
from workflow.engine.visits import Planned


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit: when, what, by whom, for which case."""

    day: str
    title: str
    by: str
    url: str
    number: str


@dataclass(frozen=True, slots=True)
class Visited:
    """One unit with the visits that it gets in a month; `warning` is empty while there is room."""

    unit: str
    visits: tuple[VisitLine, ...]
    warning: str


@dataclass(frozen=True, slots=True)
class VisitsPage:
    """走访日历: one month, those who are visited too often first."""

    tabs: tuple[LedgerLink, ...]
    title: str
    previous: str
    following: str
    most: int
    units: tuple[Visited, ...]
    crowded: int


def visited_units(
    visits: Sequence[Planned],
    names: Mapping[int, str],
    *,
    crowded: Collection[int],
    others: Collection[int],
) -> tuple[Visited, ...]:
    """Units with their visits; `crowded` get too many, to `others` somebody else comes as well."""
    found: dict[int, list[Planned]] = {}
    for one in visits:
        found.setdefault(one.unit, []).append(one)
    in_order = sorted(found, key=lambda unit: (unit not in {*crowded, *others}, -len(found[unit])))
    return tuple(
        Visited(
            names.get(unit, ""),
            tuple(_line(one, names) for one in found[unit]),
            _warning(len({one.case for one in found[unit]}), unit in crowded, unit in others),
        )
        for unit in in_order
    )


def _line(one: Planned, names: Mapping[int, str]) -> VisitLine:
    by = names.get(one.by, "")
    return VisitLine(in_full(one.day), one.title, by, f"/cases/{one.case}", one.number)


def _warning(count: int, crowded: bool, others: bool) -> str:
    said = [f"本月安排了 {count} 次走访，建议合并"] if crowded else []
    if others:
        said.append("本月另有单位安排走访，建议请上级督查机构统筹合并")
    return "；".join(said)
