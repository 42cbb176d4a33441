"""Texts that are published (definitions, templates, measures): each that is new is kept as the next
version under its name, and none is ever changed.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Table, func, insert, select, union_all

from workflow.store.driver import bulk
from workflow.store.tables.handles import DEFINITION, NOTICE, TEMPLATE, TEXT


def hash_of(text: bytes) -> str:
    """By what a text is known, however often it is published."""
    return hashlib.sha256(text).hexdigest()


def hashes(connection: Connection) -> set[str]:
    """The hash of every text that was ever published."""
    every = union_all(*(select(table.c.sha256) for table in (DEFINITION, TEMPLATE, TEXT)))
    return set(connection.execute(every).scalars())


def counts(connection: Connection) -> tuple[int, ...]:
    """How many texts and notices there are: they are only ever added, so that the same counts are
    the same texts and notices.
    """
    return tuple(bulk.fetch(connection, _COUNTS, {})[0].values())


_COUNTS = select(
    *(
        select(func.count()).select_from(table).scalar_subquery().label(table.name)
        for table in (DEFINITION, TEMPLATE, NOTICE)
    )
)


def keep(
    connection: Connection, table: Table, name: Mapping[str, str], body: str, now: datetime
) -> tuple[int, dict[str, str | int]] | None:
    """Keep a text under the columns that name it: its id, and what the log is to tell of it; None
    where it is there already.
    """
    digest = hash_of(body.encode())
    same = (table.c[column] == value for column, value in name.items())
    known = list(connection.execute(select(table.c.sha256).where(*same)).scalars())
    if digest in known:
        return None
    told: dict[str, str | int] = {**name, "version": len(known) + 1, "sha256": digest}
    new = insert(table).values(**told, body=body, published_at=now).returning(table.c.id)
    return connection.execute(new).scalar_one(), told
