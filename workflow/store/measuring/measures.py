"""Published texts of indicators and scorecards: every version is kept, the newest counts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act, Plain
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


def hashes(connection: Connection) -> set[str]:
    """The hash of every text that was ever published."""
    return set(connection.execute(select(TEXT.c.sha256)).scalars())


def publish(
    connection: Connection,
    texts: Mapping[tuple[str, str], str],
    now: datetime,
    person: int | None = None,
) -> list[str]:
    """Publish every text that is new; the keys of those published."""
    published = []
    for (kind, key), body in texts.items():
        digest = hashlib.sha256(body.encode()).hexdigest()
        query = select(TEXT.c.sha256).where(TEXT.c.kind == kind, TEXT.c.key == key)
        known = list(connection.execute(query).scalars())
        if digest in known:
            continue
        row: dict[str, Plain] = {
            "kind": kind,
            "key": key,
            "version": len(known) + 1,
            "sha256": digest,
        }
        new = insert(TEXT).values(**row, body=body, published_at=now).returning(TEXT.c.id)
        id_ = connection.execute(new).scalar_one()
        audit.record(connection, Act("definition", person, (kind, id_), data=row), now)
        published.append(key)
    return published
