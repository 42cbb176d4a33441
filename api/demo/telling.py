"""The year in words: each chapter's cases act by act, with the derivation of every limit; the other
cases in a line each.

Sentences come from `api.presenting`, so that the demo says what the pages say.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby, repeat
from typing import Any

from sqlalchemy import Connection

from api.demo import records
from api.demo.played import BELOW, Played, Refused
from api.demo.stage import Stage
from api.demo.story import Chapter, Story
from api.presenting.timeline import TimelineEntry, timeline_of, what_happened
from api.presenting.wording import Names, shortened, with_weekday
from workflow.engine.calendar import ZONE
from workflow.engine.case import Case
from workflow.engine.definition import Definition
from workflow.replay import replay
from workflow.store.casework import cases
from workflow.store.lists import queries
from workflow.store.offices.named import history_by_name, roster

LONGEST_FACT = 60
"""Characters shown of what somebody wrote."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, ready to be printed; `rank` orders what happened at one instant."""

    at: datetime
    rank: int
    text: str
    brief: str = ""


class Teller:
    """Reads the database once and tells cases by key."""

    def __init__(self, stage: Stage, story: Story, played: Played) -> None:
        self.stage, self.story, self.played = stage, story, played
        catalog = stage.duban.catalog
        titles = {name: one.definition.title for name, one in catalog.workflows().items()}
        with stage.duban.database.reading() as connection:
            self.cases = {case.id: case for case in self._by_name(connection)}
            units, people = records.unit_names(connection), records.person_names(connection)
        self.names = Names(units, people, titles)
        self._tree: dict[str, list[int]] = {}
        for id_ in self.cases:
            self._tree.setdefault(played.keys[id_].partition(BELOW)[0], []).append(id_)

    def _by_name(self, connection: Connection) -> Iterator[Case]:
        """All cases, with the people named on them by name."""
        known = [(self.definition(case), case) for case in records.cases(connection)]
        people = roster(connection, ((one, case.facts) for one, case in known))
        for one, case in known:
            yield replace(case, facts=people.by_name(one, case.facts))

    def definition(self, case: Case) -> Definition:
        """The workflow of a case, in the version the case has."""
        return self.stage.duban.catalog.version(case.definition).definition

    def title(self, case: Case) -> str:
        """A case as its ledger calls it."""
        headline = str(case.facts.get(self.definition(case).headline, ""))
        return f"{case.number} {self.names.unit(case.unit)}：{shortened(headline, 40)}"

    def summaries(self) -> Iterator[str]:
        """For each workflow that was used: how many cases, and where they stand at the end."""
        for name, compiled in self.stage.duban.catalog.workflows().items():
            states = Counter(case.state for case in self.cases.values() if case.workflow == name)
            definition = compiled.definition
            if states:
                where = "、".join(
                    f"{state.title} {states[key]}"
                    for key, state in definition.states.items()
                    if states[key]
                )
                yield f"{definition.title} {states.total()} 件：{where}"

    # Chapters

    def heading(self, chapter: Chapter) -> str:
        """The chapter's case."""
        return self.title(self.cases[self._tree[chapter.case][0]])

    def chapter(self, chapter: Chapter) -> list[Line]:
        """Everything that happened to the chapter's case and its children, in order."""
        ids = self._tree[chapter.case]
        lines = [
            line
            for id_ in ids
            if self._depth(id_) < 2
            for line in self._lines(self.cases[id_], about_root=id_ == ids[0])
        ]
        for remark in self.played.remarks:
            if remark.kind == chapter.with_:
                lines.append(Line(remark.at, 0, f"※ {remark.text}"))
        return sorted(lines, key=lambda line: (line.at, line.rank))

    def offspring(self, chapter: Chapter) -> Iterator[tuple[str, str]]:
        """The children of the chapter's children: each in a line."""
        for id_ in self._tree[chapter.case]:
            if self._depth(id_) >= 2:
                yield self.title(self.cases[id_]), self._briefly([id_])

    def _depth(self, id_: int) -> int:
        return self.played.keys[id_].count(BELOW)

    def _lines(self, case: Case, *, about_root: bool, whole: bool = True) -> Iterator[Line]:
        """A case's history; only the whole of it says what each row changed, as that is slow."""
        definition = self.definition(case)
        about = "" if about_root else f"〔{case.number}〕"
        with self.stage.duban.database.reading() as connection:
            rows = queries.history_of(connection, case.id)
            rows = history_by_name(connection, definition, rows)
        entries = reversed(timeline_of(definition, rows, self.names))
        changes = self._changes(case, definition) if whole else repeat([], len(rows))
        for row, entry, changed in zip(rows, entries, changes, strict=True):
            text = about + _sentence(definition, row, entry, changed)
            yield Line(row["at"], _rank(row), text, _in_brief(definition, row))
        for refused in self.played.refused:
            if refused.case == case.id:
                yield self._refusal(about, refused)

    def _refusal(self, about: str, refused: Refused) -> Line:
        who = f"{self.names.unit(refused.unit)} {self.names.person(refused.person)}"
        text = f"{about}{who}：{refused.title} ✗ 系统没有受理：{refused.sentence}"
        return Line(refused.at, 0, text, f"{refused.title}（未受理）")

    def _changes(self, case: Case, definition: Definition) -> Iterator[list[str]]:
        """For each history row the marks and units it changed, as replay shows them."""
        catalog = self.stage.duban.catalog
        with self.stage.duban.database.reading() as connection:
            raw = cases.history_of(connection, case.id)
        compiled, calendars = catalog.version(case.definition), catalog.calendars
        before = replay(compiled, raw[:1], calendars)
        yield []
        nothing = not list(self._differences(definition, before, case))
        for end in range(2, len(raw) + 1):
            after = before if nothing else replay(compiled, raw[:end], calendars)
            yield list(self._differences(definition, before, after))
            before = after

    def _differences(self, definition: Definition, before: Case, after: Case) -> Iterator[str]:
        for mark in after.marks:
            if mark not in before.marks:
                yield f"记“{definition.marks[mark].title}”"
        for name, seat in after.parties.items():
            if seat.unit != before.parties[name].unit:
                yield f"{definition.parties[name].title}改为{self.names.unit(seat.unit)}"
        if after.cycle.number != before.cycle.number:
            yield f"进入第 {after.cycle.number} 轮"

    # The others

    def others(self) -> Iterator[tuple[str, str]]:
        """For each tree of cases that has no chapter: its heading, and what happened in a line."""
        told = {chapter.case for chapter in self.story.chapters}
        for key, ids in self._tree.items():
            if key not in told:
                yield self.title(self.cases[ids[0]]), self._briefly(ids)

    def _briefly(self, ids: Sequence[int]) -> str:
        lines = [
            (line.at, line.rank, self._prefix(id_, ids[0]) + line.brief)
            for id_ in ids
            for line in self._lines(self.cases[id_], about_root=True, whole=False)
            if line.brief
        ]
        days = groupby(sorted(lines, key=lambda one: one[:2]), key=lambda one: _day(one[0]))
        year = self.stage.duban.clock().astimezone(ZONE).year - 1
        said = [
            _short_day(day, year) + "、".join(dict.fromkeys(what for _, _, what in acts))
            for day, acts in days
        ]
        case = self.cases[ids[0]]
        return f"{'；'.join(said)} ⇒ {self.definition(case).states[case.state].title}"

    def _prefix(self, id_: int, root: int) -> str:
        return "" if id_ == root else f"〔{self.definition(self.cases[id_]).title}〕"


