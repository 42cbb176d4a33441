"""What the database itself refuses, whoever writes: raw SQL, table by table, each naming the rule
that stopped it.

Nothing here goes through the product's code but the connection. Every statement runs in a
transaction of its own on the same lived-in database, which must be as it was at the end.
"""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.proof.forbidden import FORBIDDEN, Forbidden, copied, table_of
from tests.proof.life import Life
from workflow.doctor import examine, root_of
from workflow.store import archive_rules
from workflow.store.rules import APPEND_ONLY


@pytest.mark.parametrize("forbidden", FORBIDDEN, ids=lambda forbidden: forbidden.what)
def test_the_database_refuses(forbidden: Forbidden, life: Life) -> None:
    database = life.story.database
    if database.engine.dialect.name not in forbidden.on:
        return
    ids = {**life.cases, "nobody": life.story.people["zhou.liaison"]}
    ids["nowhere"] = life.story.units["522300-BG"]
    statement = text(forbidden.statement)
    used = {name: ids[name] for name in statement.compile().params}
    with (
        pytest.raises(IntegrityError) as refused,
        database.reading() as connection,  # not committed, should it be written after all
    ):
        connection.execute(statement, used)
    assert re.search(forbidden.rule, str(refused.value.orig).partition("\n")[0])


_NOT_ASKED = {"attachment_use", *archive_rules.TABLES}
REPLACED = sorted({*APPEND_ONLY, "history", "sign_off"} - _NOT_ASKED)
"""A use of an attachment is all key: replaced by itself, nothing has changed. Into the archive
comes only what is still among the live rows, and what has come is no longer there.
"""


@pytest.mark.parametrize("table", REPLACED)
def test_nothing_is_replaced_even_without_recursive_triggers(table: str, life: Life) -> None:
    """INSERT OR REPLACE deletes without firing delete triggers, as the sqlite3 shell is set."""
    database = life.story.database
    if not database.is_sqlite:
        return
    same = {name: name for name in ("id", "version") if name in table_of(table).c}
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA recursive_triggers=OFF")
        with pytest.raises(IntegrityError, match=f"rule {table}_no_replace"):
            connection.exec_driver_sql(copied(table, "1", "INSERT OR REPLACE", **same))
        connection.invalidate()


def test_nothing_of_it_left_a_trace(life: Life) -> None:
    story = life.story
    report = examine(story.database, story.catalog, story.now)
    assert report.clean, report.complaints
    with story.database.reading() as connection:
        assert root_of(connection) == life.root
    print(f"figure: writes the database refuses = {len(FORBIDDEN)}")
