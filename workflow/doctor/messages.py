"""Messages: every one owed is there, none without a cause, and what went out says how."""

import json
from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select

from workflow.doctor.ward import Complaint, Ward
from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.outgoing import burden
from workflow.store.tables.handles import OUTBOX


def check_messages(ward: Ward) -> Iterator[Complaint]:
    """Every history row that owed messages has its rows, and no message is without its cause."""
    owed = {
        (case, seq): json.loads(effects).get("told", 0)
        for case, seq, effects in ward.connection.execute(
            select(EVERY_ROW.c.case_id, EVERY_ROW.c.seq, EVERY_ROW.c.effects)
        )
    }
    query = (
        select(OUTBOX.c.case_id, OUTBOX.c.seq, func.count())
        .where(OUTBOX.c.case_id.is_not(None))
        .group_by(OUTBOX.c.case_id, OUTBOX.c.seq)
    )
    present = {(case, seq): count for case, seq, count in ward.connection.execute(query)}
    for key, told in owed.items():
        if told and key not in present:
            yield Complaint("messages", str(key[0]), f"历史第 {key[1]} 行应发的消息不存在")
    for key in present.keys() - {key for key, told in owed.items() if told}:
        yield Complaint("messages", str(key[0]), f"历史第 {key[1]} 行不该有消息")
    yield from _message_states(ward)


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


def check_sendings(ward: Ward) -> Iterator[Complaint]:
    """What left the house was tried at least once, and its text was kept."""
    untold = or_(OUTBOX.c.attempts < 1, OUTBOX.c.text.is_(None), OUTBOX.c.outcome.is_(None))
    query = select(OUTBOX.c.key).where(
        OUTBOX.c.status == "sent", OUTBOX.c.way.in_(burden.OUTSIDE), untold
    )
    for (key,) in ward.connection.execute(query):
        yield Complaint("messages", key, "记为已发出，却没有发送的记录")
