"""Rows of attachments: brought by somebody, used by cases, and seen through cases alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    Connection,
    Integer,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
)

from workflow.engine.definition import FILE_TYPES, Definition
from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.store.tables.handles import ATTACHMENT, BLOB, USE

PHOTO = "image/jpeg"
MOST_A_DAY = 300 * 1024 * 1024
"""Bytes one person may bring in a day: some hundred photographs."""

MOST_NAMED = 100
"""Attachments named in one fact; how many it may hold the definition says."""

_KEEP_BLOB = text(
    "INSERT INTO blob (sha256, size, mime) VALUES (:sha256, :size, :mime) ON CONFLICT DO NOTHING"
)
_USED = exists().where(USE.c.attachment_id == ATTACHMENT.c.id)


class QuotaExceeded(Refusal):
    """Somebody has brought enough for today, or the installation is full."""

    code = "quota_exceeded"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was accepted, as a fact refers to it."""

    id: int
    name: str
    sha256: str
    size: int
    mime: str

    @property
    def reference(self) -> dict[str, Any]:
        """What stands in a fact and in the history."""
        return {"id": self.id, "name": self.name, "sha256": self.sha256, "size": self.size}


_COLUMNS = (ATTACHMENT.c.id, ATTACHMENT.c.name, BLOB.c.sha256, BLOB.c.size, BLOB.c.mime)


# Bringing


def check_quota(connection: Connection, person: int, size: int, most: int, now: datetime) -> None:
    """Raise QuotaExceeded when `size` more bytes are too many; `most` is for the installation."""
    if _brought_lately(connection, person, now) + size > MOST_A_DAY:
        megabytes = MOST_A_DAY // 1024 // 1024
        raise QuotaExceeded(f"你 24 小时内上传的附件已近 {megabytes} 兆，请明天再传")
    if _kept_in_all(connection) + size > most:
        raise QuotaExceeded("附件的存储空间已满，请联系系统管理员")


def room_left(connection: Connection, person: int, most: int, now: datetime) -> int:
    """How many bytes more `check_quota` lets somebody bring."""
    mine = MOST_A_DAY - _brought_lately(connection, person, now)
    return max(0, min(mine, most - _kept_in_all(connection)))


def _brought_lately(connection: Connection, person: int, now: datetime) -> int:
    joined = ATTACHMENT.join(BLOB, BLOB.c.sha256 == ATTACHMENT.c.sha256)
    size = select(func.coalesce(func.sum(BLOB.c.size), 0)).select_from(joined)
    recent = ATTACHMENT.c.at > now - timedelta(days=1)
    mine = size.where(ATTACHMENT.c.uploaded_by == person, recent)
    return int(connection.execute(mine).scalar() or 0)


def _kept_in_all(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.sum(BLOB.c.size), 0))).scalar() or 0)


def add(
    connection: Connection,
    *,
    person: int,
    name: str,
    sha256: str,
    size: int,
    mime: str,
    now: datetime,
) -> Attachment:
    """A row for bytes that lie in the folder; the same file from the same person is one row."""
    connection.execute(_KEEP_BLOB, {"sha256": sha256, "size": size, "mime": mime})
    same = (
        ATTACHMENT.c.uploaded_by == person,
        ATTACHMENT.c.sha256 == sha256,
        ATTACHMENT.c.name == name,
    )
    # renewed, so that the sweeper leaves it alone while its form is being filled
    renewed = ATTACHMENT.update().where(*same).values(at=now).returning(ATTACHMENT.c.id)
    found = connection.execute(renewed).scalar()
    if found is None:
        row = {"sha256": sha256, "name": name, "uploaded_by": person, "at": now}
        made = connection.execute(insert(ATTACHMENT).values(row).returning(ATTACHMENT.c.id))
        found = made.scalar_one()
    return Attachment(int(found), name, sha256, size, mime)


# Using


def resolve(
    connection: Connection,
    definition: Definition,
    facts: Mapping[str, Any],
    person: int | None,
    case_id: int | None,
) -> Mapping[str, Any]:
    """The facts with references in place of the ids of attachments.

    An attachment may be used by whoever brought it, and again in a case where it is used. Raises
    InvalidInput, a sentence a fact.
    """
    named = {
        name: _ids(raw)
        for name, raw in facts.items()
        if raw and name in definition.facts and definition.facts[name].type in FILE_TYPES
    }
    if not named:
        return facts
    wanted = {id_ for ids in named.values() for id_ in ids}
    known = usable(connection, wanted, person, case_id)
    resolved, problems = dict(facts), {}
    for name, ids in named.items():
        fact = definition.facts[name]
        if reason := _hindrance(fact.type, [known.get(id_) for id_ in ids]):
            problems[name] = f"{fact.title}：{reason}"
        else:
            resolved[name] = [known[id_].reference for id_ in dict.fromkeys(ids)]
    if problems:
        raise InvalidInput.in_facts(problems)
    return resolved


