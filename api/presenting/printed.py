"""A printed form of a workflow, filled from its cases: plain cells, and which photos go where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.presenting.lights import Clock
from api.presenting.values import in_words, value_of
from api.presenting.wording import NOTHING, in_full
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition, Fact
from workflow.engine.flow import events_in
from workflow.engine.printed import Printed, PrintedColumn
from workflow.store.lists.happened import Happened

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Photos:
    """The photos of a cell, by the hashes of their bytes."""

    sha256: tuple[str, ...]


Cell = str | int | float | date | Photos | None


@dataclass(frozen=True, slots=True)
class Around:
    """What the cells of many cases say beside the cases: people and units by id, what happened to
    each case, when its sign-offs were given.
    """

    people: Mapping[int, str]
    units: Mapping[int, Row]
    happened: Mapping[int, Sequence[Happened]]
    signed_at: Mapping[tuple[int, int], datetime]


@dataclass(frozen=True, slots=True)
class Filled:
    """One row of a form: a cell for every column."""

    cells: tuple[Cell, ...]


def events_shown(form: Printed) -> set[str]:
    """The events of which a form speaks."""
    return {event for column in form.columns for event in column.of}


def filled(
    form: Printed,
    definition: Definition,
    number: int,
    row: Row,
    facts: Mapping[str, Any],
    clock: Clock,
    around: Around,
) -> Filled:
    """The row of a case; `facts` are those that whoever prints it may see."""
    one = _Case(definition, number, row, facts, clock, around)
    return Filled(tuple(one.cell(column) for column in form.columns))


def titles_of_events(definition: Definition) -> dict[str, str]:
    """What events are called, wherever they can happen."""
    return {
        name: event.title
        for state in definition.states
        for name, event in events_in(definition, state)
    }


@dataclass(frozen=True, slots=True)
class _Case:
    definition: Definition
    number: int
    row: Row
    facts: Mapping[str, Any]
    clock: Clock
    around: Around

    def cell(self, column: PrintedColumn) -> Cell:
        if column.of:
            return self._of_events(column)
        if column.shows is None:
            return None
        root, *rest = column.shows.split(".")
        name, member = (*rest, "", "")[:2]
        if root == "row":
            return self.number
        if root == "case":
            return self._of_case(name)
        if root == "parties":
            return self._of_party(name, member)
        if root == "signed":
            return self._of_signature(name, member)
        if root == "days":
            return self._days(name)
        return self._of_fact(name, member, column.photos)

    def _of_events(self, column: PrintedColumn) -> Cell:
        done = [
            one for one in self.around.happened.get(self.row["id"], ()) if one.event in column.of
        ]
        if not done:
            return None
        last = done[-1]
        if column.shows == "date":
            return local_day(last.at)
        if column.shows == "outcome":
            return titles_of_events(self.definition).get(last.event)
        if column.shows == "unit":
            return self._units(last.units)
        return "、".join(self.around.people.get(one, NOTHING) for one in last.people)

    def _of_case(self, name: str) -> Cell:
        if name == "opened":
            return local_day(self.row["opened_at"])
        if name == "due":
            return date.fromisoformat(self.clock.iso) if self.clock.iso else None
        state = self.definition.states.get(self.row["state"])
        said = {
            "number": self.row["number"],
            "state": state.title if state else self.row["state"],
            "light": self.clock.word,
            "left": self.clock.left,
        }
        return str(said[name])

    def _of_party(self, name: str, member: str) -> Cell:
        seat = self.row["body"]["parties"].get(name)
        if seat is None:
            return None
        if member == "class":
            return self.around.units[seat[0]]["class_"] or None
        return self._units((seat[0],))

    def _units(self, ids: Iterable[int]) -> str:
        """Units by their short names; a joint office is two."""
        return "、".join(" ".join(self.around.units[one]["short_name"] for one in ids).split())

    def _of_signature(self, side: str, member: str) -> Cell:
        given = self.row["body"]["signed"].get(side)
        if given is None:
            return self._of_statement(side, member)
        person, unit, seq = given
        if member == "person":
            return self.around.people.get(person, NOTHING)
        if member == "unit":
            return self._units((unit,))
        at = self.around.signed_at.get((self.row["id"], seq))
        return local_day(at) if at else None

    def _of_statement(self, side: str, member: str) -> Cell:
        """A sign-off of before the case was taken over: stated, and marked as such."""
        person, unit, day = self.row["body"].get("stated", {}).get(side, ("", "", ""))
        if member == "date":
            return date.fromisoformat(day) if day else None
        said = person if member == "person" else unit
        return f"{said}（补录）" if said else None

    def _days(self, name: str) -> Cell:
        raw = self.facts.get(name)
        return (date.fromisoformat(raw) - local_day(self.row["opened_at"])).days if raw else None

    def _of_fact(self, name: str, member: str, photos: int) -> Cell:
        fact, raw = self.definition.facts[name], self.facts.get(name)
        if raw in (None, "", []):
            return None
        if member:
            return "\n".join(_numbered(fact, member, raw))
        if fact.type == "photos":
            return Photos(tuple(one["sha256"] for one in raw[:photos]))
        if fact.type == "date":
            return date.fromisoformat(raw)
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return raw
        if fact.type == "documents":
            return "\n".join(str(one["name"]) for one in raw)
        value = value_of(fact, raw)
        return value.text if value.table is None else "\n".join(_lines(value.table.rows))


def _numbered(fact: Fact, column: str, rows: Iterable[Row]) -> Iterator[str]:
    """One column of a table fact, its rows told apart by their numbers."""
    kind = fact.columns[column].type
    for at, row in enumerate(rows, start=1):
        raw = row.get(column)
        yield f"{at}. {in_words(kind, raw) if raw not in (None, '') else NOTHING}"


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for at, row in enumerate(rows, start=1):
        yield f"{at}. {'，'.join(cell for cell in row if cell != NOTHING)}"


def around_the_table(texts: Iterable[str], unit: str, today: date, count: int) -> list[str]:
    """The lines above and below a form, with what they ask for."""
    said = {"{unit}": unit, "{date}": in_full(today), "{count}": str(count)}
    found = []
    for text in texts:
        for word, value in said.items():
            text = text.replace(word, value)
        found.append(text)
    return found
