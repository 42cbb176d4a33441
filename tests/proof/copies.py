"""Copies of one database, on SQLite and on PostgreSQL: made in no time, thrown away after use."""

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

from bench.embedded import PostgresServer
from tests.postgres import copy_database, drop_database

_serials = count(1)


class Copies:
    """Copies of one database that nobody has open, each to be thrown away."""

    def __init__(self, url: str, make: Callable[[str, str], str], drop: Callable[[str], None]):
        self.url, self._make, self._drop = url, make, drop
        self._made: list[str] = []

    def make(self) -> str:
        """A fresh copy; its URL."""
        url = self._make(self.url, f"copy_{next(_serials)}")
        self._made.append(url)
        return url

    def renew(self, url: str) -> None:
        """Make a copy anew, under its old name."""
        self._drop(url)
        self._make(self.url, _name(url))

    def of(self, url: str) -> "Copies":
        """Copies of another database of the same kind."""
        return Copies(url, self._make, self._drop)

    def drop_all(self) -> None:
        """Throw away every copy made so far."""
        while self._made:
            self._drop(self._made.pop())


def sqlite_copies(template: Path, folder: Path) -> Copies:
    """Copies of a database file."""

    def make(url: str, name: str) -> str:
        copy = folder / name
        shutil.copyfile(url.removeprefix("sqlite:///"), copy)
        return f"sqlite:///{copy}"

    def drop(url: str) -> None:
        for end in ("", "-wal", "-shm"):
            (folder / f"{_name(url)}{end}").unlink(missing_ok=True)

    return Copies(f"sqlite:///{template}", make, drop)


def postgres_copies(server: PostgresServer, template: str) -> Copies:
    """Copies of a PostgreSQL database."""

    def make(url: str, name: str) -> str:
        return copy_database(server, _name(url), name)

    def drop(url: str) -> None:
        drop_database(server, _name(url))

    return Copies(server.get_uri(database=template), make, drop)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
