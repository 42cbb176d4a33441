"""Messages: every one owed is there and goes to whom it was owed, none is without a cause, and what
went out says how.
"""

import json
from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select

from workflow.doctor.ward import Complaint, Row, Ward, side_by_side
from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.outgoing import burden
from workflow.store.outgoing.outbox import DIGEST
from workflow.store.outgoing.replacing import AGAIN
from workflow.store.tables.handles import OUTBOX


def check_messages(ward: Ward) -> Iterator[Complaint]:
    """Every history row that owed messages has its rows, and no message is without its cause or
    for somebody else.
    """
    owing = (
        select(EVERY_ROW.c.case_id, EVERY_ROW.c.seq, EVERY_ROW.c.effects)
        .where(EVERY_ROW.c.effects.contains('"told"'))
        .order_by(EVERY_ROW.c.case_id)
    )
    owed = (
        select(OUTBOX.c.case_id, OUTBOX.c.seq)
        .where(OUTBOX.c.case_id.is_not(None))
        .order_by(OUTBOX.c.case_id)
        .distinct()
    )
    for case, (rows, messages) in side_by_side(ward.rows(owing), ward.rows(owed)):
        told = {row["seq"] for row in rows if json.loads(row["effects"]).get("told", 0)}
        there = {message["seq"] for message in messages}
        for seq in sorted(told - there):
            yield Complaint("messages", str(case), f"历史第 {seq} 行应发的消息不存在")
        for seq in sorted(there - told):
            yield Complaint("messages", str(case), f"历史第 {seq} 行不该有消息")
    yield from _message_states(ward)
    yield from _going_astray(ward)


def _message_states(ward: Ward) -> Iterator[Complaint]:
    digest = OUTBOX.alias("digest")
    counts = select(OUTBOX.c.status, OUTBOX.c.way, func.count()).group_by(
        OUTBOX.c.status, OUTBOX.c.way
    )
    for status, way, count in ward.connection.execute(counts):
        ward.figures[f"messages {way} {status}"] += count
    lost = (
        select(OUTBOX.c.key)
        .outerjoin(digest, and_(digest.c.id == OUTBOX.c.digest_id, digest.c.template == "digest"))
        .where(OUTBOX.c.status == "folded", digest.c.id.is_(None))
    )
    for (key,) in ward.connection.execute(lost):
        yield Complaint("messages", key, "已并入每日摘要，摘要却不存在")
    for wrong, sentence in _FORGOTTEN:
        for (key,) in ward.connection.execute(select(OUTBOX.c.key).where(wrong)):
            yield Complaint("messages", key, sentence)


_FORGOTTEN = (
    (
        and_(OUTBOX.c.status.in_(("waiting", "leased")), OUTBOX.c.wake_at.is_(None)),
        "等候发送，却没有定下时刻，永远不会发出",
    ),
    (
        and_(OUTBOX.c.status == "dead", OUTBOX.c.lost.is_(None)),
        "已放弃发送，却不会列在未送达的消息里",
    ),
)
"""What no worker would send, and nobody be told of."""


def _going_astray(ward: Ward) -> Iterator[Complaint]:
    """A message goes to whom its key names, by that way, for that row: keys never change."""
    columns = (OUTBOX.c.case_id, OUTBOX.c.seq, OUTBOX.c.person_id, OUTBOX.c.unit_id, OUTBOX.c.way)
    for row in ward.rows(select(OUTBOX.c.key, *columns)):
        if not _goes_where_its_key_says(row):
            yield Complaint("messages", row["key"], "事由、收件人或方式与当初应发的不符")


def _goes_where_its_key_says(row: Row) -> bool:
    key: str = row["key"].rpartition(AGAIN)[2]
    person, way = row["person_id"], row["way"]
    if row["case_id"] is None:
        return key.startswith(f"{DIGEST}:{person}:{way}:")
    if person is None:  # of a vacant post it names the unit
        named = f".{row['unit_id']}." in key
    else:
        named = key.endswith(f".{person}.{way}")
    return named and key.startswith(f"{row['case_id']}.{row['seq']}.")


def check_sendings(ward: Ward) -> Iterator[Complaint]:
    """What left the house was tried at least once, and its text was kept."""
    untold = or_(OUTBOX.c.attempts < 1, OUTBOX.c.text.is_(None), OUTBOX.c.outcome.is_(None))
    query = select(OUTBOX.c.key).where(
        OUTBOX.c.status == "sent", OUTBOX.c.way.in_(burden.OUTSIDE), untold
    )
    for (key,) in ward.connection.execute(query):
        yield Complaint("messages", key, "记为已发出，却没有发送的记录")
