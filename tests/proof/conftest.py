"""Databases that have been lived in: built once a session from the sample, copied where needed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.embedded import PostgresServer
from tests.proof.copies import Copies, postgres_copies, sqlite_copies
from tests.proof.intruder import drop_guards
from tests.proof.life import Life, live
from tests.proof.life_of_before import live_before
from tests.proof.life_of_duties import live_duties
from tests.proof.story import Story, warm
from workflow.catalog import Catalog
from workflow.engine.machine import Compiled
from workflow.store.database import Database

Virgin = Callable[[str], Copies]
"""Copies of the sample as it was loaded, by kind of database."""

Lives = Callable[[str], tuple[Copies, Life]]
"""Copies of a lived-in database, by kind, and what was lived in it."""


@pytest.fixture(scope="session")
def virgins(
    sqlite_template: Path,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Virgin:
    """The sample on each kind of database; PostgreSQL starts when it is first asked for."""
    made: dict[str, Copies] = {}

    def of(kind: str) -> Copies:
        if kind not in made and kind == "sqlite":
            made[kind] = sqlite_copies(sqlite_template, tmp_path_factory.mktemp("copies"))
        elif kind not in made:
            server: PostgresServer = request.getfixturevalue("postgres_template")
            made[kind] = postgres_copies(server, "duban_template")
        return made[kind]

    return of


@pytest.fixture(scope="session")
def lives(virgins: Virgin) -> Iterator[Lives]:
    """A lived-in database of each kind, made when it is first asked for."""
    made: dict[str, tuple[Copies, Life]] = {}

    def of(kind: str) -> tuple[Copies, Life]:
        if kind not in made:
            made[kind] = _lived_in(virgins(kind))
        return made[kind]

    yield of
    for _, life in made.values():
        life.story.database.dispose()


def _lived_in(virgin: Copies) -> tuple[Copies, Life]:
    database = Database(virgin.make())
    story = Story(database, Catalog(database))
    before = live_before(story) | live_duties(story)
    life = live(story)
    life.cases |= before
    database.dispose()
    copies = virgin.of(database.url)
    return copies, replace(life, story=reopened(life, copies.make()))


def reopened(life: Life, url: str) -> Story:
    """The story of a life, going on in a copy."""
    database = Database(url)
    catalog = warm(life.story.catalog, database)
    return replace(life.story, database=database, catalog=catalog, name="again", serial=0)


@pytest.fixture
def empty_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a PostgreSQL database with nothing in it."""
    admin = Database(postgres_server.get_uri())
    autocommit = admin.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        connection.execute(text("CREATE DATABASE new_house"))
    yield postgres_server.get_uri(database="new_house")
    with autocommit.connect() as connection:
        connection.execute(text("DROP DATABASE new_house WITH (FORCE)"))
    admin.dispose()


KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=KINDS)
def lived(request: pytest.FixtureRequest, lives: Lives) -> tuple[Copies, Life]:
    """A lived-in database of each kind."""
    return lives(request.param)


@pytest.fixture
def life(lived: tuple[Copies, Life]) -> Life:
    """What was lived, in a copy that all tests share: leave it as it was."""
    _, life = lived
    return life


@pytest.fixture(scope="session")
def compiled() -> dict[int, Compiled]:
    """What was compiled of the shipped definitions: they are the same in every copy."""
    return {}


@pytest.fixture
def story_on(compiled: dict[int, Compiled]) -> Callable[[Database], Story]:
    """Begins a story in a fresh database."""

    def begin(database: Database) -> Story:
        catalog = Catalog(database)
        catalog._compiled = compiled
        return Story(database, catalog)

    return begin


@pytest.fixture
def story(database: Database, story_on: Callable[[Database], Story]) -> Story:
    """A story that begins in a fresh database."""
    return story_on(database)


@pytest.fixture(scope="module")
def open_house(lived: tuple[Copies, Life]) -> Iterator[Story]:
    """A copy of the lived-in database without its guards."""
    copies, life = lived
    story = reopened(life, copies.make())
    drop_guards(story)
    yield story
    story.database.dispose()
