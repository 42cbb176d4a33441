"""A performance of a whole story: in a database of its own, before servers that take the messages
on real sockets.

Never somebody's installation: a temporary SQLite file, or on a PostgreSQL server a database called
`duban_demo` that carries the demo's own mark.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from api.clock import SimulatedClock
from api.demo.stage import Stage, do_without_syncing, furnish
from api.settings import Settings
from notifications.simulators.smpp_simulator import SmppSimulator
from notifications.simulators.smtp_sink import SmtpSink
from notifications.ways import open_ways
from workflow.engine.errors import DubanError
from workflow.store.database import Database, DatabaseUnusable

NAME = "duban_demo"
_MARK = "made by `duban demo`; it may be dropped at any time"
BASE_URL = "https://duban.example"

_FILE = "sqlite:///"


class StageTaken(DubanError):
    """The demo would have to overwrite something that is not its own."""


@dataclass(frozen=True, slots=True)
class Performance(Stage):
    """A stage and the servers that its messages reach."""

    mail: SmtpSink
    texts: SmppSimulator


@contextmanager
def set_up(url: str | None, begins: datetime, *, fresh: bool) -> Iterator[Performance]:
    """A stage at the beginning of the story; without a URL on a file that is gone afterwards."""
    with (
        set_up_without_servers(url, begins, fresh=fresh) as stage,
        SmtpSink() as mail,
        SmppSimulator() as texts,
    ):
        opened = open_ways(stage.duban.database, stage.clock, email=mail.url, sms=texts.url)
        ways = {way: opened[way] for way in ("email", "sms")}  # nobody in it keeps a robot
        yield Performance(stage.duban, stage.clock, ways, mail, texts)


@contextmanager
def set_up_without_servers(url: str | None, begins: datetime, *, fresh: bool) -> Iterator[Stage]:
    """The same, but its messages stay in the local mailbox."""
    clock = SimulatedClock(begins)
    with _place(url, fresh) as (place, folder):
        database = Database(place)
        if url is None:
            do_without_syncing(database)
        try:
            settings = Settings(data=folder, database_url=place, base_url=BASE_URL)
            duban = furnish(database, settings, clock)
            yield Stage(duban, clock, open_ways(database, clock))
        finally:
            database.dispose()


@contextmanager
def _place(url: str | None, fresh: bool) -> Iterator[tuple[str, Path]]:
    """The URL of an empty database, and the folder for files: beside a file that is kept, else one
    that is gone afterwards.
    """
    if url is not None and url.startswith(_FILE):
        yield (
            _empty_file(Path(url.removeprefix(_FILE)), fresh),
            Path(url.removeprefix(_FILE)).parent,
        )
        return
    with TemporaryDirectory(prefix="duban-demo-") as folder:
        place = f"{_FILE}{folder}/demo.db" if url is None else _empty_database(url, fresh)
        yield place, Path(folder)


def _empty_file(file: Path, fresh: bool) -> str:
    if file.exists():
        if not fresh:
            raise StageTaken(f"{file} 已经存在；要覆盖它请加 --fresh，或换一个文件名")
        for one in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            one.unlink(missing_ok=True)
    return f"{_FILE}{file}"


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
