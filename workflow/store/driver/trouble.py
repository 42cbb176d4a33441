"""What a database that cannot do its work suffers from, by the numbers of its driver."""

from typing import Any

_SQLITE_FULL, _SQLITE_READONLY, _SQLITE_CANTOPEN, _SQLITE_BUSY = 13, 8, 14, 5
_POSTGRES_DISK_FULL = "53100"


def is_full(error: Any) -> bool:
    """Whether there was no room left to write, said by an error of the driver or of SQLAlchemy."""
    return _sqlite_code(error) == _SQLITE_FULL or _state(error) == _POSTGRES_DISK_FULL


def is_busy(error: Any) -> bool:
    """Whether somebody else writes to SQLite."""
    return _sqlite_code(error) == _SQLITE_BUSY


def is_unwritable(error: Any) -> bool:
    """Whether SQLite could not open its file, or only for reading."""
    return _sqlite_code(error) in (_SQLITE_READONLY, _SQLITE_CANTOPEN)


def cause_of(error: Exception) -> str:
    """What the driver or SQLAlchemy said, in its own words, on one line."""
    return " ".join(str(getattr(error, "orig", error)).split())[:300]


def _sqlite_code(error: Any) -> int | None:
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the rest says where it happened


def _state(error: Any) -> str | None:
    return getattr(getattr(error, "orig", error), "sqlstate", None)
