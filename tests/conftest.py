"""What tests start from: real databases with the sample prefecture, definitions and notices.

Each is built once a session as a template and copied for each test, in some 20 ms. `database` runs
a test on SQLite and on PostgreSQL; a test for one of them asks for `sqlite_database` or
`postgres_database`.
"""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import structlog

from bench.embedded import PostgresServer
from tests import postgres
from tests.furnished import furnish
from tests.prefecture import Prefecture
from workflow.catalog import Catalog
from workflow.commands import Commands
from workflow.store.database import Database

pytest_plugins = [
    "tests.chance",
    "tests.figures",
    "tests.machine",
    "tests.chromium",
    "tests.statements",
]

_serials = count(1)

# As the product has it: left alone, structlog paints a traceback with all that every frame holds.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database with the sample prefecture, once on SQLite and once on PostgreSQL."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """The same on SQLite alone, in a file of its own."""
    copy = tmp_path / "duban.db"
    shutil.copyfile(sqlite_template, copy)
    database = Database(f"sqlite:///{copy}")
    yield database
    database.dispose()


@pytest.fixture
def postgres_database(postgres_template: PostgresServer) -> Iterator[Database]:
    """The same on PostgreSQL alone, in a database of its own."""
    name = f"duban_{next(_serials)}"
    database = Database(postgres.copy_database(postgres_template, "duban_template", name))
    yield database
    database.dispose()
    postgres.drop_database(postgres_template, name)


@pytest.fixture
def prefecture(database: Database) -> Prefecture:
    """The organisation in `database`: ids and actors by code and username."""
    return Prefecture(database)


@pytest.fixture
def catalog(database: Database) -> Catalog:
    """The shipped definitions, published in `database`."""
    return Catalog(database)


@pytest.fixture
def commands(database: Database, catalog: Catalog) -> Commands:
    """The commands on `database`."""
    return Commands(database, catalog)


# Templates


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to copy; closing its last connection has emptied its write-ahead log."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    furnish(Database(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL from a wheel, on a socket of its own."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> PostgresServer:
    """The server with a database to copy."""
    postgres.administer(postgres_server, "CREATE DATABASE duban_template")
    furnish(Database(postgres_server.get_uri(database="duban_template")))
    return postgres_server
