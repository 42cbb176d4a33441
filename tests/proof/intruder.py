"""Somebody who has the database and its superuser's rights, and means it: triggers and foreign keys
are out of the way.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from tests.proof.story import Story
from workflow.store.evidence.chain import START
from workflow.store.evidence.history import hash_of
from workflow.store.tables import metadata


@dataclass(frozen=True)
class Held:
    """A database as one open connection sees it: what doctor reads is not committed."""

    connection: Connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        yield self.connection

    snapshot = reading  # all of it in one transaction anyway


@dataclass
class Intruder:
    """Writes whatever it likes; chance decides where."""

    connection: Connection
    chance: random.Random

    def run(self, statement: str, **values: Any) -> int:
        """Execute a statement; how many rows it changed."""
        return self.connection.execute(text(statement), values).rowcount

    def any_of(self, query: str, **values: Any) -> Mapping[str, Any]:
        """One row of a query by chance."""
        rows = self.connection.execute(text(query), values).mappings().all()
        return dict(self.chance.choice(sorted(rows, key=str)))

    def history(self, case: int) -> list[dict[str, Any]]:
        """A case's history as it is stored, read by its types."""
        table = metadata.tables["history"]
        query = table.select().where(table.c.case_id == case).order_by(table.c.seq)
        return [dict(row) for row in self.connection.execute(query).mappings()]

    def put(self, row: Mapping[str, Any]) -> None:
        """Write a history row over the one with its number."""
        table = metadata.tables["history"]
        place = (table.c.case_id == row["case_id"], table.c.seq == row["seq"])
        self.connection.execute(table.update().where(*place).values(**row))

    def rehash(self, case: int) -> None:
        """Make a chain that holds again, head and all."""
        prev = START
        for row in self.history(case):
            row["prev"] = prev
            prev = row["hash"] = hash_of(row)
            self.put(row)
        self.run("UPDATE cases SET head = :head WHERE id = :case", head=prev, case=case)


def leave_unguarded(connection: Connection) -> None:
    """Have the transaction pass by what the database would refuse."""
    unguarded = {
        "sqlite": "PRAGMA defer_foreign_keys = ON",
        "postgresql": "SET LOCAL session_replication_role = replica",
    }
    connection.exec_driver_sql(unguarded[connection.dialect.name])


def drop_guards(story: Story) -> None:
    """Take the triggers away; on PostgreSQL `leave_unguarded` is enough."""
    if story.database.is_sqlite:
        with story.database.unit_of_work() as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in connection.exec_driver_sql(query).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
