"""The file with the key that seals secrets: made where there is none and nothing has been sealed.

Machines that share a PostgreSQL need the same key: the second one, finding sealed secrets and no
file, asks for it instead of making another.
"""

import os
import secrets
from pathlib import Path

from workflow.engine.errors import DubanError
from workflow.store.database import Database
from workflow.store.people.sealing import Sealer, is_anything_sealed


class NoKey(DubanError):
    """Secrets are sealed and the key is not here."""


def sealer_of(file: Path, database: Database) -> Sealer:
    """The sealer with the key of a file, which is made the first time; raises NoKey."""
    try:
        return Sealer(file.read_bytes().strip())
    except FileNotFoundError:
        with database.reading() as connection:
            if is_anything_sealed(connection):
                raise NoKey(
                    f"找不到密钥文件 {file}，数据库里的二次验证和群机器人密钥是用它封存的："
                    "请从备份或同一数据库的另一台机器复制过来，或用 DUBAN_SECRETS_KEY 指明它在哪里"
                ) from None
    _make(file)
    return Sealer(file.read_bytes().strip())


def _make(file: Path) -> None:
    """Write a new key, whole or not at all; another process may have been faster."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32) + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(unfinished, file)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
