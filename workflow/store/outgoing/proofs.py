"""What is proved of messages: whether they arrived, were opened, and what stands in for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from workflow.store.outgoing.messages import Message, messages_by_id
from workflow.store.outgoing.reports import Fate, Story, stories
from workflow.store.tables.handles import OUTBOX, READING, REPLACEMENT


@dataclass(frozen=True, slots=True)
class StandIn:
    """The way of the message at the other end of a replacement, why it was made and when."""

    way: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a message beside its row.

    `carrier` is the digest that it was gathered into; `went_by` are the other ways by which the
    same went out to the same person.
    """

    story: Story | None = None
    read_at: datetime | None = None
    replaced_by: StandIn | None = None
    stands_for: StandIn | None = None
    carrier: Message | None = None
    went_by: tuple[str, ...] = ()


def proofs(connection: Connection, messages: Sequence[Message]) -> dict[int, Proof]:
    """The proof of each of these messages."""
    ids = [one.id for one in messages]
    digests = {one.digest_id for one in messages if one.digest_id is not None}
    carriers = messages_by_id(connection, digests)
    told = stories(connection, [*ids, *digests])
    read = _read_at(connection, ids)
    replaced, standing = _stand_ins(connection, ids)
    went = _went_by(connection, messages)
    return {
        one.id: Proof(
            told.get(one.digest_id or one.id),
            read.get(one.id),
            replaced.get(one.id),
            standing.get(one.id),
            carriers.get(one.digest_id or 0),
            tuple(sorted(went.get(_told(one), set()) - {one.way})),
        )
        for one in messages
    }


def has_arrived(proof: Proof) -> bool:
    """Whether it is known that the person has got or opened it."""
    delivered = proof.story is not None and proof.story.fate is Fate.DELIVERED
    return delivered or proof.read_at is not None


def may_resend(message: Message, proof: Proof) -> bool:
    """Whether sending it once more is of use: it failed, and no other way carried it."""
    if message.person_id is None or proof.replaced_by is not None or proof.went_by:
        return False
    lost = proof.story is not None and proof.story.fate is Fate.UNDELIVERED
    return message.status == "dead" or (message.status == "sent" and lost)


def _read_at(connection: Connection, ids: Collection[int]) -> dict[int, datetime]:
    query = select(READING.c.outbox_id, READING.c.at).where(READING.c.outbox_id.in_(ids))
    return {row.outbox_id: row.at for row in connection.execute(query)}


def _stand_ins(
    connection: Connection, ids: Collection[int]
) -> tuple[dict[int, StandIn], dict[int, StandIn]]:
    """What stands in for these messages, and what they stand in for."""
    ends = (
        (REPLACEMENT.c.replaces_id, REPLACEMENT.c.outbox_id),
        (REPLACEMENT.c.outbox_id, REPLACEMENT.c.replaces_id),
    )
    found: list[dict[int, StandIn]] = []
    for here, there in ends:
        query = (
            select(here, OUTBOX.c.way, REPLACEMENT.c.why, REPLACEMENT.c.at)
            .join(OUTBOX, OUTBOX.c.id == there)
            .where(here.in_(ids))
        )
        rows = connection.execute(query)
        found.append({id_: StandIn(way, why, at) for id_, way, why, at in rows})
    return found[0], found[1]


Told = tuple[int | None, int | None, str, int | None]


def _told(message: Message) -> Told:
    return message.case_id, message.seq, message.template, message.person_id


def _went_by(connection: Connection, messages: Sequence[Message]) -> dict[Told, set[str]]:
    """The ways by which what these messages say went out and was not returned."""
    cases = {one.case_id for one in messages if one.case_id is not None}
    query = select(
        OUTBOX.c.id, OUTBOX.c.case_id, OUTBOX.c.seq, OUTBOX.c.template, OUTBOX.c.person_id,
        OUTBOX.c.way,
    ).where(OUTBOX.c.case_id.in_(cases), OUTBOX.c.status == "sent")  # fmt: skip
    rows = connection.execute(query).all()
    told = stories(connection, [row.id for row in rows])
    found: dict[Told, set[str]] = {}
    for id_, case, seq, template, person, way in rows:
        if id_ not in told or told[id_].fate is not Fate.UNDELIVERED:
            found.setdefault((case, seq, template, person), set()).add(way)
    return found
