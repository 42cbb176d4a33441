"""The processes that serve this database, as each says of itself every few seconds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from workflow.store.driver.upsert import upsert
from workflow.store.meters import Key
from workflow.store.tables.handles import PROCESS

SILENT_AFTER = timedelta(minutes=1)
"""A process that was not seen for so long hangs or has died."""

FORGOTTEN_AFTER = timedelta(days=1)

WORKERS = frozenset({"run", "worker"})
"""The kinds of processes that do what the clock owes, and long work."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process as it was last seen."""

    name: str
    kind: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    figures: Mapping[Key, float]

    def is_silent(self, now: datetime) -> bool:
        """Whether nothing was heard of it for too long."""
        return now - self.seen_at > SILENT_AFTER


def note(connection: Connection, process: Process) -> None:
    """Keep what a process says of itself, and forget those that died days ago."""
    row = {name: getattr(process, name) for name in Process.__dataclass_fields__}
    row["figures"] = json.dumps([[*key, count] for key, count in process.figures.items()])
    statement = upsert(connection, PROCESS).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
    old = process.seen_at - FORGOTTEN_AFTER
    connection.execute(delete(PROCESS).where(PROCESS.c.seen_at < old))


def leave(connection: Connection, name: str) -> None:
    """A process ends in good order."""
    connection.execute(delete(PROCESS).where(PROCESS.c.name == name))


def known(connection: Connection) -> list[Process]:
    """Every process, by kind and name."""
    query = select(PROCESS).order_by(PROCESS.c.kind, PROCESS.c.name)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [Process(**{**row, "figures": _figures(row["figures"])}) for row in rows]


def anybody_works(connection: Connection, now: datetime) -> bool:
    """Whether a process that does the clock's work and long work answers."""
    return any(one.kind in WORKERS and not one.is_silent(now) for one in known(connection))


def _figures(text: str) -> dict[Key, float]:
    return {
        (name, tuple((label, value) for label, value in labels)): count
        for name, labels, count in json.loads(text)
    }
