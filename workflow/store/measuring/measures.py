"""Published texts of indicators and scorecards: every version is kept, the newest counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from workflow.store.evidence import audit, published
from workflow.store.evidence.audit import Act
from workflow.store.tables.handles import TEXT


@dataclass(frozen=True, slots=True)
class Published:
    """A text in force."""

    id: int
    kind: str
    key: str
    body: str


def newest(connection: Connection) -> list[Published]:
    """The newest version of every text, indicators before scorecards."""
    query = select(TEXT.c.id, TEXT.c.kind, TEXT.c.key, TEXT.c.body)
    rows = connection.execute(query.order_by(TEXT.c.kind, TEXT.c.key, TEXT.c.version))
    found = {(row.kind, row.key): Published(*row) for row in rows}
    return list(found.values())


def publish(
    connection: Connection,
    texts: Mapping[tuple[str, str], str],
    now: datetime,
    person: int | None = None,
) -> list[str]:
    """Publish every text that is new; the keys of those published."""
    new = []
    for (kind, key), body in texts.items():
        if kept := published.keep(connection, TEXT, {"kind": kind, "key": key}, body, now):
            id_, told = kept
            audit.record(connection, Act("definition", person, (kind, id_), data=told), now)
            new.append(key)
    return new
