"""Small definitions, the people in them, and a case in memory that remembers how it came about.

A test writes only the parts of a definition it speaks of; `define` puts them onto `BASE`. A `Walk`
fires events on one case without a database, keeps every history row, and can replay them.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from workflow.engine.built_in import BY_CLOCK
from workflow.engine.calendar import ZONE, Calendar
from workflow.engine.case import CLOCK, Actor, Case, Due, Firing, Lineage, Post, Unit, World
from workflow.engine.decision import Step
from workflow.engine.definition import Definition
from workflow.engine.errors import Refusal
from workflow.engine.machine import Compiled
from workflow.engine.opening import Request, open_case
from workflow.engine.parsing import parse
from workflow.engine.step import step
from workflow.holiday_notices import published_notices
from workflow.replay import replay
from workflow.store.casework.journal import history_row
from workflow.store.evidence.chain import ALGORITHMS, START
from workflow.yaml_text import read_yaml

NOTICES = {year: notice for year, notice in published_notices().items() if year <= 2026}
CALENDAR = Calendar(1, NOTICES)

BASE = """
workflow: small
title: 小流程
basis: 只为测试
headline: what
anchor: worker
roles: { head: 负责人, clerk: 经办人, inspector: 核查员 }
parties:
  worker: { title: 承办单位, among: [county, township] }
  checker:
    title: 审核单位
    of: worker
    table: { county: prefecture.lead, township: [county.lead, prefecture.lead] }
    apart_from: worker
  keeper:
    title: 督办单位
    of: worker
    table:
      county: prefecture.supervision
      township: [county.supervision, prefecture.supervision]
    apart_from: worker
facts:
  what: { title: 事由 }
  note: { title: 说明 }
  due: { title: 时限, type: date }
opening: { state: start, needs: what, may: [note, due] }
"""

PREFECTURE, SUPERVISION, LEAD, OFFICE, UNION = 1, 2, 3, 4, 5
COUNTY, COUNTY_SUPERVISION, COUNTY_LEAD, COUNTY_UNION, COUNTY_OFFICE = 10, 11, 12, 13, 14
OTHER_COUNTY = 30
TOWNSHIP, OTHER_TOWNSHIP = 20, 21
VILLAGE = 40

_TOP = {
    "prefecture.government": PREFECTURE,
    "prefecture.supervision": SUPERVISION,
    "prefecture.lead": LEAD,
    "prefecture.office": OFFICE,
}
_COUNTY = {
    **_TOP,
    "county.government": COUNTY,
    "county.supervision": COUNTY_SUPERVISION,
    "county.lead": COUNTY_LEAD,
    "county.office": COUNTY_OFFICE,
}
LINEAGES = {
    unit.id: Lineage(unit, offices)
    for unit, offices in (
        (Unit(PREFECTURE, "prefecture", "government"), _TOP),
        (Unit(SUPERVISION, "prefecture", "department"), _TOP),
        (Unit(LEAD, "prefecture", "department"), _TOP),
        (Unit(OFFICE, "prefecture", "department"), _TOP),
        (Unit(COUNTY, "county", "government"), _COUNTY),
        (Unit(COUNTY_SUPERVISION, "county", "department"), _COUNTY),
        (Unit(COUNTY_LEAD, "county", "department"), _COUNTY),
        (Unit(COUNTY_OFFICE, "county", "department"), _COUNTY),
        (Unit(UNION, "prefecture", "department"), _TOP),
        (Unit(COUNTY_UNION, "county", "department"), _COUNTY),
        (Unit(OTHER_COUNTY, "county", "government"), {**_TOP, "county.government": OTHER_COUNTY}),
        (Unit(TOWNSHIP, "township", "government"), {**_COUNTY, "township.government": TOWNSHIP}),
        (
            Unit(OTHER_TOWNSHIP, "township", "government"),
            {**_COUNTY, "township.government": OTHER_TOWNSHIP},
        ),
        (Unit(VILLAGE, "village", "government"), _COUNTY),
    )
}
WORLD = World(CALENDAR, lineages=LINEAGES)


def at(text: str) -> datetime:
    """An instant in Shanghai: "2026-03-02", at ten o'clock, or "2026-03-02 15:30"."""
    instant = datetime.fromisoformat(text).replace(tzinfo=ZONE)
    return instant if " " in text else instant.replace(hour=10)


MONDAY = at("2026-03-02")
"""Nothing but weekends lies between this Monday and the middle of April 2026."""


# Definitions


def define(text: str, *, checked: bool = True) -> Definition:
    """`BASE` with the parts in `text` added, or replaced where they stand in both."""
    tree = read_yaml(BASE, "base.yaml").tree
    for key, value in read_yaml(text, "small.yaml").tree.items():
        tree[key] = {**tree.get(key, {}), **value} if isinstance(value, dict) else value
    return parse(tree, "small.yaml", {}) if checked else Definition.model_validate(tree)


def compiled(text: str, *, checked: bool = True) -> Compiled:
    """The same, ready to run. `checked=False` lets through what the loader would refuse."""
    return Compiled(define(text, checked=checked), 1)


