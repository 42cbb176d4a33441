"""Erase a person: what is known of them goes, what they did stays under a number.

History, signatures and the log hold ids only, so that no hash changes; every page reads the name
from the row of the person, which says “已注销人员 #17” from then on. What was said to them goes
with it; what people typed into cases about them is the case's and stays. The database lets nobody
be erased who has a post or administers, and nobody become anything again (`rules.py`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.store.evidence import audit
from workflow.store.offices.administrators import TITLES, role_of
from workflow.store.offices.posts import held_by
from workflow.store.people import throttling
from workflow.store.people.accounts import OF_ERASED
from workflow.store.tables.handles import (
    BAD,
    COLUMN_READING,
    EARLIER,
    FACTOR,
    FEED,
    HANDOVER,
    HOLDING,
    ITEM,
    JOB,
    KNOWN,
    MAILBOX,
    OUTBOX,
    PERSON,
    PREFERENCE,
    RECOVERY,
    SESSION,
    SUGGESTION,
    TOKEN,
    VIEW,
    WATCH,
)

_OF_A_PERSON = (
    SESSION, TOKEN, KNOWN, FACTOR, EARLIER, RECOVERY, BAD, WATCH, VIEW, PREFERENCE, FEED, JOB,
    COLUMN_READING,
)  # fmt: skip
"""Rows that mean nothing without their person."""

CLEARED = "（收件人已注销，内容已清除）"
"""What stands for a message that had gone out: that it went, and when, stays."""


class StillNeeded(Refusal):
    """Somebody cannot be erased, because they still work here."""

    code = "still_needed"


def name_of_erased(person: int) -> str:
    """What an erased person is called everywhere."""
    return f"已注销人员 #{person}"


def _login_name_of_erased(connection: Connection, person: int) -> str:
    """A login name that nobody has; one like it may be left from before they were kept free."""
    name = f"{OF_ERASED}{person}"
    while connection.execute(select(PERSON.c.id).where(PERSON.c.username == name)).first():
        name += OF_ERASED
    return name


def prospect(connection: Connection, person: int, now: datetime) -> str:
    """Who would be erased and what they would be called; raises what `erase` does."""
    row = _to_be_erased(connection, person, now)
    called = name_of_erased(person)
    return f"将注销{row.name}（{row.username}），今后各处显示为“{called}”，不能恢复"


def erase(connection: Connection, person: int, *, by: int | None, now: datetime) -> str:
    """Erase somebody for good; what they are called now. Raises NotFound, InvalidInput and
    StillNeeded.

    `by` is None for the command line.
    """
    connection.execute(select(PERSON.c.id).where(PERSON.c.id == person).with_for_update())
    row = _to_be_erased(connection, person, now)
    for table in _OF_A_PERSON:
        connection.execute(delete(table).where(table.c.person_id == person))
    throttling.begin_anew(connection, row.username)
    _blank_messages(connection, person)
    unsigned = update(SUGGESTION).where(SUGGESTION.c.person_id == person)
    connection.execute(unsigned.values(person_id=None))
    _blank_organisation(connection, person)
    blank: dict[str, Any] = dict.fromkeys(
        ("phone", "email", "chat", "chat_secret", "password_hash", "password_at", "one_time_until")
    )
    blank |= {"username": _login_name_of_erased(connection, person), "name": name_of_erased(person)}
    blank |= {"erased_at": now, "disabled_at": row.disabled_at or now}
    connection.execute(update(PERSON).where(PERSON.c.id == person).values(blank))
    audit.record(connection, audit.Act("erasure", by, ("person", person)), now)
    return name_of_erased(person)


def _to_be_erased(connection: Connection, person: int, now: datetime) -> Any:
    """The row of somebody who may be erased."""
    query = select(PERSON.c.username, PERSON.c.name, PERSON.c.erased_at, PERSON.c.disabled_at)
    row = connection.execute(query.where(PERSON.c.id == person)).first()
    if row is None:
        raise NotFound("没有这个人", {"person": person})
    if row.erased_at is not None:
        raise InvalidInput(f"{row.name}已经注销过了", {"person": person})
    _check_free(connection, person, row.name, now)
    return row


def _check_free(connection: Connection, person: int, name: str, now: datetime) -> None:
    held = held_by(connection, person, now)
    if held:
        what = "、".join(dict.fromkeys(one.in_words for one in held))
        raise StillNeeded(f"{name}还在岗位上或将要到岗：{what}；请先办理离任，再注销")
    if role := role_of(connection, person):
        raise StillNeeded(f"{name}是{TITLES[role]}，请先由安全管理员免去，再注销")


def _blank_messages(connection: Connection, person: int) -> None:
    """What was owed is called off; what was said, and to which address, goes."""
    theirs = OUTBOX.c.person_id == person
    keys = select(OUTBOX.c.key).where(theirs)
    connection.execute(delete(MAILBOX).where(MAILBOX.c.key.in_(keys)))
    open_ = and_(theirs, OUTBOX.c.status.in_(("waiting", "leased")))
    off = {"status": "cancelled", "wake_at": None, "leased_until": None}
    connection.execute(update(OUTBOX).where(open_).values(off))
    connection.execute(update(OUTBOX).where(theirs).values(detail=None))
    said = update(OUTBOX).where(theirs, OUTBOX.c.text.is_not(None))
    connection.execute(said.values(text=CLEARED))
    ids = select(OUTBOX.c.id).where(theirs)
    sent = update(HANDOVER).where(HANDOVER.c.outbox_id.in_(ids))
    connection.execute(sent.values(address_hash=None))


def _blank_organisation(connection: Connection, person: int) -> None:
    """Why somebody stood in or left may tell of an illness, what was before a change names."""
    posts = select(HOLDING.c.post_id).where(HOLDING.c.person_id == person)
    about = or_(
        HOLDING.c.person_id == person,
        and_(HOLDING.c.post_id.in_(posts), HOLDING.c.kind == "substitute"),
    )
    told = update(HOLDING).where(about, HOLDING.c.reason.is_not(None))
    connection.execute(told.values(reason=None))
    own = and_(ITEM.c.what == "person", ITEM.c.first_id == person)
    held = and_(
        ITEM.c.what == "holding", ITEM.c.before.contains(f'"person_id":{person},', autoescape=True)
    )
    why = or_(ITEM.c.before.contains('"reason":"'), ITEM.c.after.contains('"reason":"'))
    theirs = select(HOLDING.c.id).where(HOLDING.c.person_id == person)
    left = and_(ITEM.c.what == "holding", ITEM.c.first_id.in_(theirs), why)
    written = or_(ITEM.c.before.is_not(None), ITEM.c.after.is_not(None))
    blank = update(ITEM).where(or_(own, held, left), written)
    connection.execute(blank.values(before=None, after=None))
