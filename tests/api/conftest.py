"""The web application on the sample prefecture, and callers who each act for one person."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.cli.first_run import prepare
from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from tests.api.callers import Caller, caller
from tests.prefecture import NOW
from workflow.store.database import Database
from workflow.store.people.profiles import DENGBAO3, Profile

Rest = Callable[[str], Caller]


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `duban run` leaves behind the first time: to be copied."""
    data = tmp_path_factory.mktemp("first_run") / "data"
    prepare(Settings(data=data, database_url=f"sqlite:///{data / 'duban.db'}"), reset=False).close()
    return data


@pytest.fixture
def furnished(first_run: Path, tmp_path: Path) -> Path:
    """The folder of an installation of its own with the sample prefecture, as `run` leaves it."""
    return Path(shutil.copytree(first_run, tmp_path / "data"))


@pytest.fixture
def clock() -> SimulatedClock:
    """A clock that stands at NOW until a test moves it."""
    return SimulatedClock(NOW)


@pytest.fixture
def profile() -> Profile:
    """How strictly people sign in; a test may name another."""
    return DENGBAO3


@pytest.fixture
def duban(database: Database, clock: SimulatedClock, profile: Profile, tmp_path: Path) -> Duban:
    """The installation under test."""
    return Duban.on(database, Settings(data=tmp_path / "data", sign_in=profile), clock)


@pytest.fixture
def client(duban: Duban) -> Iterator[TestClient]:
    """A browser, or a program, that nobody has signed in."""
    with TestClient(create_app(duban), follow_redirects=False) as client:
        yield client


@pytest.fixture
def rest(client: TestClient, duban: Duban) -> Rest:
    """Programs that act for people: rest("xingyi.liaison")."""
    known: dict[str, Caller] = {}

    def act_for(username: str) -> Caller:
        if username not in known:
            known[username] = caller(client, duban, username)
        return known[username]

    return act_for
