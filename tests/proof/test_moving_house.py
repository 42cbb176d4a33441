"""An installation moves from one database into another: nothing is lost, and life goes on there."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.api.test_cli import duban
from tests.proof.conftest import Lives, reopened
from tests.proof.story import Story, warm
from workflow.doctor import Report, examine
from workflow.store import processes
from workflow.store.database import Database
from workflow.store.driver import bulk
from workflow.store.moving import NotEmpty, move
from workflow.store.processes import Process
from workflow.store.tables import metadata

pytestmark = pytest.mark.postgres


@pytest.fixture
def old(lives: Lives) -> Iterator[Story]:
    """A lived-in SQLite database of our own."""
    copies, life = lives("sqlite")
    story = reopened(life, copies.make())
    yield story
    story.database.dispose()


@pytest.fixture
def target(empty_postgres: str) -> Iterator[Database]:
    database = Database(empty_postgres)
    yield database
    database.dispose()


def report_of(story: Story) -> Report:
    return examine(story.database, story.catalog, story.now)


def settled_in(old: Story, target: Database) -> Story:
    return Story(target, warm(old.catalog, target), old.now, "new", 0, old.people, old.units)


def test_everything_comes_along_and_life_goes_on(old: Story, target: Database) -> None:
    before = report_of(old)
    moved = move(old.database, target)
    new = settled_in(old, target)
    assert report_of(new) == before
    assert before.clean
    assert moved["history"] + moved["archived_history"] == before.figures["history rows"]
    case = new.open_at("second_review", due="2027-03-31")  # every id goes on where it stopped
    new.pass_time(days=30)
    new.sweep()
    new.deliver()
    report = report_of(new)
    assert report.clean, report.complaints
    assert case > before.figures["cases"] - 1
    print(f"figure: rows moved to PostgreSQL = {moved.total()}")


def test_the_new_database_knows_at_once_how_large_its_tables_are(
    old: Story, target: Database
) -> None:
    """Else it plans as if they were empty, until it comes to look at them by itself."""
    moved = move(old.database, target)
    query = "SELECT relname, reltuples FROM pg_class WHERE relname IN ('cases', 'history', 'scope')"
    with target.reading() as connection:
        known = {name: int(rows) for name, rows in connection.exec_driver_sql(query)}
    assert known == {name: moved[name] for name in ("cases", "history", "scope")}


def test_it_can_move_back(old: Story, target: Database, tmp_path: Path) -> None:
    move(old.database, target)
    back = Database(f"sqlite:///{tmp_path / 'back.db'}")
    move(target, back)
    assert report_of(settled_in(old, back)) == report_of(old)
    back.dispose()


def test_nothing_is_mixed_with_what_is_there(old: Story, database: Database) -> None:
    before = report_of(settled_in(old, database)).root
    with pytest.raises(NotEmpty, match="不是空的"):
        move(old.database, database)
    assert report_of(settled_in(old, database)).root == before


# The command, and bugs that it must find


@pytest.fixture
def house(old: Story, tmp_path: Path) -> Path:
    """The folder of the installation that is to move."""
    folder = tmp_path / "house"
    folder.mkdir()
    old.database.dispose()
    Path(old.database.url.removeprefix("sqlite:///")).rename(folder / "duban.db")
    return folder


def test_the_command_moves_and_verifies(house: Path, empty_postgres: str) -> None:
    done = duban(house, "move-to", DUBAN_MOVE_TO=empty_postgres)
    assert (done.returncode, "两边完全一致" in done.stdout) == (0, True), done.stderr
    again = duban(house, "move-to", empty_postgres)
    assert again.returncode == 1
    assert "不是空的" in again.stderr


def test_nobody_may_be_at_work_meanwhile(house: Path, empty_postgres: str) -> None:
    from api.clock import system_clock

    here = Database(f"sqlite:///{house / 'duban.db'}")
    now = system_clock()
    with here.unit_of_work() as connection:
        processes.note(connection, Process("office:1", "worker", 1, "1", now, now, {}))
    here.dispose()
    done = duban(house, "move-to", empty_postgres)
    assert done.returncode == 1
    assert "office:1" in done.stderr


def without_first(table: str, rows: Iterator[Any]) -> Iterator[Any]:
    """A message is forgotten."""
    return islice(rows, 1, None) if table == "outbox" else rows


INPUTS = list(metadata.tables["history"].columns.keys()).index("inputs")
"""A text that no key of the target knows: nothing but doctor sees that it has changed."""


def written_otherwise(table: str, rows: Iterator[Any]) -> Iterator[Any]:
    """A text comes out otherwise than it went in."""
    if table != "history":
        return rows
    first = list(next(rows))
    first[INPUTS] += " "
    return chain([first], rows)


def without_timers(table: str, rows: Iterator[Any]) -> Iterator[Any]:
    """Timers are forgotten."""
    return iter(()) if table == "timer" else rows


@pytest.mark.parametrize("bug", [without_first, written_otherwise, without_timers])
def test_a_planted_bug_is_found(
    old: Story, target: Database, bug: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proper = bulk.load

    def load(connection: Any, table: str, columns: Any, rows: Any) -> None:
        proper(connection, table, columns, bug(table, iter(rows)))

    monkeypatch.setattr(bulk, "load", load)
    try:
        move(old.database, target)
    except IntegrityError:
        return  # the database itself refused it
    assert report_of(settled_in(old, target)) != report_of(old)
