"""What every board reads: counts by unit added up, names, and the way into a ledger."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import reduce
from heapq import nlargest
from typing import Any, TypeVar
from urllib.parse import urlencode

from sqlalchemy import Connection

from api.context import Duban
from api.presenting.boards import heads_of
from api.presenting.fields import Option, options_of
from workflow.engine.calendar import day_begins
from workflow.engine.definition import Definition
from workflow.store.lists import queries

T = TypeVar("T")
HERE = "/boards"
MOST_ROWS = 100
"""Units of a table, more than which nobody reads; the rest is a row."""

Line = tuple[str, T]
"""What a row of a table is called, and what it counts."""


def under_heads(
    connection: Connection, counts: Mapping[int, T], add: Callable[[T, T], T]
) -> dict[int, T]:
    """Counts by unit added up under the units that a board shows."""
    heads = heads_of(queries.unit_paths(connection, counts))
    sums: dict[int, T] = {}
    for unit, count in counts.items():
        head = heads[unit]
        sums[head] = add(sums[head], count) if head in sums else count
    return sums


def added_up(
    connection: Connection,
    counts: Mapping[int, T],
    add: Callable[[T, T], T],
    rank: Callable[[T], Any],
) -> tuple[list[Line[T]], list[Line[T]]]:
    """The same by name: the units that rank highest in the order of their codes, and in a line of
    its own what is left, if anything is.
    """
    sums = under_heads(connection, counts, add)
    shown = nlargest(MOST_ROWS, sums, key=lambda unit: rank(sums[unit]))
    rows = sorted(queries.units_by_id(connection, shown), key=lambda row: row["code"])
    left = [sums[unit] for unit in sums.keys() - {*shown}]
    rest = [(f"其余 {len(left)} 个单位", reduce(add, left))] if left else []
    return [(row["short_name"], sums[row["id"]]) for row in rows], rest


def into_ledger(definition: Definition, **filters: str) -> str:
    """The address of a workflow's first ledger under these filters; empty where it has none."""
    if not definition.ledgers:
        return ""
    return f"/ledgers/{definition.workflow}/{next(iter(definition.ledgers))}?{urlencode(filters)}"


def definitions(duban: Duban) -> dict[str, Definition]:
    """The newest version of every workflow."""
    return {name: compiled.definition for name, compiled in duban.catalog.known().items()}


def workflow_options(known: Mapping[str, Definition], chosen: str) -> tuple[Option, ...]:
    """Workflows to choose from."""
    return options_of({name: one.title for name, one in known.items()}, chosen)


def all_or_one(known: Mapping[str, Definition], chosen: str) -> tuple[Option, ...]:
    """The same with all of them together as the first choice, in force when none is chosen."""
    return Option("", "全部", chosen not in known), *workflow_options(known, chosen)


def only(known: Mapping[str, Definition], chosen: str) -> tuple[str, ...] | None:
    """What a list is narrowed to by that choice."""
    return (chosen,) if chosen in known else None


def chosen_of(known: Mapping[str, Any], asked: str) -> str:
    """What is asked for if it exists, otherwise the first; empty where there is none."""
    return asked if asked in known else next(iter(known), "")


def limits_from(day: date) -> datetime:
    """From when on a limit ends on a day; at its first instant that of the day before does."""
    return day_begins(day) + timedelta(microseconds=1)


def month_after(month: date, count: int = 1) -> date:
    """The first day of the month so many months later, or earlier."""
    at = month.year * 12 + month.month - 1 + count
    return date(at // 12, at % 12 + 1, 1)
