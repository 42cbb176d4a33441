"""Rows of an office's own ledger as cases that began before, or what is wrong with their cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.spreadsheets.case_table import WHOLE_ROW, UnitNames, typed
from api.spreadsheets.past_columns import (
    ENTERED,
    OPENED,
    STATE,
    Reading,
    heads_of,
    targets_of,
    words_said,
)
from api.spreadsheets.reading import Cell, NumberedRow
from workflow.backfilling import PastCase
from workflow.engine.case import Stated
from workflow.engine.definition import Definition, Fact
from workflow.engine.facts import value_of

LEAST_CELLS = 2
"""A row with fewer cells that count is a note or a line to sign on, and is left out."""


@dataclass(frozen=True, slots=True)
class PastRow:
    """A row of the file: a case, or what is wrong by the heads of its columns."""

    number: int
    case: PastCase | None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastTable:
    """A ledger read: its rows, and the numbers of those that were left out."""

    rows: tuple[PastRow, ...]
    skipped: tuple[int, ...]


def check_reading(
    definition: Definition, sheet: Sequence[NumberedRow], reading: Reading
) -> list[str]:
    """What keeps a file from being read like this, in sentences."""
    targets = {one.key: one for one in targets_of(definition)}
    heads = heads_of(sheet, reading.head)
    keys = [key for head in heads if (key := reading.columns.get(head))]
    spec = definition.backfill
    assert spec is not None
    problems = [f"没有“{key[:40]}”这一项" for key in dict.fromkeys(keys) if key not in targets]
    problems += [
        f"有两列都对应“{targets[key].title}”"
        for key in dict.fromkeys(keys)
        if key in targets and keys.count(key) > 1
    ]
    problems += [
        f"请指明哪一列是“{one.title}”"
        for one in targets.values()
        if one.required and one.key not in keys
    ]
    if reading.state and reading.state not in spec.into:
        problems.append("没有写环节的行，请选一个可以补录的环节")
    unknown = [
        word
        for word in words_said(sheet, reading.head, heads, reading.columns)
        if reading.words.get(word) not in spec.into
    ]
    if unknown:
        problems.append(f"请指明这些写法各是哪个环节：{'、'.join(unknown[:10])}")
    if STATE not in keys and not reading.state:
        problems.append("表里没有环节一列，请选定各行现在处于哪个环节")
    return problems


def read_table(
    definition: Definition,
    sheet: Sequence[NumberedRow],
    reading: Reading,
    units: UnitNames,
    today: date,
) -> PastTable:
    """Every row below the heads, read; `check_reading` has nothing to say."""
    heads = heads_of(sheet, reading.head)
    keys = [reading.columns.get(head, "") for head in heads]
    keys = ["" if _of_photos(definition, key) else key for key in keys]
    rows, skipped = [], []
    for number, cells in sheet:
        if number <= reading.head:
            continue
        given = {
            key: (head, cell)
            for key, head, cell in zip(keys, heads, cells, strict=False)
            if key and cell is not None
        }
        if len(given) < LEAST_CELLS:
            skipped.append(number)
        else:
            rows.append(_Row(definition, reading, units, today, number, given).read())
    return PastTable(tuple(rows), tuple(skipped))


def _of_photos(definition: Definition, key: str) -> bool:
    """Whether a column holds pictures: what is written in it counts for nothing."""
    root, _, name = key.partition(".")
    return root == "fact" and definition.facts[name].type == "photos"


Given = Mapping[str, tuple[str, Cell]]
"""What a row says of each target: the head of the column, and the cell."""


@dataclass
class _Row:
    definition: Definition
    reading: Reading
    units: UnitNames
    today: date
    number: int
    given: Given
    errors: dict[str, str] = field(default_factory=dict)

    def read(self) -> PastRow:
        parties, facts = dict(self._parties()), dict(self._facts())
        state = self._state()
        signed = self._signed(state)
        entered = self._entered(state, signed)
        opened = self._opened(facts, entered)
        if self.errors:
            return PastRow(self.number, None, self.errors)
        case = PastCase(self.number, parties, facts, state, opened, entered, signed)
        return PastRow(self.number, case)

    def _parties(self) -> Iterator[tuple[str, int]]:
        for name, party in self.definition.parties.items():
            if f"party.{name}" in self.given:
                head, cell = self.given[f"party.{name}"]
                try:
                    yield name, self.units.find(str(typed("text", cell)), party.among)
                except ValueError as error:
                    self.errors[head] = str(error)
            elif party.named and not party.optional:
                self.errors[party.title] = f"请填写“{party.title}”"

    def _facts(self) -> Iterator[tuple[str, Any]]:
        for key, (head, cell) in self.given.items():
            root, _, name = key.partition(".")
            if root == "fact":
                fact = self.definition.facts[name]
                raw = _as_given(fact, cell)
                if problem := _problem(fact, raw):
                    self.errors[head] = problem
                yield name, raw
        for name in self._needs():
            if f"fact.{name}" not in self.given:
                title = self.definition.facts[name].title
                self.errors[title] = f"请填写“{title}”"

    def _needs(self) -> Iterable[str]:
        return self.definition.backfill.needs if self.definition.backfill else ()

    def _state(self) -> str:
        if STATE not in self.given:
            if not self.reading.state:
                self.errors[WHOLE_ROW] = "没有写明现处环节"
            return self.reading.state
        head, cell = self.given[STATE]
        word = " ".join(str(typed("text", cell)).split())[:60]
        state = self.reading.words.get(word, "")
        if not state:
            self.errors[head] = f"不知道“{word[:20]}”是哪个环节"
        return state

    def _signed(self, state: str) -> dict[str, Stated]:
        """What is known of every sign-off that the state needs; what is not stays empty."""
        needed = self.definition.states[state].needs_signed if state else ()
        return {
            side: Stated(
                self._text(f"signed.{side}.person"),
                self._text(f"signed.{side}.unit"),
                self._day(f"signed.{side}.day") or "",
            )
            for side in needed
        }

    def _text(self, key: str) -> str:
        return str(typed("text", self.given[key][1]))[:60] if key in self.given else ""

    def _day(self, key: str) -> str | None:
        """A past day as ISO text, or None; what cannot be read or is to come is an error."""
        if key not in self.given:
            return None
        head, cell = self.given[key]
        text = str(typed("date", cell))
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.errors[head] = f"没有“{text[:20]}”这个日期，应写成 2026-09-30 这样"
            return None
        if day > self.today:
            self.errors[head] = f"{text} 还没有到，应是已经过去的日期"
        return text

    def _entered(self, state: str, signed: Mapping[str, Stated]) -> date:
        """Since when the case stands where it stands: as said, or as its last sign-off says; an
        open one since today, so that its term begins now.
        """
        said = self._day(ENTERED) or max((one.day for one in signed.values()), default="")
        if said:
            return date.fromisoformat(said)
        if state and self.definition.states[state].final:
            self.errors.setdefault(WHOLE_ROW, "已经办结的，要写明哪一天办结的")
        return self.today

    def _opened(self, facts: Mapping[str, Any], entered: date) -> date:
        """When the case began: as said, or as early as any past day that it knows but a limit."""
        if said := self._day(OPENED):
            day = date.fromisoformat(said)
            if day > entered:
                self.errors[self.given[OPENED][0]] = "不能晚于进入现环节（办结）的日期"
            return day
        return min([entered, *self._days_in(facts)])

    def _days_in(self, facts: Mapping[str, Any]) -> Iterator[date]:
        limits = {
            one.fact for state in self.definition.states.values() for one in state.limit or ()
        }
        for name, raw in facts.items():
            if self.definition.facts[name].type == "date" and name not in limits:
                try:
                    yield date.fromisoformat(str(raw))
                except ValueError:
                    continue


def _as_given(fact: Fact, cell: Cell) -> Any:
    """A cell as it would be given for a fact: a text of a table a row a line, in its first column;
    one of the options where the cell holds exactly one of them.
    """
    if fact.type == "table":
        first = next(iter(fact.columns))
        lines = str(typed("text", cell)).splitlines()
        return [{first: line.strip()} for line in lines if line.strip()]
    raw = typed(fact.type, cell)
    if fact.type == "choice" and raw not in fact.options:
        held = [one for one in fact.options if one in str(raw)]
        return held[0] if len(held) == 1 else raw
    return raw


def _problem(fact: Fact, raw: Any) -> str:
    if fact.type == "table":
        return ""  # a row may leave out what the old ledger does not have; the engine looks at it
    try:
        value_of(fact, raw)
    except ValueError as error:
        return str(error)
    return ""
