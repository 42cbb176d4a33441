"""Drills: what an operator does on a bad day and on the day of a new release, done each time."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, select

from tests.proof.conftest import KINDS, Lives, Virgin, reopened
from tests.proof.story import Story, warm
from workflow.catalog import Catalog
from workflow.doctor import examine
from workflow.store import schema
from workflow.store.backup import back_up
from workflow.store.database import Database
from workflow.store.tables import metadata
from workflow.store.tables.handles import HISTORY

# Restore: SQLite, by `duban backup`; PostgreSQL's is in test_drills_on_postgres.py


@pytest.fixture
def story(lives: Lives) -> Any:
    """A lived-in SQLite database of our own."""
    copies, life = lives("sqlite")
    story = reopened(life, copies.make())
    yield story
    story.database.dispose()


def history_of(database: Database) -> set[tuple[int, int, str]]:
    """Every row of history by its hash."""
    with database.reading() as connection:
        query = select(HISTORY.c.case_id, HISTORY.c.seq, HISTORY.c.hash)
        return {tuple(row) for row in connection.execute(query)}


def backed_up(story: Story, file: Path) -> Path:
    """A backup taken while the database is in use, as docs/running.md says."""
    back_up(story.database, file)
    return file


def restored(story: Story, backup: Path, folder: Path) -> Story:
    """The backup in an empty place."""
    file = folder / "restored.db"
    shutil.copyfile(backup, file)
    database = Database(f"sqlite:///{file}")
    return Story(database, warm(story.catalog, database), story.now, "again")


def test_a_restored_backup_is_its_moment_exactly_and_goes_on(story: Story, tmp_path: Path) -> None:
    acknowledged = history_of(story.database)
    backup = backed_up(story, tmp_path / "backup.db")
    story.open_at("rectifying", due="2027-03-31")  # lost with the machine
    again = restored(story, backup, tmp_path)
    assert history_of(again.database) == acknowledged
    assert examine(again.database, again.catalog, again.now).clean
    again.open_at("second_review", due="2027-03-31")
    again.pass_time(days=20)
    again.sweep()
    again.deliver()
    report = examine(again.database, again.catalog, again.now)
    assert report.clean, report.complaints
    again.database.dispose()


@pytest.mark.parametrize("at", [0.02, 0.3, 0.5, 0.8])
def test_a_backup_with_a_flipped_page_is_found_out(story: Story, tmp_path: Path, at: float) -> None:
    backup = backed_up(story, tmp_path / "backup.db")
    content = bytearray(backup.read_bytes())
    page = int(len(content) * at) // 4096 * 4096
    content[page : page + 4096] = bytes(255 - one for one in content[page : page + 4096])
    backup.write_bytes(content)
    assert is_found_out(story, backup, tmp_path)


@pytest.mark.parametrize("left", [0.3, 0.9])
def test_a_truncated_backup_is_found_out(story: Story, tmp_path: Path, left: float) -> None:
    backup = backed_up(story, tmp_path / "backup.db")
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * left) // 4096 * 4096])
    assert is_found_out(story, backup, tmp_path)


def is_found_out(story: Story, backup: Path, folder: Path) -> bool:
    """Whether it cannot be opened, or doctor complains."""
    try:
        again = restored(story, backup, folder)
        return not examine(again.database, again.catalog, again.now).clean
    except Exception:
        return True


# Upgrade: rows written under the schema of an earlier release


@pytest.fixture(params=KINDS)
def early(virgins: Virgin, request: pytest.FixtureRequest) -> Any:
    """A life of nothing but what the releases of those days could hold."""
    database = Database(virgins(request.param).make())
    story = Story(database, Catalog(database))
    for state in ("draft", "assigned", "rectifying", "first_review", "closed"):
        story.open_at(state)
    story.open_interview("督查〔2026〕3号")
    for _ in range(3):
        story.pass_time(days=9)
        story.sweep()
        story.deliver()
    yield story
    database.dispose()


@pytest.fixture
def old(early: Story, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """An empty database of the same kind."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if not early.database.is_sqlite:
        url = request.getfixturevalue("empty_postgres")
    database = Database(url)
    yield database
    database.dispose()


@pytest.mark.parametrize("revision", ["0012", "0016"])
def test_an_old_database_is_upgraded_with_its_rows(
    early: Story, old: Database, revision: str
) -> None:
    with old.unit_of_work() as connection:
        schema.step_to(connection, revision)
    rows = _fill(old, early)
    assert _put_on_more_desks(old) == 1
    schema.migrate(old, early.now)
    schema.check_current(old)
    assert history_of(old) == history_of(early.database)
    again = Story(old, warm(early.catalog, old), early.now, "upgraded")
    again.open_at("second_review", due="2027-03-31")
    again.pass_time(days=20)
    again.sweep()
    again.deliver()
    report = examine(old, again.catalog, again.now)
    assert report.clean, report.complaints
    kind = "sqlite" if old.is_sqlite else "postgresql"
    print(f"figure: rows upgraded from {revision} on {kind} = {rows}")


_YOUNGER = {"definition_move": " WHERE event NOT IN ('seal_document', 'void_document')"}
"""What leaves out the rows that no earlier release could hold: a later step brings them itself."""

_WITHOUT_KEYS = {
    True: ("?", "PRAGMA defer_foreign_keys = ON"),
    False: ("%s", "SET LOCAL session_replication_role = replica"),
}
"""By whether it is SQLite: how a value is marked, and what lets rows come in any order."""


def _fill(old: Database, story: Story) -> int:
    """Bring a life's rows into the tables of an earlier release, in the columns it had."""
    rows = 0
    old_tables = MetaData()
    old_tables.reflect(old.engine)
    mark, unbound = _WITHOUT_KEYS[old.is_sqlite]
    with old.unit_of_work() as into, story.database.reading() as connection:
        into.exec_driver_sql(unbound)
        for table in old_tables.sorted_tables:
            if table.name not in metadata.tables:
                continue
            columns = [column.name for column in table.columns]
            known = [name for name in columns if name in metadata.tables[table.name].columns]
            names = ", ".join(f'"{name}"' for name in known)
            query = f"SELECT {names} FROM {table.name}{_YOUNGER.get(table.name, '')}"
            found = connection.exec_driver_sql(query).all()
            marks = ", ".join([mark] * len(known))
            into.exec_driver_sql(f"DELETE FROM {table.name}")  # what a step may have put there
            for row in found:
                into.exec_driver_sql(
                    f"INSERT INTO {table.name} ({names}) VALUES ({marks})", tuple(row)
                )
            rows += len(found)
            _count_on(into, table)
    return rows


def _put_on_more_desks(old: Database) -> int:
    """Earlier releases had a closed case on the desk of who could still question it; how many."""
    statement = "UPDATE scope SET acts = ',head,' WHERE state = 'closed' AND why = 'supervisor'"
    with old.unit_of_work() as connection:
        return connection.exec_driver_sql(statement).rowcount


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL goes on counting where the rows that were brought in end."""
    serial = table.autoincrement_column
    if connection.dialect.name == "postgresql" and serial is not None:
        sequence = f"pg_get_serial_sequence('{table.name}', '{serial.name}')"
        greatest = f"SELECT setval({sequence}, max({serial.name})) FROM {table.name}"
        connection.exec_driver_sql(greatest)
