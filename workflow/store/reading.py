"""Which messages their people have opened here, in the inbox or with their case."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from workflow.store.tables import ReadingRow
from workflow.store.writes import OUTBOX

READING = ReadingRow.__table__  # type: ignore[attr-defined]

UNREAD = ~exists().where(READING.c.outbox_id == OUTBOX.c.id)


def unread_about(connection: Connection, person: int, cases: Collection[int]) -> list[int]:
    """The messages to a person about these cases that the person has not opened."""
    query = select(OUTBOX.c.id).where(
        OUTBOX.c.person_id == person, OUTBOX.c.case_id.in_(cases), UNREAD
    )
    return list(connection.execute(query).scalars())


def note_opened(connection: Connection, messages: Collection[int], now: datetime) -> None:
    """Note that these were opened; the first time counts."""
    if not messages:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(READING).on_conflict_do_nothing(index_elements=["outbox_id"])
    connection.execute(new.values([{"outbox_id": one, "at": now} for one in messages]))
