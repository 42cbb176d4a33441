"""Whether there is room to write: a full disk is told of before everything else fails on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from api.context import Duban

FLOOR_BYTES = 32 * 1024**2
"""Free bytes that a folder needs: SQLite's log grows to about so much between two checkpoints."""

FULL = "storage_full"
NO_ROOM = "存储空间已满，暂时不能保存；请管理员清理或扩大磁盘"


def is_full(duban: Duban) -> bool:
    """Whether the last write failed for want of room, or the next ones are about to."""
    return duban.database.full or any(_is_short(folder) for folder in _folders(duban))


def _folders(duban: Duban) -> Iterator[Path]:
    """Where the files of attachments lie, and the database where it is a file."""
    yield duban.settings.data
    if duban.database.file is not None:
        yield duban.database.file.parent


def _is_short(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < FLOOR_BYTES
    except OSError:  # not made yet: the first file will make it
        return False
