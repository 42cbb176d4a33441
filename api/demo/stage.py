"""The stage: a database of the demo's own, the sample prefecture in it, and servers that take the
messages on real sockets.

Never somebody's installation: a temporary SQLite file, or on a PostgreSQL server a database called
`duban_demo` that carries the demo's own mark.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from notifications.channels import Channel
from notifications.rendering import template_keys
from notifications.simulators.smpp_simulator import SmppSimulator
from notifications.simulators.smtp_sink import SmtpSink
from notifications.ways import open_ways
from workflow.catalog import SHIPPED, Catalog
from workflow.engine.errors import DubanError
from workflow.store import schema
from workflow.store.database import Database, DatabaseUnusable
from workflow.store.sample import load_sample

SAMPLE = SHIPPED / "sample"
NAME = "duban_demo"
_MARK = "made by `duban demo`; it may be dropped at any time"
BASE_URL = "https://duban.example"


class StageTaken(DubanError):
    """The demo would have to overwrite something that is not its own."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a performance needs."""

    duban: Duban
    clock: SimulatedClock
    ways: Mapping[str, Channel]
    mail: SmtpSink
    texts: SmppSimulator


@contextmanager
def set_up(url: str | None, begins: datetime, *, fresh: bool) -> Iterator[Stage]:
    """A stage at the beginning of the story; without a URL on a file that is gone afterwards."""
    clock = SimulatedClock(begins)
    with _place(url, fresh) as place, SmtpSink() as mail, SmppSimulator() as texts:
        database = Database(place)
        if url is None:
            event.listen(database.engine, "connect", _do_not_sync)
        try:
            duban = _furnish(database, place, clock)
            ways = open_ways(database, clock, email=mail.url, sms=texts.url)
            yield Stage(duban, clock, ways, mail, texts)
        finally:
            database.dispose()


def _do_not_sync(connection: Any, _: object) -> None:
    """A file that is gone afterwards need not survive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")


def _furnish(database: Database, place: str, clock: SimulatedClock) -> Duban:
    schema.migrate(database, clock.now())
    with database.unit_of_work() as connection:
        load_sample(connection, SAMPLE, clock.now())
    Catalog(database).publish(SHIPPED, clock.now(), template_keys())
    settings = Settings(database_url=place, base_url=BASE_URL)
    return Duban.on(database, settings, clock)


@contextmanager
def _place(url: str | None, fresh: bool) -> Iterator[str]:
    """The URL of an empty database."""
    if url is None:
        with TemporaryDirectory(prefix="duban-demo-") as folder:
            yield f"sqlite:///{folder}/demo.db"
    elif url.startswith("sqlite:///"):
        yield _empty_file(Path(url.removeprefix("sqlite:///")), fresh)
    else:
        yield _empty_database(url, fresh)


def _empty_file(file: Path, fresh: bool) -> str:
    if file.exists():
        if not fresh:
            raise StageTaken(f"{file} 已经存在；要覆盖它请加 --fresh，或换一个文件名")
        for one in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            one.unlink(missing_ok=True)
    return f"sqlite:///{file}"


def _empty_database(url: str, fresh: bool) -> str:
    """A database of our own beside the one given, which is only used to make it."""
    given = Database(url)
    try:
        with given.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            _make_anew(connection, fresh)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseUnusable(f"在 PostgreSQL 上建不了数据库 {NAME}：{reason}") from None
    finally:
        given.dispose()
    return make_url(given.url).set(database=NAME).render_as_string(hide_password=False)


def _make_anew(connection: Connection, fresh: bool) -> None:
    comment = text(
        "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database"
        " WHERE datname = :name"
    )
    found = connection.execute(comment, {"name": NAME}).scalar()
    if found is not None and found != _MARK and not fresh:
        raise StageTaken(f"数据库 {NAME} 已经存在，而且不是演示建的；确认可以删除时请加 --fresh")
    connection.execute(text(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"))
    connection.execute(text(f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0"))
    connection.execute(text(f"COMMENT ON DATABASE {NAME} IS '{_MARK}'"))
