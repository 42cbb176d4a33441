"""Taking in files, and clearing away those that nobody used.

Bytes first, then the row: a row without bytes cannot come to be, and bytes without a row are
swept a day later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from workflow.store.casework import attachments
from workflow.store.casework.attachments import Attachment
from workflow.store.casework.files import Files
from workflow.store.database import Database
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.outgoing import sending

UNUSED_FOR = timedelta(hours=24)
SWEPT_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that has been looked into: what is kept of it, and a small picture if it is one."""

    name: str
    mime: str
    content: bytes
    preview: bytes | None = None


def upload(
    database: Database, files: Files, new: NewFile, *, person: int, most: int, now: datetime
) -> Attachment:
    """Keep a file for its person to use in a case; raises QuotaExceeded.

    The same file again is the same attachment, so that a form sent twice says the same twice.
    """
    size = len(new.content)
    with database.reading() as connection:  # before a byte is written
        attachments.check_quota(connection, person, size, most, now)
    sha256 = files.put(new.content, now, preview=new.preview)
    with database.unit_of_work() as connection:
        kept = _with_a_row(connection, files, new, sha256, person, now)
        audit.record(
            connection,
            Act(
                "attachment",
                person,
                about=("attachment", kept.id),
                data={"act": "upload", "sha256": sha256, "size": size},
            ),
            now,
        )
    return kept


def keep_made(
    connection: Connection, files: Files, new: NewFile, *, person: int, now: datetime
) -> Attachment:
    """Keep a file that we have made ourselves, in a transaction that goes on to use it."""
    sha256 = files.put(new.content, now, preview=new.preview)
    return _with_a_row(connection, files, new, sha256, person, now)


def _with_a_row(
    connection: Connection, files: Files, new: NewFile, sha256: str, person: int, now: datetime
) -> Attachment:
    kept = attachments.add(
        connection,
        person=person,
        name=new.name,
        sha256=sha256,
        size=len(new.content),
        mime=new.mime,
        now=now,
    )
    if not files.has(sha256):  # the sweeper was faster; while we hold the row it waits
        files.put(new.content, now, preview=new.preview)
    return kept


def sweep(database: Database, files: Files, now: datetime) -> int:
    """Clear away uploads that no case used within a day, and bytes without a row; how many.

    It looks once an hour, whichever worker comes first. While messages are held nothing is cleared
    away: the database may be older than the folder, and a better backup may yet be found.
    """
    last = files.last_swept()
    if last is not None and timedelta() <= now - last < SWEPT_EVERY:
        return 0
    with database.reading() as connection:
        if sending.read(connection).hold is not None:
            return 0
    files.note_swept(now)
    before = now - UNUSED_FOR
    gone = _drop_unused(database, before)
    files.clear_arriving(before)
    with database.reading() as connection:
        known = attachments.blobs(connection).keys()
    for sha256 in set(files.hashes()) - known:
        if files.is_older_than(sha256, before):
            gone += _sweep_orphan(database, files, sha256, before)
    return gone


def _drop_unused(database: Database, before: datetime) -> int:
    with database.reading() as connection:
        if not attachments.unused(connection, before, 1):
            return 0  # most often; nobody's writing waits for it
    with database.unit_of_work() as connection:
        return attachments.drop_unused(connection, before)


def _sweep_orphan(database: Database, files: Files, sha256: str, before: datetime) -> bool:
    with database.unit_of_work() as connection:
        if not attachments.claim_orphan(connection, sha256):
            return False
        if not files.is_older_than(sha256, before):
            return False  # it has been made anew since it was listed
        files.remove(sha256)
        return True
