"""What is proved of messages: whether they arrived, were opened, and what stands in for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

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
    if not messages:
        return {}
    ids = [one.id for one in messages]
    digests = {one.digest_id for one in messages if one.digest_id is not None}
    carriers = messages_by_id(connection, digests)
    sent = _sent_about(connection, {one.case_id for one in messages})
    told = stories(connection, {*ids, *digests, *(row.id for row in sent)})
    read = _read_at(connection, ids)
    replaced, standing = _stand_ins(connection, ids)
    went = _went_by(sent, told)
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
    new, old = OUTBOX.alias("new"), OUTBOX.alias("old")
    query = (
        select(REPLACEMENT, new.c.way.label("new_way"), old.c.way.label("old_way"))
        .join(new, new.c.id == REPLACEMENT.c.outbox_id)
        .join(old, old.c.id == REPLACEMENT.c.replaces_id)
        .where(or_(REPLACEMENT.c.outbox_id.in_(ids), REPLACEMENT.c.replaces_id.in_(ids)))
    )
    replaced: dict[int, StandIn] = {}
    standing: dict[int, StandIn] = {}
    for row in connection.execute(query):
        replaced[row.replaces_id] = StandIn(row.new_way, row.why, row.at)
        standing[row.outbox_id] = StandIn(row.old_way, row.why, row.at)
    return replaced, standing


Told = tuple[int | None, int | None, str, int | None]


def _told(message: Message) -> Told:
    return message.case_id, message.seq, message.template, message.person_id


def _sent_about(connection: Connection, about: Collection[int | None]) -> Sequence[Any]:
    """What went out about these cases."""
    cases = {case for case in about if case is not None}
    query = select(
        OUTBOX.c.id, OUTBOX.c.case_id, OUTBOX.c.seq, OUTBOX.c.template, OUTBOX.c.person_id,
        OUTBOX.c.way,
    ).where(OUTBOX.c.case_id.in_(cases), OUTBOX.c.status == "sent")  # fmt: skip
    return connection.execute(query).all()


def _went_by(sent: Sequence[Any], told: Mapping[int, Story]) -> dict[Told, set[str]]:
    """The ways by which what these messages say went out and was not returned."""
    found: dict[Told, set[str]] = {}
    for id_, case, seq, template, person, way in sent:
        if id_ not in told or told[id_].fate is not Fate.UNDELIVERED:
            found.setdefault((case, seq, template, person), set()).add(way)
    return found
