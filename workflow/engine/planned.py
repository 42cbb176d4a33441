"""A plan on a case: which of its rows become children now, which are next, and what may no longer
be changed of it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from workflow.engine.calendar import local_day
from workflow.engine.definition import Child
from workflow.engine.errors import InvalidInput
from workflow.engine.monthly import MONTHS, in_order, last_day, opening_day, rows_due
from workflow.engine.periods import read_period
from workflow.engine.scene import Scene

Row = dict[str, Any]


def due_now(scene: Scene, name: str, rows: Sequence[Row]) -> list[Row]:
    """The rows of which a child opens now: all, unless they open by the calendar."""
    child = scene.definition.children[name]
    if child.monthly is None:
        return list(rows)
    opened, calendar = scene.case.cycle.children.get(name, 0), scene.world.calendar
    year, monthly = _year(scene), child.monthly
    due = rows_due(monthly, rows, opened, year, local_day(scene.now), calendar)
    return [{**row, "last_day": last_day(monthly, row, year, calendar).isoformat()} for row in due]


def next_day(scene: Scene, fact: str) -> date | None:
    """The day on which the next row of a plan opens; None where all have."""
    name, child = _plan_of(scene, fact)
    assert child.monthly is not None, "only a plan has a next row"
    rows = in_order(child.monthly, scene.case.facts.get(fact) or [])
    waiting = rows[scene.case.cycle.children.get(name, 0) :]
    if not waiting:
        return None
    return opening_day(child.monthly, waiting[0], _year(scene), scene.world.calendar)


def is_plan(scene: Scene, fact: str) -> bool:
    """Whether rows of this fact open by the calendar."""
    return any(one.monthly and one.for_each == fact for one in scene.definition.children.values())


def check_plans(scene: Scene, given: Mapping[str, Any]) -> None:
    """Raise InvalidInput for a month that there is not, and where a row that has been opened
    would be changed.
    """
    for fact in (fact for fact in given if is_plan(scene, fact)):
        name, child = _plan_of(scene, fact)
        assert child.monthly is not None, "only a plan is checked"
        title = scene.definition.facts[fact].title
        if any(row[child.monthly.month] not in MONTHS for row in given[fact]):
            raise InvalidInput.in_facts({fact: f"{title}：月份应为 1 至 12"})
        opened = scene.case.cycle.children.get(name, 0)
        before = in_order(child.monthly, scene.case.facts.get(fact) or [])[:opened]
        if in_order(child.monthly, given[fact])[:opened] != before:
            sentence = f"{title}：前 {opened} 行已经立项，不能再改，也不能在它们之前添加"
            raise InvalidInput.in_facts({fact: sentence})


def _plan_of(scene: Scene, fact: str) -> tuple[str, Child]:
    children = scene.definition.children.items()
    return next((name, one) for name, one in children if one.monthly and one.for_each == fact)


def _year(scene: Scene) -> int:
    """The year of the plan: that of its period, or in which it was opened."""
    case = scene.case
    return read_period(case.period).year if case.period else local_day(case.opened_at).year
