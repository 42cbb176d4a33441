"""Rows outside the chains that checkpoints remember one by one: who may act, and by which rules.

Each row has its values and its mark. What is published never changes; posts, holdings and the roles
of administrators do, and then the audit log tells of it.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from workflow.store.plain import instant
from workflow.store.tables.handles import ADMIN, DEFINITION, HOLDING, NOTICE, POST

KEPT: dict[str, tuple[Table, tuple[str, ...]]] = {
    # the key first, then what counts
    "definition": (DEFINITION, ("id", "workflow", "version", "sha256", "body")),
    "calendar": (NOTICE, ("version", "year", "body")),
    "post": (POST, ("id", "unit_id", "role")),
    "holding": (HOLDING, ("id", "post_id", "person_id", "kind", "begins_at", "ends_at")),
    "admin_role": (ADMIN, ("id", "person_id", "role", "begins_at", "ends_at")),
}

Kept = tuple[str, int, list[Any]]
"""Kind, id and values of a row."""


def kept_rows(connection: Connection) -> Iterator[Kept]:
    """Every such row, kind by kind, by id."""
    for kind, (table, names) in KEPT.items():
        columns = [table.c[name] for name in names]
        for id_, *values in connection.execute(select(*columns).order_by(columns[0])):
            yield kind, id_, [_plain(value) for value in values]


def _plain(value: object) -> object:
    """A value as JSON takes it; a long text by its digest."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, str) and len(value) > 200:
        return hashlib.sha256(value.encode()).hexdigest()
    return value