# People


def person(id_: int, *posts: tuple[int, str]) -> Actor:
    """A person who holds these posts, each a unit and a role."""
    return Actor(
        "person",
        id_,
        tuple(Post(id_ * 10 + n, unit, role) for n, (unit, role) in enumerate(posts)),
    )


CLERK = person(100, (COUNTY, "clerk"))
CLERK_2 = person(101, (COUNTY, "clerk"))
HEAD = person(102, (COUNTY, "head"))
STRANGER = person(103, (OTHER_COUNTY, "clerk"))
CHECKER = person(110, (LEAD, "head"))
CHECK_CLERK = person(111, (LEAD, "clerk"))
CHECK_CLERK_2 = person(112, (LEAD, "clerk"))
KEEPER = person(120, (SUPERVISION, "head"))
KEEP_CLERK = person(121, (SUPERVISION, "clerk"))


def seeing(colleague: Actor) -> World:
    """The world in which work is handed to this colleague."""
    return World(WORLD.calendar, colleague=colleague.posts)


# A case in memory


class Walk:
    """One case, opened by another case at `start`, and every step it has taken."""

    def __init__(
        self,
        definition: str | Compiled,
        *,
        unit: int = COUNTY,
        start: datetime = MONDAY,
        actor: Actor | None = None,
        named: Mapping[str, int] | None = None,
        world: World = WORLD,
        checked: bool = True,
        period: int | None = None,
        **facts: Any,
    ) -> None:
        self.compiled = (
            compiled(definition, checked=checked) if isinstance(definition, str) else definition
        )
        self.now, self.world = start, world
        self.calendars = {world.calendar.version: world.calendar}
        self.rows: list[dict[str, Any]] = []
        self.steps: list[Step] = []
        self._prev = START
        parties = named if named is not None else {self.compiled.definition.anchor: unit}
        given = facts or {"what": "修路"}
        request = Request(1, "小流程〔2026〕1号", parties, given, period)
        opened = open_case(self.compiled, request, actor or Actor("case"), world, start)
        inputs = {"facts": opened.written, "named": dict(parties), "number": request.number}
        self._take_in(opened, {**inputs, **({"period": period} if period else {})}, world)

    @property
    def case(self) -> Case:
        return self.steps[-1].case

    @property
    def state(self) -> str:
        return self.case.state

    @property
    def due(self) -> Due:
        assert self.case.due is not None
        return self.case.due

    def fire(
        self,
        event: str,
        actor: Actor,
        *,
        when: str | timedelta | None = None,
        unit: int | None = None,
        to: int | None = None,
        world: World | None = None,
        emptied: tuple[str, ...] = (),
        **facts: Any,
    ) -> Step:
        """Fire an event, an hour after the last one or `when`."""
        now = self._then(when)
        firing, seen = Firing(event, facts, unit, to, emptied=emptied), world or self.world
        decided = step(self.compiled, self.case, firing, actor, seen, now)
        self.now = now
        if decided.case.seq != self.case.seq:
            inputs: dict[str, Any] = (
                dict(facts) if event in BY_CLOCK else {"facts": decided.written}
            )
            inputs |= {"unit": unit} if unit is not None else {}
            inputs |= {"person": to} if to is not None else {}
            inputs |= {"emptied": list(decided.emptied)} if decided.emptied else {}
            self._take_in(decided, inputs, seen)
        return decided

    def rung(self, number: int, ladder: str = "ladder", **more: Any) -> Step:
        """Let a rung of the ladder come, `warned_at` its warning really went out."""
        when, warned_at = more.get("when"), more.get("warned_at")
        world = replace(self.world, warned_at=warned_at)
        return self.fire("rung", CLOCK, when=when, world=world, ladder=ladder, rung=number)

    def refused(self, kind: type[Refusal], event: str, actor: Actor, **more: Any) -> Refusal:
        """Fire an event that must be refused in this way, with nothing changed."""
        before = deepcopy(self.case)
        with pytest.raises(kind) as caught:
            self.fire(event, actor, **more)
        assert self.case == before
        return caught.value

    def again(self) -> Case:
        """The case worked out once more from its history."""
        return replay(self.compiled, self.rows, self.calendars)

    def _then(self, when: str | timedelta | None) -> datetime:
        if isinstance(when, str):
            return at(when)
        return self.now + (when if when is not None else timedelta(hours=1))

    def _take_in(self, decided: Step, inputs: Mapping[str, Any], world: World) -> None:
        self.calendars[world.calendar.version] = world.calendar
        row = history_row(decided, world, inputs, self._prev, ALGORITHMS[0])
        self.rows.append(row)
        self._prev = row["hash"]
        self.steps.append(decided)


def due_day(walk: Walk) -> str:
    """The last day of the limit, as text."""
    return (walk.due.at - timedelta(seconds=1)).astimezone(ZONE).date().isoformat()


def told(decided: Step) -> list[tuple[int, str]]:
    """Everyone a step tells, as units and roles."""
    return [pair for notice in decided.notices for pair in notice.to]
