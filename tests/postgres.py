"""A PostgreSQL from a wheel, and making and dropping databases in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from bench.embedded import PostgresServer, get_server


@contextmanager
def running() -> Iterator[PostgresServer]:
    """A server on a socket of its own.

    Not in pytest's folder: a second run shuts other users out of that, and under root the server
    is another user. Nothing outlives it: no copy of a database need reach the disk, or be written
    to the log page by page because of that.
    """
    with TemporaryDirectory(prefix="duban-postgres-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        for setting in ("fsync", "full_page_writes"):
            administer(server, f"ALTER SYSTEM SET {setting} = off")
        administer(server, "SELECT pg_reload_conf()")
        yield server
        _administrator(server).dispose()
        server.cleanup()


def copy_database(server: PostgresServer, template: str, name: str) -> str:
    """Make a database like another, which nobody may have open; its URL."""
    administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return server.get_uri(database=name)


def drop_database(server: PostgresServer, name: str) -> None:
    """Drop a database, whoever has it open."""
    administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def administer(server: PostgresServer, statement: str) -> None:
    """Have the server execute a statement that no transaction may hold."""
    with _administrator(server).connect() as connection:
        connection.execute(text(statement))


@cache
def _administrator(server: PostgresServer) -> Engine:
    """One connection to a server for as long as it runs."""
    url = server.get_uri(driver="psycopg")
    return create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
