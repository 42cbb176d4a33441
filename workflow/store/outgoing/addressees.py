"""Where a person can be reached, asked at the moment at which a message goes."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from workflow.engine.pace import Hours
from workflow.store.driver import bulk
from workflow.store.offices import preferences
from workflow.store.tables.handles import PERSON, PREFERENCE


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a person can be reached at this moment."""

    name: str
    email: str | None
    phone: str | None
    chat: str | None
    chat_secret: str | None
    """Sealed (`people/robots.py`)."""

    disabled: bool
    hours: Hours

    def address(self, way: str) -> str | None:
        """The address for a way; None if there is none."""
        return {"email": self.email, "sms": self.phone, "chat": self.chat}.get(way)


def addressee(connection: Connection, person: int | None) -> Addressee | None:
    """The person, or None if the message is nobody's."""
    found = bulk.fetch(connection, _ADDRESSEE, {"person": person})
    if not found:
        return None
    row = found[0]
    reached_by = (row["email"], row["phone"], row["chat"], row["chat_secret"])
    hours = preferences.of_row(row).hours
    return Addressee(row["name"], *reached_by, row["disabled_at"] is not None, hours)


_ADDRESSEE = (
    select(
        PERSON.c.name,
        PERSON.c.email,
        PERSON.c.phone,
        PERSON.c.chat,
        PERSON.c.chat_secret,
        PERSON.c.disabled_at,
        *preferences.COLUMNS,
    )
    .outerjoin(PREFERENCE, PREFERENCE.c.person_id == PERSON.c.id)
    .where(PERSON.c.id == bindparam("person"))
)
