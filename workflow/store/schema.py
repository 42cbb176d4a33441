"""Make the schema: by migrations for an installation, at once for a test; a test proves both are
equal.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from workflow.store import audit, rules, tables
from workflow.store.database import Database, DatabaseUnusable

_MIGRATIONS = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def migrate(database: Database) -> None:
    """Bring the database to this release's schema.

    Rules are taken down before and put up anew after all steps: a step never speaks of triggers,
    and one that copies a table cannot lose them.
    """
    with database.unit_of_work() as connection:
        _take_down_rules(connection)
        step_to(connection, "head")
        _put_up_rules(connection)


def step_to(connection: Connection, revision: str) -> None:
    """Take the steps up to a revision, without the rules."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def create(connection: Connection) -> None:
    """The schema of this release in an empty database, without its migration history."""
    tables.metadata.create_all(connection)
    audit.begin(connection)
    _put_up_rules(connection)


def _put_up_rules(connection: Connection) -> None:
    dialect = connection.dialect.name
    for statement in rules.statements(dialect):
        connection.exec_driver_sql(rules.for_driver(dialect, statement))


def _take_down_rules(connection: Connection) -> None:
    for statement in rules.removals(connection):
        connection.exec_driver_sql(statement)


def check_current(database: Database) -> None:
    """Raise DatabaseUnusable unless the schema is this release's."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    with database.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise DatabaseUnusable(
            f"数据库结构版本为 {found or '空'}，需要 {wanted}：请先运行 duban migrate"
        )
