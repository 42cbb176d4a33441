"""The web application as the tests of the API have it, and a town for everybody to walk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from tests.api.conftest import client, clock, duban, profile, rest
from tests.prefecture import NOW
from tests.rights import things, town
from tests.rights.walking import Walk
from workflow.store.database import Database

__all__ = ["client", "clock", "duban", "profile", "rest"]


@pytest.fixture(scope="module")
def walk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Everybody's way in to one furnished town on SQLite."""
    folder = tmp_path_factory.mktemp("rights")
    copy = folder / "duban.db"
    copy.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{copy}")
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    yield furnished(database, folder)
    database.dispose()


def furnished(database: Database, folder: Path) -> Walk:
    """Everybody, their cases, and what is of those."""
    duban = Duban.on(database, Settings(data=folder), SimulatedClock(NOW))
    people, cases = town.furnish(duban)
    town.attach(duban, cases.values())
    return Walk(duban, people, cases, things.put(duban, people, cases))
