"""The year passes: the clock goes to the next instant at which anything happens, the worker beats,
people do what the story has them do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from api.demo import records, tables_in
from api.demo.cast import Cast
from api.demo.diary import Agenda, instant_of, plan, written
from api.demo.stage import Stage
from api.demo.story import Act, Import, Notice, Opening, Outage, Story
from api.notice_file import read_notice
from api.spreadsheets.case_import import import_cases
from api.worker import Ticked, tick
from workflow import timers
from workflow.engine.cadences import opening_days
from workflow.engine.calendar import local_day
from workflow.engine.case import Case
from workflow.engine.errors import DubanError, Refusal

BELOW = "›"
"""Stands between a case's key and the name of its child."""

Visit = tuple[str, datetime]
"""A stay of a case in a state: where, since when."""


class StoryBroken(DubanError):
    """Something in the story did not go as it should; the text says what."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that the system refused, as the story wanted it."""

    at: datetime
    case: int
    unit: int
    person: int
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that happened to the world, not to a case."""

    at: datetime
    kind: str
    text: str


@dataclass
class Played:
    """What the year left beside the database."""

    keys: dict[int, str] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    instants: int = 0


class Play:
    """One performance of a story on a stage."""

    def __init__(self, stage: Stage, story: Story, folder: Path) -> None:
        self.stage, self.story, self.folder = stage, story, folder
        self.played = Played()
        self._cast = Cast.of(stage.duban.database)
        self._agenda: Agenda[Callable[[], None]] = Agenda()
        self._known: dict[int, int] = {}
        self._cases: dict[int, Case] = {}
        self._visits: dict[int, list[Visit]] = {}
        self._waiting: list[tuple[Act, int, str]] = []
        self._wake: datetime | None = None
        self._down = False
        self._moved = False
        self._ends = instant_of(story.ends) + timedelta(days=1)

    @property
    def now(self) -> datetime:
        """What time it is in the story."""
        return self.stage.clock.now()

    def run(self, watch: Callable[[datetime], None], until: datetime | None = None) -> Played:
        """Play from the first day to the last, or to what comes before `until`; `watch` is told of
        every instant.
        """
        self._enter_fixed()
        ends = self._ends if until is None else min(self._ends, until)
        while (instant := self._next()) is not None and instant < ends:
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
        story = self.story
        for one in story.imports:
            self._agenda.enter(instant_of(one.at), partial(self._import, one))
        for opening in story.openings:
            self._agenda.enter(instant_of(opening.at), partial(self._open, opening))
        for outage in story.outages:
            self._agenda.enter(instant_of(outage.begins), partial(self._stop, outage))
            self._agenda.enter(instant_of(outage.ends), partial(self._restart, outage))
        for notice in story.notices:
            self._agenda.enter(instant_of(notice.at), partial(self._enter_notice, notice))
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
        self._remark("outages", f"后台停机：{outage.because}")

    def _restart(self, _: Outage) -> None:
        self._down = False
        done = self._tick().figures
        timers_, sent = done.get("timers", 0), done.get("sent", 0)
        with self.stage.duban.database.reading() as connection:
            merged = records.collapsed(connection, self.now)
        self._remark(
            "outages",
            f"后台恢复，补办到时事项 {timers_} 件（其中 {merged} 条过时的提醒并入后一条），"
            f"发出积压消息 {sent} 封",
        )

    def _remark(self, kind: str, text: str) -> None:
        self.played.remarks.append(Remark(self.now, kind, text))

    # The world

    def _import(self, one: Import) -> None:
        duban = self.stage.duban
        definition = duban.catalog.newest(one.workflow).definition
        table = tables_in.rows_of(self.folder / one.file, one.by)
        someone = self._cast.someone(one.by, self.now)
        content = tables_in.workbook(definition, table)
        report = import_cases(duban, someone, one.workflow, content, commit=True)
        for row, opened in zip(table, report.rows, strict=True):
            if opened.case is None:
                raise StoryBroken(f"{one.file}：{row['key']} 没有登记：{dict(opened.errors)}")
            self.played.keys[opened.case] = row["key"]
        text = f"{someone.name}上传一张 xlsx 表格，{len(table)} 行都合格，一次登记 {len(table)} 件"
        self._remark("imports", text)

    def _open(self, opening: Opening) -> None:
        answer = self.stage.duban.commands.open_case(
            workflow=opening.workflow,
            parties={party: self._cast.unit(code) for party, code in opening.parties.items()},
            facts=opening.facts,
            actor=self._cast.someone(opening.by, self.now).actor,
            request=f"story {opening.key}",
            now=self.now,
        )
        self.played.keys[answer.case] = opening.key

    def _enter_notice(self, notice: Notice) -> None:
        duban = self.stage.duban
        entered = read_notice(self.folder / notice.file, notice.year)
        person = self._cast.person(notice.by)
        timers.enter_notice(duban.database, duban.catalog, entered, self.now, person)
        changed = timers.recalculate(duban.database, duban.catalog, self.now)
        who = self._cast.names[person]
        text = f"{who}录入 {notice.year} 年放假通知（示例），系统随即重算 {changed} 件事项的期限"
        self._remark("notices", text)

    # The people

    def _look(self) -> None:
        """See which cases have moved, and plan what their people do next."""
        if not self._moved:
            return
        self._moved = False
        with self.stage.duban.database.reading() as connection:
            there = records.progress(connection)
            moved = [id_ for id_, rows in there.items() if self._known.get(id_) != rows]
            changed = records.cases(connection, moved) if moved else []
        self._known = there
        for case in changed:
            self._cases[case.id] = case
        for case in changed:
            self._name(case)
            visit = (case.state, case.entered_at)
            visits = self._visits.setdefault(case.id, [])
            if not visits or visits[-1] != visit:
                visits.append(visit)
                self._plan(case)
        self._look_at_parents()

    def _name(self, case: Case) -> None:
        if case.id in self.played.keys:
            return
        if case.parent is None:
            codes = {id_: code for code, id_ in self._cast.units.items()}
            key = f"{case.workflow}/{codes[case.unit]}"
        else:
            key = f"{self.played.keys[case.parent]}{BELOW}{case.child_name}"
        same = sum(1 for other in self.played.keys.values() if other.partition("~")[0] == key)
        self.played.keys[case.id] = f"{key}~{same + 1}" if same else key

    def _plan(self, case: Case) -> None:
        key = self.played.keys[case.id]
        visit = sum(1 for state, _ in self._visits[case.id] if state == case.state)
        acts = self.story.acts(key, case.workflow, case.state, visit)
        seed = f"{self.story.seed}|{key}|{case.state}|{visit}"
        if acts and acts[0].parent:
            self._waiting.append((acts[0], case.id, seed))
            return
        self._enter(acts, case, seed)

    def _enter(self, acts: tuple[Act, ...], case: Case, seed: str) -> None:
        calendar = self.stage.duban.catalog.calendar
        for at, act in plan(acts, case, calendar, seed, self.now):
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
        if (case.state, case.entered_at) != (planned.state, planned.entered_at):
            return  # it has gone elsewhere in the meantime
        person = self._cast.person(act.by, case)
        try:
            self._fire(act, case, person)
        except Refusal as refusal:
            if not act.refused:
                raise StoryBroken(
                    f"{self.now} {case.number}：{act.by} 办理“{act.do}”被拒绝：{refusal.sentence}"
                ) from None
            event = self.stage.duban.catalog.version(case.definition).events[case.state][act.do]
            unit = case.parties[act.by.partition(".")[0]].unit
            self.played.refused.append(
                Refused(self.now, case.id, unit, person, event.title, refusal.sentence)
            )
        else:
            if act.refused:
                raise StoryBroken(f"{self.now} {case.number}：“{act.do}”本应被拒绝")

    def _fire(self, act: Act, case: Case, person: int) -> None:
        duban = self.stage.duban
        words = {**case.facts, "number": case.number, "year": local_day(self.now).year}
        words["serial"] = case.number.partition("〕")[2].removesuffix("号")
        facts = written(act.give, words, duban.catalog.calendar, self.now)
        duban.commands.fire(
            case_id=case.id,
            event=act.do,
            actor=self._cast.actor(person, self.now),
            request=f"story {case.number} {case.seq} {act.by}"[:80],
            now=self.now,
            facts=facts,
            unit=self._cast.unit(act.unit) if act.unit else None,
        )
