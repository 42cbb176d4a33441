"""Load an organisation from CSV files into an empty database: the sample prefecture, or one's own.

`units.csv` names parents before their children; each row of `people.csv` is a person with the one
post held.
"""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from workflow.engine.calendar import ZONE, local_day
from workflow.holiday_notices import published_notices
from workflow.store.calendars import add_notice
from workflow.store.tables.handles import HOLDING, PERSON, POST, UNIT

BEGAN_AT = datetime(2020, 1, 1, tzinfo=ZONE)
"""Since when the people of the sample hold their posts."""

Row = dict[str, Any]


def is_empty(connection: Connection) -> bool:
    """Whether there is no organisation yet."""
    return connection.execute(select(UNIT.c.id).limit(1)).first() is None


def load_sample(connection: Connection, folder: Path, now: datetime) -> None:
    """The organisation in `folder`, and the holiday notices that came with the software."""
    units = _units(_rows(folder / "units.csv"))
    people = _rows(folder / "people.csv")
    at = {unit["code"]: unit["id"] for unit in units}
    connection.execute(insert(UNIT), units)
    connection.execute(insert(PERSON), list(_people(people)))
    connection.execute(insert(POST), list(_posts(people, at)))
    connection.execute(insert(HOLDING), list(_holdings(len(people))))
    for table in (UNIT, PERSON, POST, HOLDING):
        _continue_after(connection, table)
    enter_published_notices(connection, now)


def enter_published_notices(connection: Connection, now: datetime) -> None:
    """The holiday notices that came with the software and can be out by now."""
    for year, notice in sorted(published_notices().items()):
        if year <= _last_year_out(now):
            add_notice(connection, notice, now=now)


def _last_year_out(now: datetime) -> int:
    """The last year whose notice can be out: the next year's comes in November."""
    today = local_day(now)
    return today.year + (today.month >= 11)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _units(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    units: dict[str, Row] = {}
    for id_, row in enumerate(rows, start=1):
        parent = units[row["parent_code"]] if row["parent_code"] else None
        units[row["code"]] = {
            "id": id_,
            "code": row["code"],
            "name": row["name"],
            "short_name": row["short_name"],
            "level": row["level"],
            "kind": row["kind"],
            "function": row["function"],
            "parent_id": parent["id"] if parent else None,
            "path": f"{parent['path'] if parent else '/'}{id_}/",
            "class_": row["class"] or None,
            "reports": row["reports"] == "1",
            "assessed_with": row["assessed_with"] or None,
        }
    return list(units.values())


def _people(rows: Iterable[Mapping[str, str]]) -> Iterable[Row]:
    for id_, row in enumerate(rows, start=1):
        yield {
            "id": id_,
            "username": row["username"],
            "name": row["name"],
            "phone": row["phone"] or None,
            "email": row["email"] or None,
        }


def _posts(rows: Iterable[Mapping[str, str]], units: Mapping[str, int]) -> Iterable[Row]:
    """A post for each person, with the person's id."""
    for id_, row in enumerate(rows, start=1):
        unit = units[row["unit_code"]]
        yield {"id": id_, "unit_id": unit, "role": row["role"], "title": row["title"]}


def _holdings(count: int) -> Iterable[Row]:
    for id_ in range(1, count + 1):
        yield {"id": id_, "post_id": id_, "person_id": id_, "kind": "holder", "begins_at": BEGAN_AT}


def _continue_after(connection: Connection, table: Any) -> None:
    """Let the next id follow those given here; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(
            select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery()))
        )
