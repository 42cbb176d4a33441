"""A backup of SQLite's one file while others read and write: `VACUUM INTO` takes one state of it.

It is done by the library that Duban itself works with: a system's own `sqlite3` may be one that can
damage a database with a write-ahead log.
"""

import os
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from workflow.store.casework.files import to_disk
from workflow.store.database import Database, DatabaseUnusable


def back_up(database: Database, target: Path) -> None:
    """Write all of it into a new file, which bears its name once it is whole and on the disk.

    Raises DatabaseUnusable where there is no such database, or no room for a file of that name.
    """
    if database.file is None:
        raise DatabaseUnusable("PostgreSQL 请用 pg_dump 备份，做法见 docs/running.md")
    if not database.file.exists():  # to open it would make an empty one
        raise DatabaseUnusable(f"还没有数据库 {database.file}，没有备份")
    if target.exists():
        raise DatabaseUnusable(f"已有文件 {target}，没有备份；请换一个文件名")
    if not target.parent.is_dir():
        raise DatabaseUnusable(f"没有文件夹 {target.parent}，没有备份")
    new = target.with_name(f".{secrets.token_hex(8)}.part")
    new.touch(mode=0o600, exist_ok=False)  # SQLite writes into an empty file as into none
    try:
        _copy(database, new)
        with new.open("rb+") as written:
            os.fsync(written.fileno())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    to_disk(target.parent)


def _copy(database: Database, new: Path) -> None:
    driver: Any = database.engine.raw_connection()  # in no transaction
    try:
        driver.execute("VACUUM INTO ?", (str(new),))
    except database.engine.dialect.loaded_dbapi.OperationalError as error:
        raise OperationalError("VACUUM INTO", None, error) from error
    finally:
        driver.close()