def _hindrance(kind: str, found: Sequence[Attachment | None]) -> str:
    if not found or None in found:
        return "没有这个附件，或者不是你上传的"
    wrong = [one.name for one in found if one and kind == "photos" and one.mime != PHOTO]
    return f"“{wrong[0]}”不是照片" if wrong else ""


def _ids(raw: Any) -> list[int]:
    """The ids that are named, bare or in references; none where something else is among them."""
    if not isinstance(raw, list):
        return []
    ids = [one.get("id") if isinstance(one, Mapping) else one for one in raw]
    if len(ids) > MOST_NAMED or not all(type(id_) is int and 0 < id_ < 2**63 for id_ in ids):
        return []
    return cast(list[int], ids)


def usable(
    connection: Connection, ids: Collection[int], person: int | None, case_id: int | None
) -> dict[int, Attachment]:
    """Of these attachments those that a person has brought, or that the case already uses."""
    here = select(USE.c.attachment_id).where(USE.c.case_id == case_id)
    query = (
        select(*_COLUMNS)
        .join(BLOB, BLOB.c.sha256 == ATTACHMENT.c.sha256)
        .where(ATTACHMENT.c.id.in_(ids))
        .where(or_(ATTACHMENT.c.uploaded_by == person, ATTACHMENT.c.id.in_(here)))
    )
    return {row.id: Attachment(*row) for row in connection.execute(query)}


def one_of_case(connection: Connection, case_id: int, attachment_id: int) -> Attachment:
    """An attachment that a case uses; raises NotFound. Whether the case is in scope is asked
    before.
    """
    query = (
        select(*_COLUMNS)
        .join(BLOB, BLOB.c.sha256 == ATTACHMENT.c.sha256)
        .join(USE, USE.c.attachment_id == ATTACHMENT.c.id)
        .where(USE.c.case_id == case_id, ATTACHMENT.c.id == attachment_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("没有这个附件，或不在你的范围内", {"attachment": attachment_id})
    return Attachment(*row)


# Sweeping


def unused(connection: Connection, before: datetime, most: int) -> list[int]:
    """Attachments that were brought before an instant and that no case has used."""
    return list(connection.execute(_UNUSED, {"before": before, "most": most}).scalars())


_UNUSED = (
    select(ATTACHMENT.c.id)
    .where(ATTACHMENT.c.at < bindparam("before"), ~_USED)
    .limit(bindparam("most", type_=Integer))
)


def drop_unused(connection: Connection, before: datetime, limit: int = 200) -> int:
    """Forget attachments that no case has used since they were brought; how many."""
    ids = unused(connection, before, limit)
    if not ids:
        return 0  # no file is looked at for want of a name
    gone = connection.execute(delete(ATTACHMENT).where(ATTACHMENT.c.id.in_(ids), ~_USED)).rowcount
    unnamed = ~exists().where(ATTACHMENT.c.sha256 == BLOB.c.sha256)
    connection.execute(delete(BLOB).where(unnamed))
    return int(gone)


def claim_orphan(connection: Connection, sha256: str) -> bool:
    """Make sure, until the transaction ends, that no row comes to speak of these bytes.

    The key of the table is the lock: whoever wants to write such a row waits for us, and then
    finds the bytes gone and writes them again.
    """
    claimed = connection.execute(_KEEP_BLOB, {"sha256": sha256, "size": 1, "mime": "orphan"})
    if claimed.rowcount != 1:
        return False
    connection.execute(delete(BLOB).where(BLOB.c.sha256 == sha256))
    return True


def blobs(connection: Connection) -> dict[str, int]:
    """The size of each file by its hash, for whoever verifies the folder."""
    return {row.sha256: row.size for row in connection.execute(_BLOBS)}


_BLOBS = select(BLOB.c.sha256, BLOB.c.size).order_by(BLOB.c.sha256)


def used_hashes(connection: Connection) -> dict[tuple[int, int], str]:
    """The hash of each attachment by case and id."""
    query = select(USE.c.case_id, USE.c.attachment_id, ATTACHMENT.c.sha256).join(
        ATTACHMENT, ATTACHMENT.c.id == USE.c.attachment_id
    )
    return {(row.case_id, row.attachment_id): row.sha256 for row in connection.execute(query)}
