"""Whom to call about a case: the people of its parties, their addresses masked until asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from workflow.engine.case import Actor, Case
from workflow.engine.errors import NotFound
from workflow.store.evidence import audit
from workflow.store.offices.masking import masked
from workflow.store.offices.organisation import held_at
from workflow.store.tables.handles import HOLDING, PERSON, POST, UNIT


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody with a post of theirs; the addresses are whole only where `whole` says so."""

    person: int
    name: str
    unit: str
    title: str
    phone: str | None
    email: str | None
    whole: bool


def contacts_of(
    connection: Connection, case: Case, reader: Actor, now: datetime, *, revealed: int = 0
) -> list[Contact]:
    """Who holds a post in a party of a case, or stands in; that the reader sees it was asked
    before.

    One's own addresses are whole, and those of the one who is `revealed`.
    """
    units = {seat.unit for seat in case.parties.values()}
    query = (
        select(
            PERSON.c.id, PERSON.c.name, UNIT.c.short_name, POST.c.title, PERSON.c.phone,
            PERSON.c.email,
        )
        .join(HOLDING, HOLDING.c.person_id == PERSON.c.id)
        .join(POST, POST.c.id == HOLDING.c.post_id)
        .join(UNIT, UNIT.c.id == POST.c.unit_id)
        .where(POST.c.unit_id.in_(units), PERSON.c.disabled_at.is_(None))
        .where(held_at(now))
        .order_by(UNIT.c.path, POST.c.id, HOLDING.c.id)
    )  # fmt: skip
    shown = {reader.person, revealed}
    return [_contact(*row, whole=row.id in shown) for row in connection.execute(query)]


def _contact(
    person: int, name: str, unit: str, title: str, phone: str | None, email: str | None,
    *, whole: bool,
) -> Contact:  # fmt: skip
    if not whole:
        phone, email = phone and masked(phone), email and masked(email)
    return Contact(person, name, unit, title, phone, email, whole)


def reveal(
    connection: Connection, case: Case, person: int, reader: Actor, now: datetime
) -> list[Contact]:
    """The contacts of a case with one of them whole, which the log tells; raises NotFound."""
    found = contacts_of(connection, case, reader, now, revealed=person)
    if all(one.person != person for one in found):
        raise NotFound("此人不是这件事项的联系人", {"person": person})
    data: dict[str, audit.Plain] = {"case": case.id}
    act = audit.Act("reveal", reader.person, ("person", person), data=data)
    audit.record(connection, act, now)
    return found
