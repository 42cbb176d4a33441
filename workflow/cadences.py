"""What the calendar opens: for every unit its case of a period, exactly once.

A case of a period is one row under a unique key, and a draw is one too: whoever sweeps, how often,
and after how long an outage does not matter.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from workflow.catalog import Catalog
from workflow.engine.beginnings import Periodic
from workflow.engine.cadences import parse_day
from workflow.engine.calendar import day_begins, local_day
from workflow.engine.case import CLOCK, Actor
from workflow.engine.errors import InvalidInput, NotFound, NotYourTurn, Refusal
from workflow.engine.lots import by_lot
from workflow.engine.machine import Compiled
from workflow.engine.opening import periodic_facts
from workflow.engine.periods import Period, period_of
from workflow.setting_aside import in_words, is_outage
from workflow.store.casework import cadences
from workflow.store.casework.cadences import Choice, Reached, Switched
from workflow.store.database import Database
from workflow.store.driver.broken import rule_of
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act, Plain
from workflow.store.measuring import figures
from workflow.store.measuring.figures import Home
from workflow.tallying import tallied
from workflow.transaction import Transaction

LONGEST_REASON = 200

_TAKEN = ("key", "no_replace")
"""How the rules of unique keys end; on SQLite those of append-only tables speak first."""

_Wanted = tuple[Mapping[int, dict[str, Any]], Choice | None]
"""The facts of cases that open together, by unit, and what was chosen."""


@dataclass(frozen=True, slots=True)
class NotOpened:
    """Cases of a period that could not be opened, and why, in Chinese."""

    workflow: str
    period: str
    units: tuple[int, ...]
    why: str


def open_periodic(
    database: Database,
    catalog: Catalog,
    now: datetime,
    report: Callable[[NotOpened], None] = lambda _: None,
    going_on: Callable[[], bool] = lambda: True,
) -> int:
    """Open what every cadence owes and has not opened yet; how many cases were opened.

    What could not be opened is reported and tried again at every sweep. Between two transactions
    `going_on` is asked whether to begin another.

    Of the present period from its day on; where the cadence says `missed: late` also of the one
    before, if the cadence was in force on that day. What is older is left out: after a long outage
    nobody gets ten weeks' work at once.
    """
    workflows = catalog.known().values()
    with database.reading() as connection:
        switches = cadences.switched(connection)
        due = [
            (sweep, period, day)
            for compiled in workflows
            for cadence in compiled.definition.periodic
            for sweep in [_Sweep(database, catalog, compiled, cadence, now, switches, going_on)]
            for period, day in sweep.due()
        ]
        settled = _settled(connection, [(sweep, period) for sweep, period, _ in due])
    return sum(sweep.open(period, day, settled, report) for sweep, period, day in due)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What a sweep reads once for all cadences: who there is, and who needs nothing more."""

    units: Sequence[Reached]
    served: cadences.Served
    chosen: cadences.Served


def _settled(connection: Connection, due: Collection[tuple["_Sweep", Period]]) -> _Settled:
    all_ = [(sweep.workflow, period) for sweep, period in due if not sweep.chooses]
    some = [(sweep.workflow, period) for sweep, period in due if sweep.chooses]
    return _Settled(
        cadences.living_units(connection, [sweep.cadence for sweep, _ in due]) if due else (),
        cadences.served(connection, all_),
        cadences.chosen_below(connection, some),
    )


