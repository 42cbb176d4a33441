"""Other systems that send cases through the signed door (来源), their keys, and what was answered.

A source has one key, and for some days after a change two: the other side changes over in between.
Keys lie sealed; each is shown once, when it is made.
"""

import base64
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from workflow.engine.case import Actor
from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.offices.organisation import held_at
from workflow.store.people.sealing import Sealer
from workflow.store.sight.scope import in_sight
from workflow.store.tables.handles import (
    CALL,
    CASE,
    HOLDING,
    PERSON,
    POST,
    SCOPE,
    SOURCE,
    SOURCE_KEY,
    UNIT,
)

CHANGE_OVER = timedelta(days=7)
"""How long the former key of a source goes on being taken."""

KEPT_FOR = timedelta(days=30)
"""How long the answer to a call is kept; senders give up trying again long before."""

USE = "source_key"
KEY_PREFIX = "whsec_"
_KEY_BYTES = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,29}")


@dataclass(frozen=True, slots=True)
class Source:
    """A source, and the post in whose name what it sends is opened; `person` holds that post now,
    if anybody does.
    """

    id: int
    name: str
    title: str
    workflow: str
    post: int
    unit: str
    role: str
    person: int | None
    holder: str
    created_at: datetime
    closed_at: datetime | None


def sources(
    connection: Connection, now: datetime, *, name: str | None = None
) -> tuple[Source, ...]:
    """All sources in the order of their making; only the one of a name, where it is given."""
    holder = HOLDING.alias("holder")
    query = (
        select(
            SOURCE, UNIT.c.short_name, POST.c.role, PERSON.c.id.label("person"),
            PERSON.c.name.label("holder"),
        )
        .join(POST, POST.c.id == SOURCE.c.post_id)
        .join(UNIT, UNIT.c.id == POST.c.unit_id)
        .outerjoin(
            holder,
            (holder.c.post_id == POST.c.id) & (holder.c.kind == "holder") & held_at(now, holder),
        )
        .outerjoin(PERSON, (PERSON.c.id == holder.c.person_id) & PERSON.c.disabled_at.is_(None))
        .order_by(SOURCE.c.id)
    )  # fmt: skip
    if name is not None:
        query = query.where(SOURCE.c.name == name)
    return tuple(
        Source(
            row["id"], row["name"], row["title"], row["workflow"], row["post_id"],
            row["short_name"], row["role"], row["person"], row["holder"] or "",
            row["created_at"], row["closed_at"],
        )
        for row in connection.execute(query).mappings()
    )  # fmt: skip


def make(
    connection: Connection,
    sealer: Sealer,
    name: str,
    title: str,
    workflow: str,
    post: int,
    now: datetime,
) -> tuple[int, str]:
    """A new source and its first key, to be shown this once; raises InvalidInput."""
    if not _NAME.fullmatch(name):
        raise InvalidInput("代号为 2 至 30 个小写字母、数字或短横线", {"name": name[:30]})
    if not 1 <= len(title.strip()) <= 60 or not title.isprintable():
        raise InvalidInput("请填写 1 至 60 个字的名称", {"title": title[:20]})
    if connection.execute(select(SOURCE.c.id).where(SOURCE.c.name == name)).first():
        raise InvalidInput("这个代号已经用过，请换一个", {"name": name})
    row = {"name": name, "title": title.strip(), "workflow": workflow, "post_id": post}
    made = connection.execute(insert(SOURCE).values(created_at=now, **row))
    assert made.inserted_primary_key is not None
    id_ = int(made.inserted_primary_key[0])
    return id_, _new_key(connection, sealer, id_, now)


def change_key(
    connection: Connection, sealer: Sealer, source: int, now: datetime, *, at_once: bool = False
) -> str:
    """A new key, to be shown this once; the former is taken for some days more, or `at_once` no
    longer. Raises NotFound.
    """
    open_ = select(SOURCE.c.id).where(SOURCE.c.id == source, SOURCE.c.closed_at.is_(None))
    if connection.execute(open_.with_for_update()).first() is None:
        raise NotFound("没有这个来源，或它已经停用")
    until = now if at_once else now + CHANGE_OVER
    older = or_(SOURCE_KEY.c.until.is_(None), SOURCE_KEY.c.until > until)
    mine = update(SOURCE_KEY).where(SOURCE_KEY.c.source_id == source, older)
    connection.execute(mine.values(until=until))
    return _new_key(connection, sealer, source, now)


def _new_key(connection: Connection, sealer: Sealer, source: int, now: datetime) -> str:
    key = KEY_PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    row = {"source_id": source, "secret": sealer.seal(key, source, USE), "created_at": now}
    connection.execute(insert(SOURCE_KEY).values(row))
    return key


def close(connection: Connection, source: int, now: datetime) -> None:
    """Nothing more is taken from a source; raises NotFound where it is closed already."""
    still = update(SOURCE).where(SOURCE.c.id == source, SOURCE.c.closed_at.is_(None))
    if not connection.execute(still.values(closed_at=now)).rowcount:
        raise NotFound("没有这个来源，或它已经停用")


def keys_of(connection: Connection, sealer: Sealer, source: int, now: datetime) -> list[str]:
    """The keys with which a source may sign now, the newest first; raises CannotUnseal."""
    valid = or_(SOURCE_KEY.c.until.is_(None), SOURCE_KEY.c.until > now)
    query = (
        select(SOURCE_KEY.c.secret)
        .where(SOURCE_KEY.c.source_id == source, valid)
        .order_by(SOURCE_KEY.c.id.desc())
    )
    return [sealer.open(sealed, source, USE) for sealed in connection.execute(query).scalars()]


# Calls


def answered(connection: Connection, source: int, call: str) -> tuple[str, str] | None:
    """Digest and answer of a call that was answered before."""
    query = select(CALL.c.digest, CALL.c.answer).where(
        CALL.c.source_id == source, CALL.c.call == call
    )
    row = connection.execute(query).first()
    return None if row is None else (row[0], row[1])


def keep_answer(
    connection: Connection, source: int, call: str, digest: str, answer: str, now: datetime
) -> None:
    """Keep the answer to a call; answers that nobody asks for again go."""
    old = delete(CALL).where(CALL.c.source_id == source, CALL.c.at < now - KEPT_FOR)
    connection.execute(old)
    row = {"source_id": source, "call": call, "digest": digest, "answer": answer, "at": now}
    connection.execute(insert(CALL).values(row))


def calls(connection: Connection, sources_: Collection[int]) -> Mapping[int, datetime]:
    """When each source was last answered."""
    newest = func.max(CALL.c.at).label("at")
    last = select(CALL.c.source_id, newest).where(CALL.c.source_id.in_(sources_))
    return {row.source_id: row.at for row in connection.execute(last.group_by(CALL.c.source_id))}


def cases_by_external(
    connection: Connection, reader: Actor, workflow: str, numbers: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    """The cases with these foreign numbers; of one out of the reader's sight the number alone."""
    query = select(CASE.c.id, CASE.c.external, CASE.c.number, CASE.c.state, CASE.c.definition_id)
    query = query.where(CASE.c.workflow == workflow, CASE.c.external.in_(list(numbers)))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    ids = [row["id"] for row in rows]
    seen = select(SCOPE.c.case_id).where(SCOPE.c.case_id.in_(ids), in_sight(reader))
    mine = set(connection.execute(seen).scalars())
    return {row["external"]: row if row["id"] in mine else {} for row in rows}
