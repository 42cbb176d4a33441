"""Facts as words and tables."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.presenting.fields import size_in_words
from api.presenting.wording import NOTHING, in_full
from workflow.engine.definition import FILE_TYPES, Definition, Fact

_BLANK: tuple[object, ...] = (None, "", [], ())


@dataclass(frozen=True, slots=True)
class Table:
    """A table fact: titles of its columns and its rows as texts."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class File:
    """An attachment to fetch; `preview` is the address of the small picture, if it is a photo;
    `before` one that came with the ledger from which its case was taken over (补录).
    """

    url: str
    name: str
    size: str
    preview: str = ""
    before: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A fact as a page shows it: one text (lines kept), a table, or files; `—` while it is empty.

    `unbroken` texts, dates and numbers, stay on one line.
    """

    title: str
    text: str
    table: Table | None = None
    files: tuple[File, ...] = ()
    empty: bool = False
    unbroken: bool = False


def value_of(
    fact: Fact, raw: Any, case_id: int | None = None, before: Collection[int] = ()
) -> Value:
    """A fact in words; its files can be fetched where it is said of which case they are. `before`
    are the files that came with an old ledger.
    """
    if raw in _BLANK:
        return Value(fact.title, NOTHING, empty=True)
    if fact.type == "table" and isinstance(raw, list):
        return Value(fact.title, f"{len(raw)} 项", _table(fact, raw))
    if fact.type in FILE_TYPES and isinstance(raw, list):
        files: tuple[File, ...] = ()
        if case_id is not None:
            files = tuple(_file(fact, one, case_id, before) for one in raw)
        each = "张" if fact.type == "photos" else "份"
        return Value(fact.title, f"{len(raw)} {each}", files=files)
    if fact.type in ("people", "sample") and isinstance(raw, list):
        return Value(fact.title, "、".join(str(row["name"]) for row in raw))
    unbroken = fact.type in ("date", "number", "integer", "yes_no")
    return Value(fact.title, in_words(fact.type, raw), unbroken=unbroken)


def values_of(
    definition: Definition,
    names: Iterable[str],
    facts: Mapping[str, Any],
    case_id: int | None = None,
    before: Collection[int] = (),
) -> tuple[Value, ...]:
    """Facts by name, in this order."""
    return tuple(
        value_of(definition.facts[name], facts.get(name), case_id, before) for name in names
    )


def in_words(kind: str, raw: Any) -> str:
    """One plain value: dates in Chinese, numbers with separators, 是 or 否, a unit by name."""
    if isinstance(raw, Mapping):
        return str(raw["name"])
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


def _file(fact: Fact, one: Mapping[str, Any], case_id: int, before: Collection[int]) -> File:
    url = f"/cases/{case_id}/files/{one['id']}"
    preview = f"{url}/preview" if fact.type == "photos" else ""
    return File(url, one["name"], size_in_words(one["size"]), preview, one["id"] in before)


def _table(fact: Fact, rows: list[Mapping[str, Any]]) -> Table:
    heads = tuple(column.title for column in fact.columns.values())
    return Table(heads, tuple(_row(fact, row) for row in rows))


def _row(fact: Fact, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        NOTHING if row.get(name) in _BLANK else in_words(column.type, row[name])
        for name, column in fact.columns.items()
    )