def _rank(row: Row) -> int:
    """At one instant: what somebody did, the case it opened, the parent that it woke."""
    if row["event"] == "open":
        return 1 if row["actor"] == "case" else 0
    return 2 if row["actor"] == "case" else 0


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def _short_day(day: date, year: int) -> str:
    words = f"{day.month}月{day.day}日"
    return words if day.year == year else f"{day.year}年{words}"


def _in_brief(definition: Definition, row: Row) -> str:
    """A few words, or nothing for a reminder that opened nothing."""
    silent = row["event"] == "rung" and not row["effects"].get("opened")
    return "" if silent else what_happened(definition, row)


def _sentence(
    definition: Definition, row: Row, entry: TimelineEntry, changed: Sequence[str]
) -> str:
    who = f"{entry.unit} {entry.who}" if entry.unit else entry.who
    parts = [f"{who}：{entry.what}"]
    if entry.state:
        parts.append(f" → {entry.state}")
    if entry.limit:
        limit = entry.limit.removeprefix("新") if row["event"] == "open" else entry.limit
        parts.append(f"；{limit}" + (f"（{entry.why}）" if entry.why else ""))
    said = [*changed, *entry.more, *_written(definition, entry)]
    return "".join(parts) + "".join(f"；{text}" for text in said)


def _written(definition: Definition, entry: TimelineEntry) -> Iterator[str]:
    """What somebody wrote in sentences, shortened; dates and lists stand in the ledgers."""
    prose = {fact.title for fact in definition.facts.values() if fact.lines}
    for value in entry.facts:
        if value.title in prose and not value.empty:
            yield f"{value.title}：{shortened(value.text, LONGEST_FACT)}"


def when(at: datetime) -> str:
    """An instant as a line of the story begins."""
    local = at.astimezone(ZONE)
    return f"{with_weekday(local.date())} {local:%H:%M}"