@dataclass
class _Sweep:
    """One cadence at one moment."""

    database: Database
    catalog: Catalog
    compiled: Compiled
    cadence: Periodic
    now: datetime
    switches: Collection[Switched] = field(default_factory=list)
    going_on: Callable[[], bool] = lambda: True

    @property
    def workflow(self) -> str:
        return self.compiled.definition.workflow

    @cached_property
    def _since(self) -> date:
        return local_day(self.catalog.cadence_since(self.workflow, self.cadence.every))

    def due(self) -> Iterator[tuple[Period, date]]:
        """The periods of which something may be owed, with the day from which it is."""
        if not self._runs_somewhere:
            return  # most are off
        today, cadence = local_day(self.now), self.cadence
        present, opens = period_of(cadence.every, today), parse_day(cadence.every, cadence.on)
        for around in (present.before, present) if cadence.missed == "late" else (present,):
            day = opens.on(around, self.catalog.calendar)
            if day is None or day > today or (self._is_past(day) and self._since > day):
                continue
            yield (around.before if cadence.about == "before" else around), day

    def open(
        self, period: Period, day: date, settled: _Settled, report: Callable[[NotOpened], None]
    ) -> int:
        """Open what is owed of a period; how many cases were opened."""
        without = list(self._without(period, day, settled))
        return self._open(period, day, without, report) if without else 0

    def _open(
        self,
        period: Period,
        day: date,
        units: Sequence[Reached],
        report: Callable[[NotOpened], None],
    ) -> int:
        opened = 0
        for facts, choice in self._wanted(period, units):
            if not self.going_on():
                break
            try:
                opened += self._open_all(period, day, facts, choice)
            except Exception as error:  # a mistake of ours for one unit keeps no other waiting
                if is_outage(error):
                    raise
                if why := _why_not(error):
                    report(NotOpened(self.workflow, str(period), tuple(facts), why))
        return opened

    def _wanted(self, period: Period, units: Sequence[Reached]) -> Iterator[_Wanted]:
        """The cases to open together, with what was settled for whom they open."""
        if not self.chooses:
            for unit in units:
                if (facts := self._facts(period, unit)) is not None:
                    yield {unit.id: facts}, None
            return
        for parent in sorted({unit.parent for unit in units}):
            yield self._choose(period, parent, [unit for unit in units if unit.parent == parent])

    @property
    def _runs_somewhere(self) -> bool:
        mine = (self.workflow, self.cadence.every)
        return self.cadence.runs or any(
            one.runs and (one.workflow, one.every) == mine for one in self.switches
        )

    @property
    def chooses(self) -> bool:
        """Whether cases open for some units only, which is settled once a period."""
        return self.cadence.draw is not None or self.cadence.when is not None

    def _is_past(self, day: date) -> bool:
        """Whether the period in which this day lies has ended."""
        return period_of(self.cadence.every, day).last < local_day(self.now)

    def _without(self, period: Period, day: date, settled: _Settled) -> Iterator[Reached]:
        """The units that have no case of a period, though the cadence ran for them on its day."""
        number = int(period)
        for unit in settled.units:
            if not unit.by(self.cadence):
                continue
            if self.chooses:
                done = (self.workflow, number, unit.parent) in settled.chosen
            else:
                done = (self.workflow, number, unit.id) in settled.served
            if not done and self._ran(unit, day):
                yield unit

    def _ran(self, unit: Reached, day: date) -> bool:
        last = cadences.nearest(self.switches, self.workflow, self.cadence, unit.path, unit.level)
        return self.cadence.runs if last is None else last.runs and local_day(last.at) <= day

    def _choose(self, period: Period, parent: int, units: Collection[Reached]) -> _Wanted:
        """The cases of those of the units below one for whom the condition holds, or of some
        of them by lot; nobody can foresee the seed.
        """
        found = {unit.id: self._facts(period, unit) for unit in units}
        facts = {unit: given for unit, given in found.items() if given is not None}
        choice, every = Choice(parent), self.cadence.every
        if self.cadence.draw is not None:
            choice = Choice(parent, secrets.token_hex(8))
            codes = {unit.id: unit.code for unit in units if unit.id in facts}
            with self.database.reading() as connection:
                before = cadences.drawn_before(connection, self.workflow, every, codes)
            drawn = by_lot(choice.seed or "", self.cadence.draw, codes, before)
            facts = {unit: facts[unit] for unit in drawn}
        return facts, choice

    def _facts(self, period: Period, unit: Reached) -> dict[str, Any] | None:
        """What the calendar gives the case of a unit; None where it opens none."""
        more: dict[str, Any] = {"unit": unit.name}
        definition = self.compiled.definition
        if definition.tallies:
            with self.database.reading() as connection:
                whole = tallied(
                    connection, self.catalog, definition, unit.id, period, self.now
                ).whole
            # a share of nothing is left out: what asks for it does not hold
            more["tallies"] = {name: value for name, value in whole.items() if value is not None}
        return periodic_facts(
            self.compiled, self.cadence, period, self.now, self.catalog.calendar, **more
        )

    def _open_all(
        self, period: Period, day: date, facts: Mapping[int, dict[str, Any]], choice: Choice | None
    ) -> int:
        """Open the cases of some units with their facts, all or none."""
        with self.database.unit_of_work() as connection:
            if choice is not None:
                cadences.choose(connection, self.workflow, period, choice, self.now)
            work = Transaction(connection, self.catalog, self.now)
            work.writes.due_at = day_begins(day)
            for unit, given in facts.items():
                named = {self.cadence.party: unit}
                work.open(self.workflow, named, given, CLOCK, period=int(period))
            work.flush()
        return len(facts)


def _why_not(error: Exception) -> str | None:
    """Why cases were not opened; None where another worker was first."""
    if isinstance(error, Refusal):
        return error.sentence
    if not isinstance(error, IntegrityError):
        return f"系统出错（{in_words(error)}）"
    rule = rule_of(error)
    return None if rule.endswith(_TAKEN) else f"数据库不接受（{rule}）"


# Switching


def may_switch(homes: Iterable[Home], cadence: Periodic, actor: Actor) -> dict[int, str]:
    """The units for all below which somebody may switch a cadence, with their names; `homes` is
    where they work.
    """
    roles = {(post.unit, post.role) for post in actor.posts}
    return {
        home.government: home.name
        for home in homes
        for seat in cadence.switched_by
        if seat.rpartition(".")[0] == home.office and (home.unit, seat.rpartition(".")[2]) in roles
    }


@dataclass(frozen=True, slots=True)
class Switching:
    """What somebody asks: that a cadence runs, or runs no more, for all units below one."""

    workflow: str
    every: str
    unit: int
    runs: bool
    reason: str


def switch(
    database: Database, catalog: Catalog, asked: Switching, actor: Actor, now: datetime
) -> None:
    """Switch a cadence, with the reason kept; raises a Refusal."""
    cadence = catalog.newest(asked.workflow).definition.cadence(asked.every)
    if cadence is None:
        raise NotFound("没有这项定期工作", {"every": asked.every[:10]})
    reason = asked.reason.strip()
    if not 2 <= len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise InvalidInput(f"请写明理由，2 至 {LONGEST_REASON} 个字", {"reason": len(reason)})
    with database.unit_of_work() as connection:
        if asked.unit not in may_switch(figures.homes(connection, actor), cadence, actor):
            raise NotYourTurn("你的岗位不能开启或者停止这项定期工作", {"unit": asked.unit})
        row = {name: getattr(asked, name) for name in ("workflow", "every", "runs")}
        row |= {"unit_id": asked.unit, "reason": reason, "person_id": actor.person, "at": now}
        cadences.switch(connection, row)
        data: dict[str, Plain] = {name: row[name] for name in ("workflow", "every", "runs")}
        audit.record(connection, Act("cadence", actor.person, ("unit", asked.unit), data=data), now)
