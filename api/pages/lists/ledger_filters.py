"""The filters of a ledger, read from its address: what they narrow to, and how they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy import Connection

from api.context import Duban
from api.pages.units import Picked, pick_unit
from api.presenting.lights import near_before, week_before
from workflow.engine.calendar import Calendar
from workflow.engine.definition import Definition
from workflow.engine.errors import NotFound
from workflow.store.lists.counting import Moments
from workflow.store.lists.queries import Filter
from workflow.store.sight.sights import NO_LIMIT

OPENED = {
    "open": "未办结",
    "overdue": "已逾期",
    "near": "临期",
    "week": "本周到期",
    "fortnight": "本周和下周到期",
    "good": "正常",
    "none": "无期限",
    "closed": "已办结",
}
GROUPS = {"unit": "单位", "state": "环节", "light": "亮灯", "class": "分类"}
ORDERS = {"newest": "最新登记在前", "moved": "最近流转在前", "unit": "同一单位排在一起"}
BY_LIGHT = {"late": "overdue", "near": "near", "good": "good", "none": "none", "done": "closed"}
"""Which of OPENED shows the cases of a light."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of an address; empty is not asked for. `unit` is typed, `pick` its code."""

    state: str = ""
    opened: str = ""
    unit: str = ""
    pick: str = ""
    class_: str = ""
    group: str = ""
    order: str = ""
    after: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return any((self.state, self.opened, self.unit, self.pick, self.class_))

    def address(self, **changes: str) -> str:
        """The query string under the same filters but for `changes`, from the first page on
        unless they say `after`.
        """
        asked = replace(self, **({"after": ""} | changes))
        given = {
            "state": asked.state,
            "opened": asked.opened,
            "unit": asked.pick or asked.unit,
            "class": asked.class_,
            "group": asked.group,
            "order": asked.order,
            "after": asked.after,
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})

    def filter(self, duban: Duban, workflow: str, picked: Picked, moments: Moments) -> Filter:
        """What the list is narrowed to."""
        due_from, due_before = _span(moments).get(self.opened, (None, None))
        return Filter(
            workflows=(workflow,),
            state=self.state or None,
            under=picked.unit,
            class_=self.class_ or None,
            closed=self.opened == "closed" if self.opened else None,
            due_from=due_from,
            due_before=due_before,
            settled=tuple(one for one in duban.catalog.settled() if one[0] == workflow),
        )


def moments_at(calendar: Calendar, now: datetime) -> Moments:
    """What parts the lights now."""
    return Moments(now, near_before(calendar, now), week_before(now))


def _span(moments: Moments) -> Mapping[str, tuple[datetime | None, datetime | None]]:
    return {
        "overdue": (None, moments.now),
        "near": (moments.now, moments.near_before),
        "week": (moments.now, moments.week_before),
        "fortnight": (moments.now, moments.fortnight_before),
        "good": (moments.near_before, NO_LIMIT),
        "none": (NO_LIMIT, None),
    }


def _asked(
    state: str = "",
    opened: str = "",
    unit: str = "",
    pick: str = "",
    class_: Annotated[str, Query(alias="class")] = "",
    group: str = "",
    order: str = "",
    after: str = "",
) -> Asked:
    """Unknown choices count as not made."""
    return Asked(
        state,
        opened if opened in OPENED else "",
        unit,
        pick,
        class_,
        group if group in GROUPS else "",
        order if order in ORDERS else "",
        after,
    )


def one_ledger_of(duban: Duban, workflow: str, ledger: str) -> Definition:
    """The newest definition of a workflow that has this ledger; raises NotFound."""
    definition = duban.catalog.newest(workflow).definition
    if ledger not in definition.ledgers:
        raise NotFound(f"“{definition.title}”没有这本台账", {"ledger": ledger[:40]})
    return definition


def unit_of(connection: Connection, asked: Asked) -> Picked:
    """The unit that an address narrows to."""
    return pick_unit(connection, {"unit": asked.unit, "unit.pick": asked.pick}, "unit")


Filters = Annotated[Asked, Depends(_asked)]
"""The filters of the address asked for."""
