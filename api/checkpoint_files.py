"""Checkpoints as files: in a folder that is best on another machine, one file each.

The database keeps the text of every checkpoint, so that a file that could not be written is written
with the next one.
"""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from api.context import Duban
from workflow.store.casework.files import put_in_place
from workflow.store.evidence import checkpoints
from workflow.store.evidence.checkpoints import Body, Checkpoint

EVERY = timedelta(hours=1)
"""How long a change to the newest rows can go unnoticed at most."""


def export(duban: Duban, folder: Path, now: datetime, *, whole: bool = False) -> Path:
    """Make the next checkpoint and write it; its file. Every case is read for it, and nobody who
    writes waits for that.
    """
    with duban.database.snapshot() as connection:
        body = checkpoints.compose(connection, now, whole=whole)
    return write(_kept(duban, body, now), folder)


def export_due(duban: Duban, now: datetime) -> int:
    """Make the next checkpoint when the last is old enough; how many were made. One of an hour that
    is still to come is no less old: the clock was ahead when it was made.

    Of two workers one makes it: that every case is read by all of them helps nobody.
    """
    folder = duban.settings.checkpoints
    if folder is None:
        return 0
    with duban.database.reading() as connection:
        last = checkpoints.last_at(connection)
        before = checkpoints.newest(connection) if last else None
    if before and not file_of(before.number, folder).exists():
        write(before, folder)
    if last is not None and abs(now - last) < EVERY:
        return 0
    with duban.database.snapshot() as connection:
        if not checkpoints.is_my_turn(connection) or checkpoints.last_at(connection) != last:
            return 0
        body = checkpoints.compose(connection, now)
        try:
            made = _kept(duban, body, now)  # in here: the turn is over when it is there
        except IntegrityError:
            if not _is_made(duban, body["number"]):
                raise
            return 0
    write(made, folder)
    return 1


def _kept(duban: Duban, body: Body, now: datetime) -> Checkpoint:
    with duban.database.unit_of_work() as connection:
        return checkpoints.keep(connection, body, now, key_of(duban))


def _is_made(duban: Duban, number: int) -> bool:
    """Whether there is a checkpoint of this number: then another worker was faster."""
    with duban.database.reading() as connection:
        newest = checkpoints.newest(connection)
    return newest is not None and newest.number >= number


def write(made: Checkpoint, folder: Path) -> Path:
    """Write a checkpoint's file, whole or not at all."""
    file = file_of(made.number, folder)
    put_in_place(file, f"{made.text}\n".encode())
    return file


def file_of(number: int, folder: Path) -> Path:
    """Where a checkpoint is written."""
    return folder / f"checkpoint-{number:06}.json"


def key_of(duban: Duban) -> bytes | None:
    """The key that checkpoints are sealed with, from its file outside the database."""
    file = duban.settings.checkpoint_key
    return None if file is None else file.read_bytes().strip()
