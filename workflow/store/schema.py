"""Make the schema: by migrations for an installation, at once for a test; a test proves both are
equal.
"""

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

from workflow.store import rules, tables
from workflow.store.database import Database, DatabaseUnusable
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act

_MIGRATIONS = Path(__file__).parent / "migrations"
_LINK = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


def migrate(database: Database, now: datetime) -> None:
    """Bring the database to this release's schema; the audit log tells of it.

    Rules are taken down before and put up anew after all steps: a step never speaks of triggers,
    and one that copies a table cannot lose them.
    """
    with database.unit_of_work() as connection:
        before, wanted = _revision(connection), head()
        _take_down_rules(connection)
        if before != wanted:
            step_to(connection, "head")
        put_up_rules(connection)
        if before != wanted:
            data = {"act": "migrate", "from": before, "to": wanted}
            audit.record(connection, Act("maintenance", data=data), now)


def step_to(connection: Connection, revision: str) -> None:
    """Take the steps up to a revision, without the rules."""
    from alembic import command  # a fifth of the time to start, and wanted only here

    command.upgrade(_config(connection), revision)


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def create(connection: Connection) -> None:
    """The schema of this release in an empty database, without the steps that led to it."""
    lay_tables(connection)
    audit.begin(connection)
    put_up_rules(connection)


def lay_tables(connection: Connection) -> None:
    """The empty tables of this release; rows may be brought in before the rules are put up."""
    from alembic import command

    tables.metadata.create_all(connection)
    command.stamp(_config(connection), "head")


def put_up_rules(connection: Connection) -> None:
    """Have the database keep its rules from now on."""
    dialect = connection.dialect.name
    for statement in rules.statements(dialect):
        connection.exec_driver_sql(rules.for_driver(dialect, statement))


def _take_down_rules(connection: Connection) -> None:
    for statement in rules.removals(connection):
        connection.exec_driver_sql(statement)


def check_current(database: Database) -> None:
    """Raise DatabaseUnusable unless the schema is this release's."""
    wanted = head()
    with database.reading() as connection:
        found = _revision(connection)
    if found != wanted:
        raise DatabaseUnusable(
            f"数据库结构版本为 {found or '空'}，需要 {wanted}：请先运行 duban migrate"
        )


@cache
def head() -> str:
    """The last migration of this release: the one that no other follows."""
    links = [link for file in _MIGRATIONS.glob("versions/*.py") for link in _links(file)]
    made = {revision for kind, revision in links if kind == "revision"}
    (last,) = made - {revision for kind, revision in links if kind == "down_revision"}
    return last


def _links(file: Path) -> list[tuple[str, str]]:
    return _LINK.findall(file.read_text(encoding="utf-8"))


def _revision(connection: Connection) -> str | None:
    """The migration that a database has come to; None where there was none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    query = "SELECT version_num FROM alembic_version"
    found: str | None = connection.exec_driver_sql(query).scalar()
    return found
