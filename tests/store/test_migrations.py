"""The schema an installation migrates to is the one tests make at once, to the last trigger."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text

from bench.embedded import PostgresServer
from tests.postgres import administer, drop_database
from tests.prefecture import NOW
from workflow.store import schema
from workflow.store.database import Database, DatabaseUnusable
from workflow.store.tables.handles import AUDIT

Empty = Callable[[], Database]

ALEMBIC = "alembic_version"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Empty]:
    """Makes empty databases of a kind."""
    made: list[Database] = []
    server: PostgresServer | None = (
        request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    )

    def make() -> Database:
        name = f"empty_{len(made)}"
        if server is not None:
            drop_database(server, name)
            administer(server, f"CREATE DATABASE {name}")
        url = server.get_uri(database=name) if server else f"sqlite:///{tmp_path / name}.db"
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        database.dispose()


def described(database: Database) -> dict[str, Any]:
    """Everything a schema is made of, as the database itself tells it."""
    with database.reading() as connection:
        seen = inspect(connection)
        tables = {name: _table(seen, name) for name in seen.get_table_names() if name != ALEMBIC}
        rest = _sqlite_rest if database.is_sqlite else _postgres_rest
        return {"tables": tables, **rest(connection)}


def _table(seen: Any, name: str) -> dict[str, Any]:
    def by_text(rows: Any) -> list[str]:
        return sorted(str(sorted(row.items(), key=str)) for row in rows)

    return {
        "columns": [
            (c["name"], str(c["type"]), c["nullable"], str(c.get("default")))
            for c in seen.get_columns(name)
        ],
        "key": seen.get_pk_constraint(name)["constrained_columns"],
        "unique": by_text(seen.get_unique_constraints(name)),
        "foreign": by_text(seen.get_foreign_keys(name)),
        "checks": by_text(seen.get_check_constraints(name)),
        "indexes": by_text(seen.get_indexes(name)),
    }


def _sqlite_rest(connection: Connection) -> dict[str, Any]:
    query = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    return {"triggers": [tuple(row) for row in connection.exec_driver_sql(query)]}


def _postgres_rest(connection: Connection) -> dict[str, Any]:
    queries = {
        "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "functions": "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'duban%%'",
        "indexes": f"SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
        f" AND tablename <> '{ALEMBIC}'",
        "constraints": "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        f" WHERE connamespace = 'public'::regnamespace AND conrelid <> '{ALEMBIC}'::regclass",
    }
    with_version = connection.exec_driver_sql(f"SELECT to_regclass('{ALEMBIC}')").scalar()
    queries["constraints"] = queries["constraints"].replace(
        f" AND conrelid <> '{ALEMBIC}'::regclass",
        f" AND conrelid <> '{ALEMBIC}'::regclass" if with_version else "",
    )
    return {
        name: sorted(map(tuple, connection.exec_driver_sql(query)))
        for name, query in queries.items()
    }


def test_a_migrated_schema_equals_one_made_at_once(empty: Empty) -> None:
    migrated, made = empty(), empty()
    schema.migrate(migrated, NOW)
    with made.unit_of_work() as connection:
        schema.create(connection)
    wanted = described(made)
    assert len(wanted["tables"]) > 15
    assert len(wanted["triggers"]) > 15
    assert described(migrated) == wanted


def test_migrating_twice_changes_nothing(empty: Empty) -> None:
    database = empty()
    schema.migrate(database, NOW)
    before = described(database)
    schema.migrate(database, NOW)
    assert described(database) == before
    schema.check_current(database)


def test_the_log_tells_of_a_migration_once(empty: Empty) -> None:
    database = empty()
    for _ in range(2):
        schema.migrate(database, NOW)
    with database.reading() as connection:
        (told,) = connection.execute(select(AUDIT.c.kind, AUDIT.c.data)).all()
    assert tuple(told) == (
        "maintenance",
        f'{{"act":"migrate","from":null,"to":"{schema.head()}"}}',
    )


def test_migrating_keeps_the_organisation(empty: Empty) -> None:
    """A table that SQLite has to make anew keeps its rows, and what refers to them."""
    database = empty()
    with database.unit_of_work() as connection:
        schema.step_to(connection, "0005")
        for statement in _AN_OFFICE:
            connection.execute(text(statement))
    schema.migrate(database, NOW)
    with database.reading() as connection:
        held = connection.execute(text(_HELD)).all()
    assert [tuple(row) for row in held] == [("522301", "张三", "holder")]


_AN_OFFICE = (
    "INSERT INTO unit (id, code, name, short_name, level, kind, function, parent_id, path, reports)"
    " VALUES (1, '522300', '州', '州', 'prefecture', 'government', 'government', NULL, '/1/', 1=1),"
    " (2, '522301', '市', '市', 'county', 'government', 'government', 1, '/1/2/', 1=1)",
    "INSERT INTO person (id, username, name) VALUES (1, 'zhang', '张三')",
    "INSERT INTO post (id, unit_id, role, title) VALUES (1, 2, 'head', '市长')",
    "INSERT INTO holding (id, post_id, person_id, kind, begins_at)"
    " VALUES (1, 1, 1, 'holder', '2020-01-01 00:00:00')",
)
_HELD = (
    "SELECT unit.code, person.name, holding.kind FROM holding JOIN post ON post.id = post_id"
    " JOIN unit ON unit.id = unit_id JOIN person ON person.id = person_id"
)


def test_an_empty_database_is_refused_with_what_to_do(empty: Empty) -> None:
    with pytest.raises(DatabaseUnusable, match=r"数据库结构版本为 空.*duban migrate"):
        schema.check_current(empty())


def test_the_schema_of_another_release_is_refused(empty: Empty) -> None:
    database = empty()
    schema.migrate(database, NOW)
    with database.unit_of_work() as connection:
        connection.execute(text(f"UPDATE {ALEMBIC} SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match=r"数据库结构版本为 9999.*请"):
        schema.check_current(database)


def test_somebody_elses_tables_are_refused(empty: Empty) -> None:
    database = empty()
    with database.unit_of_work() as connection:
        connection.execute(text("CREATE TABLE cases (id INTEGER)"))
    with pytest.raises(DatabaseUnusable, match="请"):
        schema.check_current(database)
