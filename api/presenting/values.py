"""Facts as words and tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.presenting.wording import NOTHING, in_full
from workflow.engine.definition import Definition, Fact

_BLANK: tuple[object, ...] = (None, "", [], ())


@dataclass(frozen=True, slots=True)
class Table:
    """A table fact: titles of its columns and its rows as texts."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A fact as a page shows it: one text (lines kept), or a table; `—` while it is empty.

    `unbroken` texts, dates and numbers, stay on one line.
    """

    title: str
    text: str
    table: Table | None = None
    empty: bool = False
    unbroken: bool = False


def value_of(fact: Fact, raw: Any) -> Value:
    """A fact in words."""
    if raw in _BLANK:
        return Value(fact.title, NOTHING, empty=True)
    if fact.type == "table" and isinstance(raw, list):
        return Value(fact.title, f"{len(raw)} 项", _table(fact, raw))
    unbroken = fact.type in ("date", "number", "integer", "yes_no")
    return Value(fact.title, in_words(fact.type, raw), unbroken=unbroken)


def values_of(
    definition: Definition, names: Iterable[str], facts: Mapping[str, Any]
) -> tuple[Value, ...]:
    """Facts by name, in this order."""
    return tuple(value_of(definition.facts[name], facts.get(name)) for name in names)


def in_words(kind: str, raw: Any) -> str:
    """One plain value: dates in Chinese, numbers with separators, 是 or 否."""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, int | float):
        return f"{int(raw):,}" if raw == int(raw) else f"{raw:,.4f}".rstrip("0")
    if kind == "date":
        try:
            return in_full(date.fromisoformat(str(raw)))
        except ValueError:
            return str(raw)
    return str(raw)


def _table(fact: Fact, rows: list[Mapping[str, Any]]) -> Table:
    heads = tuple(column.title for column in fact.columns.values())
    return Table(heads, tuple(_row(fact, row) for row in rows))


def _row(fact: Fact, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        NOTHING if row.get(name) in _BLANK else in_words(column.type, row[name])
        for name, column in fact.columns.items()
    )
