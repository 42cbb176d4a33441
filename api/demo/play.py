"""The year passes: the clock goes to the next instant at which anything happens, the worker beats,
people do what the story has them do.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from api.demo import records
from api.demo.cast import Cast, Parties
from api.demo.diary import Agenda, instant_of, next_slot, plan
from api.demo.offices import Offices
from api.demo.played import BELOW, Played, Refused, StoryBroken
from api.demo.stage import Stage
from api.demo.story import Act, Outage, Story
from api.demo.world import World
from api.papers import issuing
from api.worker import Ticked, tick
from workflow.engine.cadences import opening_days
from workflow.engine.calendar import local_day
from workflow.engine.case import Actor, Case
from workflow.engine.errors import Refusal
from workflow.store.casework import cases
from workflow.tallying import drafts, tallied_for

Visit = tuple[str, datetime]
"""A stay of a case in a state: where, since when."""


class Play:
    """One performance of a story on a stage."""

    def __init__(
        self, stage: Stage, story: Story, folder: Path, until: datetime | None = None
    ) -> None:
        """`until`: played to what comes before, be it earlier or later than the story's end."""
        self.stage, self.story, self.folder = stage, story, folder
        self.played = Played()
        self._cast = Cast.of(stage.duban.database)
        self._world = World(stage, story, folder, self._cast, self.played)
        self._agenda: Agenda[Callable[[], None]] = Agenda()
        self._cases: dict[int, Case] = {}
        self._visits: dict[int, list[Visit]] = {}
        self._waiting: list[tuple[Act, int, str]] = []
        self._wake: datetime | None = None
        self._down = False
        self._moved = False
        self._until = until
        self._ends = until or instant_of(story.ends) + timedelta(days=1)

    @property
    def now(self) -> datetime:
        """What time it is in the story."""
        return self.stage.clock.now()

    def run(self, watch: Callable[[datetime], None]) -> Played:
        """Play from the first day to the last; `watch` is told of every instant."""
        self._enter_fixed()
        while (instant := self._next()) is not None and instant < self._ends:
            self.stage.clock.advance_to(instant)
            self.played.instants += 1
            watch(instant)
            if instant == self._wake:
                self._beat()
            if due := self._agenda.take_due(instant):
                for thing in due:
                    thing()
                    self._moved = True
                    self._look()
                self._beat()
        return self.played

    def _enter_fixed(self) -> None:
        for at, deed in self._world.deeds(self._until):
            self._agenda.enter(at, deed)
        for at, deed in Offices(self.stage, self.story, self._cast).deeds():
            self._agenda.enter(at, deed)
        for outage in self.story.outages:
            self._agenda.enter(instant_of(outage.begins), partial(self._stop, outage))
            self._agenda.enter(instant_of(outage.ends), partial(self._restart, outage))
        for day in self._periodic_days():
            self._agenda.enter(day, lambda: None)

    def _periodic_days(self) -> Iterator[datetime]:
        """The mornings on which the calendar opens cases."""
        first, last = local_day(self.now), local_day(self._ends)
        calendar = self.stage.duban.catalog.calendar
        for compiled in self.stage.duban.catalog.workflows().values():
            for cadence in compiled.definition.periodic:
                for day in opening_days(cadence, first, last, calendar):
                    morning = instant_of(f"{day} 08:30")
                    if self.now < morning < self._ends:
                        yield morning

    def _next(self) -> datetime | None:
        """When something happens next: somebody acts, or (noted in `_wake`) something falls due."""
        planned = self._agenda.next
        self._wake = None
        if not self._down:
            with self.stage.duban.database.reading() as connection:
                self._wake = records.next_wake(connection, self.now)
        return min((at for at in (planned, self._wake) if at is not None), default=None)

    # The worker

    def _beat(self) -> None:
        if self._down:
            return
        self._tick()
        self._look()

    def _tick(self) -> Ticked:
        stage = self.stage
        ticked = tick(stage.duban, stage.ways, self.now)
        self._moved = self._moved or not ticked.idle
        if ticked.failed:
            raise StoryBroken(f"{self.now}：后台有部分没有办成：{'、'.join(ticked.failed)}")
        return ticked

    def _stop(self, outage: Outage) -> None:
        self._down = True
        self._world.remark("outages", f"后台停机：{outage.because}")

    def _restart(self, _: Outage) -> None:
        self._down = False
        done = self._tick().figures
        timers_, sent = done.get("timers", 0), done.get("sent", 0)
        with self.stage.duban.database.reading() as connection:
            merged = records.collapsed(connection, self.now)
        self._world.remark(
            "outages",
            f"后台恢复，补办到时事项 {timers_} 件（其中 {merged} 条过时的提醒并入后一条），"
            f"发出积压消息 {sent} 封",
        )

    # The people

    def _look(self) -> None:
        """See which cases have moved, and plan what their people do next."""
        if not self._moved:
            return
        self._moved = False
        changed = self._changed()
        for case in changed:
            self._cases[case.id] = case
        for case in changed:
            self._name(case)
            visit = (case.state, case.stay.entered_at)
            visits = self._visits.setdefault(case.id, [])
            if not visits or visits[-1] != visit:
                visits.append(visit)
                self._plan(case)
        self._look_at_parents()

    def _changed(self) -> list[Case]:
        """The cases that have moved since they were last seen."""
        with self.stage.duban.database.reading() as connection:
            moved = records.moved(connection, self.now, self._cast.called)
            new = sorted(id_ for id_, seq in moved.items() if self._is_new(id_, seq))
            self._cast.called.clear()
            return [cases.read_case(connection, id_)[0] for id_ in new]

    def _is_new(self, id_: int, seq: int) -> bool:
        return id_ not in self._cases or self._cases[id_].seq < seq

    def _name(self, case: Case) -> None:
        if case.parent is None:
            key = f"{case.workflow}/{self._cast.place(case.unit).code}"
        else:
            key = f"{self.played.keys[case.parent]}{BELOW}{case.child_name}"
        self.played.name(case.id, key)

    def _plan(self, case: Case) -> None:
        key = self.played.keys[case.id]
        visit = sum(1 for state, _ in self._visits[case.id] if state == case.state)
        code = self._cast.place(case.unit).code
        acts = tuple(
            act
            for act in self.story.acts(key, tuple(self._kinds(case)), case.state, visit)
            if not act.among or code.startswith(act.among)
        )
        seed = f"{self.story.seed}|{key}|{case.state}|{visit}"
        if acts and acts[0].parent:
            self._waiting.append((acts[0], case.id, seed))
            return
        self._enter(acts, case, seed)

    def _kinds(self, case: Case) -> Iterator[str]:
        """The habits that people have with a case: as a child of a kind of case, and in general."""
        if case.parent is not None:
            yield f"{self._cases[case.parent].workflow}{BELOW}{case.child_name}"
        yield case.workflow

    def _enter(self, acts: tuple[Act, ...], case: Case, seed: str) -> None:
        calendar = self.stage.duban.catalog.calendar
        for at, act in plan(acts, case, calendar, seed, self.now):
            exact = act.at is not None or act.minutes is not None
            at = at if exact else next_slot(at, self.story.slot)
            self._agenda.enter(max(at, self.now), partial(self._act, act, case))

    def _look_at_parents(self) -> None:
        for waiting in list(self._waiting):
            act, id_, seed = waiting
            case = self._cases[id_]
            parent = self._cases[case.parent] if case.parent is not None else None
            if parent is None or parent.state in act.parent:
                self._waiting.remove(waiting)
                self._enter((act,), case, seed)

    def _act(self, act: Act, planned: Case) -> None:
        case = self._cases[planned.id]
        if (case.state, case.stay.entered_at) != (planned.state, planned.stay.entered_at):
            return  # it has gone elsewhere in the meantime
        parties = {party: seat.unit for party, seat in case.parties.items()}
        person = self._cast.person(act.by, parties)
        try:
            self._do(act, case, person, parties)
        except Refusal as refusal:
            if not act.refused:
                raise StoryBroken(
                    f"{self.now} {case.number}：{act.by} 办理“{act.do}”被拒绝：{refusal.sentence}"
                ) from None
            event = self.stage.duban.catalog.version(case.definition).events[case.state][act.do]
            unit = parties[act.by.partition(".")[0]]
            self.played.refused.append(
                Refused(self.now, case.id, unit, person, event.title, refusal.sentence)
            )
        else:
            if act.refused is True:
                raise StoryBroken(f"{self.now} {case.number}：“{act.do}”本应被拒绝")

    def _do(self, act: Act, case: Case, person: int, parties: Parties) -> None:
        duban = self.stage.duban
        request = f"story {case.number} {case.seq} {act.by}"[:80]
        if act.document is not None:
            someone = self._cast.someone(person, self.now)
            issuing.issue(duban, someone, case.id, act.document, request)
            return
        duban.commands.fire(
            case_id=case.id,
            event=act.do,
            actor=Actor("person", person),  # the command reads whose posts they are
            request=request,
            now=self.now,
            facts=self._facts(act, case, parties),
            unit=self._cast.unit(act.unit) if act.unit else None,
        )

    def _facts(self, act: Act, case: Case, parties: Parties) -> dict[str, Any]:
        """What is written: by the system, where its drafts are taken over, and by the person."""
        visits = sum(1 for state, _ in self._visits[case.id] if state == case.state)
        words = {**case.facts, "number": case.number, "visit": visits}
        words["serial"] = case.number.partition("〕")[2].removesuffix("号")
        seed = f"{self.played.keys[case.id]}|{case.seq}"
        given: dict[str, Any] = self._world.writer(seed, parties, words).value(act.give)
        return self._drafts(act, case) | given if act.drafted else given

    def _drafts(self, act: Act, case: Case) -> dict[str, Any]:
        """What stands in the form of whoever does this."""
        catalog = self.stage.duban.catalog
        compiled = catalog.version(case.definition)
        event = compiled.events[case.state][act.do]
        with self.stage.duban.database.reading() as connection:
            found = tallied_for(connection, catalog, case, self.now)
            asked = (*event.needs, *event.may)
            return drafts(connection, catalog, compiled.definition, found, asked, self.now)
