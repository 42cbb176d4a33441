"""Cases that a story opens by itself, from tables, by hand and in streams; the holiday notice."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from api.demo import tables_in
from api.demo.cast import Cast, Parties
from api.demo.diary import OFFICE_OPENS, instant_of, next_slot, spread
from api.demo.played import Played, Remark, StoryBroken
from api.demo.stage import Stage
from api.demo.story import ByHand, Import, Notice, Story, Stream
from api.demo.writing import Writer
from api.notice_file import read_notice
from api.spreadsheets.case_import import import_cases
from workflow import timers
from workflow.engine.calendar import ZONE, local_day
from workflow.engine.case import Actor
from workflow.engine.terms import Moment

T = TypeVar("T")

Deed = Callable[[], None]


@dataclass(frozen=True, slots=True)
class World:
    """The world of one story."""

    stage: Stage
    story: Story
    folder: Path
    cast: Cast
    played: Played

    @property
    def _now(self) -> datetime:
        return self.stage.clock.now()

    def deeds(self, until: datetime | None) -> Iterator[tuple[datetime, Deed]]:
        """What the story has happen at a given time, each with its instant; where it is played up
        to a day, what happened lately as well.
        """
        for one in self.story.imports:
            yield instant_of(one.at), partial(self._import, one)
        for opening in self.story.openings:
            yield instant_of(opening.at), partial(self._open_one, opening)
        if until is not None:
            for recent in self.story.lately:
                if (at := self._days_before(recent.ago, until)) >= self._now:
                    yield at, partial(self._open_one, recent)
        for stream in self.story.streams:
            yield from self._flow(stream)
        for notice in self.story.notices:
            yield instant_of(notice.at), partial(self._enter_notice, notice)

    def remark(self, kind: str, text: str) -> None:
        """Note something that happened to the world."""
        self.played.remarks.append(Remark(self._now, kind, text))

    def writer(self, seed: str, parties: Parties, words: Mapping[str, Any]) -> Writer:
        """Somebody who writes now about some units, with chance for what is left to it."""
        chance, unit = Random(f"{self.story.seed}|{seed}|written"), next(iter(parties.values()))
        place = self.cast.place(unit)
        known = {"unit": place.name, **words, "year": local_day(self._now).year}
        nearby = [one.name for one in self.cast.below(unit)] or [place.name]
        calendar = self.stage.duban.catalog.calendar
        login = partial(self.cast.login, parties=parties)
        return Writer(known, nearby, self.story.pools, chance, calendar, self._now, login)

    # Cases from tables and by hand

    def _import(self, one: Import) -> None:
        duban = self.stage.duban
        definition = duban.catalog.newest(one.workflow).definition
        table = tables_in.rows_of(self.folder / one.file, one.by)
        someone = self.cast.someone(self.cast.person(one.by), self._now)
        content = tables_in.workbook(definition, table)
        report = import_cases(duban, someone, one.workflow, content, commit=True)
        for row, opened in zip(table, report.rows, strict=True):
            if opened.case is None:
                raise StoryBroken(f"{one.file}：{row['key']} 没有登记：{dict(opened.errors)}")
            self.played.name(opened.case, row["key"])
        text = f"{someone.name}上传一张 xlsx 表格，{len(table)} 行都合格，一次登记 {len(table)} 件"
        self.remark("imports", text)

    def _days_before(self, days: int, until: datetime) -> datetime:
        """A morning so many working days before."""
        day = local_day(self.stage.duban.catalog.calendar.moment(Moment(-days), until))
        return datetime.combine(day, OFFICE_OPENS, ZONE).astimezone(UTC)

    def _open_one(self, opening: ByHand) -> None:
        parties = {party: self.cast.unit(code) for party, code in opening.parties.items()}
        person = self.cast.person(opening.by)
        facts = self.writer(opening.key, parties, {}).value(opening.facts)
        self._open(opening.key, opening.workflow, parties, person, facts)

    def _open(
        self, key: str, workflow: str, parties: Parties, person: int, facts: Mapping[str, Any]
    ) -> None:
        answer = self.stage.duban.commands.open_case(
            workflow=workflow,
            parties=parties,
            facts=facts,
            actor=Actor("person", person),  # the command reads whose posts they are
            request=f"story {key}",
            now=self._now,
        )
        self.played.name(answer.case, key)

    # Streams of cases

    def _flow(self, stream: Stream) -> Iterator[tuple[datetime, Deed]]:
        chance = Random(f"{self.story.seed}|{stream.key}")
        calendar = self.stage.duban.catalog.calendar
        units = {
            party: cycle(self._choices(where, chance)) for party, where in stream.parties.items()
        }
        pool = self.story.pools[stream.rows] if stream.rows else ({},)
        rows = cycle(_shuffled(pool, chance))
        for n, at in enumerate(spread(stream.within, stream.number, chance, calendar), 1):
            named = {party: next(some) for party, some in units.items()}
            deed = partial(self._open_next, stream, n, named, next(rows))
            yield next_slot(at, self.story.slot), deed

    def _choices(self, where: str, chance: Random) -> Sequence[str]:
        """The codes that a party may be, or the one office."""
        pool = self.story.pools.get(where) or self.cast.among(where)
        return _shuffled(pool, chance) if pool else [where]

    def _open_next(
        self, stream: Stream, n: int, named: Mapping[str, str], row: Mapping[str, Any]
    ) -> None:
        parties: dict[str, int] = {}
        for party, where in named.items():
            if "." in where:
                parties[party] = self.cast.office(where, next(iter(parties.values())))
            else:
                parties[party] = self.cast.unit(where)
        key = f"{stream.key}{n:03}"
        facts = self.writer(key, parties, {**row, "n": n}).value(stream.facts)
        person = self.cast.person(stream.by, parties)
        self._open(key, stream.workflow, parties, person, facts)

    # The calendar

    def _enter_notice(self, notice: Notice) -> None:
        duban = self.stage.duban
        entered = read_notice(self.folder / notice.file, notice.year)
        person = self.cast.person(notice.by)
        timers.enter_notice(duban.database, duban.catalog, entered, self._now, person)
        changed = timers.recalculate(duban.database, duban.catalog, self._now)
        who = self.cast.names[person]
        text = f"{who}录入 {notice.year} 年放假通知（示例），系统随即重算 {changed} 件事项的期限"
        self.remark("notices", text)


def _shuffled(some: Sequence[T], chance: Random) -> list[T]:
    return chance.sample(some, len(some))
