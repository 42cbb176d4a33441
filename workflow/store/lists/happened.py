"""What happened last to each of many cases, for lists and forms that say who did it and when."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.tables.handles import SIGN_OFF


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a case when it counted: all who did it, in the name of which units."""

    event: str
    at: datetime
    people: tuple[int, ...]
    units: tuple[int, ...]


def events_of(
    connection: Connection, cases: Collection[int], events: Collection[str]
) -> dict[int, tuple[Happened, ...]]:
    """These events of each of the cases, the oldest first; one that was co-signed counts once,
    when the last of them signed.
    """
    if not events:
        return {}
    columns = ("case_id", "event", "person_id", "unit_id", "at", "effects")
    query = (
        select(*(EVERY_ROW.c[name] for name in columns))
        .where(EVERY_ROW.c.case_id.in_(cases), EVERY_ROW.c.event.in_(events))
        .order_by(EVERY_ROW.c.case_id, EVERY_ROW.c.seq)
    )
    rows = (dict(row) for row in connection.execute(query).mappings())
    return {case: tuple(_whole(some)) for case, some in groupby(rows, lambda row: row["case_id"])}


def _whole(rows: Iterable[Mapping[str, Any]]) -> Iterator[Happened]:
    before: list[Mapping[str, Any]] = []
    for row in rows:
        if before and before[-1]["event"] != row["event"]:
            before = []
        before.append(row)
        if json.loads(row["effects"]).get("partial"):
            continue
        people = dict.fromkeys(one["person_id"] for one in before if one["person_id"])
        units = dict.fromkeys(one["unit_id"] for one in before if one["unit_id"])
        yield Happened(row["event"], row["at"], tuple(people), tuple(units))
        before = []


def signed_at(connection: Connection, cases: Collection[int]) -> dict[tuple[int, int], datetime]:
    """When the sign-offs in force of these cases were given, by case and row of the history."""
    query = select(SIGN_OFF.c.case_id, SIGN_OFF.c.seq, SIGN_OFF.c.at)
    query = query.where(SIGN_OFF.c.case_id.in_(cases), SIGN_OFF.c.live == 1)
    return {(row.case_id, row.seq): row.at for row in connection.execute(query)}
