"""What every board reads: counts by unit added up, names, and the way into a ledger."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from sqlalchemy import Connection

from api.context import Duban
from api.presenting.boards import heads_of
from api.presenting.fields import Option
from workflow.engine.calendar import day_begins
from workflow.engine.definition import Definition
from workflow.store.lists import queries
from workflow.store.lists.queries import Row

T = TypeVar("T")
HERE = "/boards"


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
    connection: Connection, counts: Mapping[int, T], add: Callable[[T, T], T]
) -> list[tuple[Row, T]]:
    """The same, each with its unit's row, in the order of their codes."""
    sums = under_heads(connection, counts, add)
    rows = queries.units_by_id(connection, sums)
    return [(row, sums[row["id"]]) for row in sorted(rows, key=lambda row: row["code"])]


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
    return tuple(Option(name, one.title, name == chosen) for name, one in known.items())


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
