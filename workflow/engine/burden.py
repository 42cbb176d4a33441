"""Budgets of what a unit may be asked in a week (减负), and what it takes to go beyond one.

Nothing is forbidden outright: whoever asks for more than the budget says why, under their own name,
and the reason stands in the history and on the page of the unit that was asked.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from workflow.engine.case import Case, World
from workflow.engine.errors import InvalidInput
from workflow.engine.model import Model
from workflow.engine.words import Name, Selector

MOST_NAMED = 3
"""Who or what a refusal names, the most demanding first."""

Measure = Literal["tasks", "reports", "forms", "fields", "messages", "visits"]

_SAID: Mapping[Measure, tuple[str, str]] = {
    "tasks": ("本周已经要这个单位办", "件"),
    "reports": ("本周已经要这个单位报告", "份"),
    "forms": ("本周这个单位已经填报", "次"),
    "fields": ("本周这个单位已经填写", "项"),
    "messages": ("本周已经给这个单位发消息", "条"),
    "visits": ("到场的那一周已经安排去这个单位", "次"),
}
"""What is counted, and in what."""


class Burden(Model):
    """How much the unit of a party may be asked in a week before the event wants a reason."""

    of: Name = Field(description="the party whose unit is asked")
    counts: Measure = Field("tasks", description="what is counted")
    a_week: dict[Selector, Annotated[int, Field(ge=1)]] = Field(
        description="kind of unit → how much, of all workflows, from Monday on"
    )
    beyond: Name = Field(description="the text fact that says why, where it is more")


def check_burden(
    burden: Burden, case: Case, world: World, given: Mapping[str, Any], title: str, reason: str
) -> None:
    """Raise OverBudget where the unit has been asked enough this week and nobody says why it must
    be asked again; `title` is what the event, `reason` what the fact is called.
    """
    seat = case.parties.get(burden.of)
    most = burden.a_week.get(seat.selector) if seat else None
    asked = world.asked.get(burden.counts, ())
    used = sum(times for _, times in asked)
    if most is None or used < most or given.get(burden.beyond):
        return
    said, unit = _SAID[burden.counts]
    by = sorted(asked, key=lambda one: (-one[1], one[0]))[:MOST_NAMED]
    named = "、".join(f"{who} {times} {unit}" for who, times in by if who)
    sentence = (
        f"{said} {used} {unit}{f'（{named}）' if named else ''}，每周的预算是 {most} {unit}；"
        f"确需再{title}的，请填写“{reason}”，以你的名义记录在案"
    )
    raise OverBudget(sentence, {"used": used, "budget": most, "facts": {burden.beyond: sentence}})


class OverBudget(InvalidInput):
    """The unit has been asked as much this week as its budget allows."""

    code = "over_budget"
