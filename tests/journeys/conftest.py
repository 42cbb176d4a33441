"""Every story is played on SQLite and on PostgreSQL, and ends with a visit of the doctor.

Variations of one step, which the engine alone decides, are marked `@variation` (play.py).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.desk import Desk
from tests.journeys.front import Front, front_of
from tests.journeys.play import Play, a_story
from workflow.store.database import Database


@pytest.fixture
def play(database: Database) -> Iterator[Play]:
    """People who act on a fresh database, on Monday, 2 March 2026, at ten."""
    with a_story(database) as play:
        yield play


@pytest.fixture
def desk(play: Play, tmp_path: Path) -> Desk:
    """Where those people make their papers."""
    return Desk(play, tmp_path)


@pytest.fixture
def front(play: Play, tmp_path: Path) -> Iterator[Front]:
    """The door at which those people come in, and other systems."""
    with front_of(play, tmp_path) as front:
        yield front
