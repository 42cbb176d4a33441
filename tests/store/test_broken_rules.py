"""What the database refuses is known by the rule's name, and explained by that name."""

import pytest
from sqlalchemy import UniqueConstraint, insert, text
from sqlalchemy.exc import IntegrityError

from tests.prefecture import Prefecture
from workflow import commands, organising
from workflow.store import rules
from workflow.store.database import Database
from workflow.store.driver import bulk
from workflow.store.driver.broken import rule_of
from workflow.store.tables import metadata
from workflow.store.tables.handles import PERSON

BROKEN = {
    "person_username_key": "INSERT INTO person (username, name) SELECT username, name FROM person",
    "holding_period": "UPDATE holding SET ends_at = begins_at",
    "unit_tree": "UPDATE unit SET path = '/1/1/'",
}


@pytest.fixture
def peopled(database: Database) -> Database:
    """A database with people, posts and units."""
    Prefecture(database)
    return database


@pytest.mark.parametrize("rule", BROKEN)
def test_a_key_a_check_and_a_rule_are_known_by_name(peopled: Database, rule: str) -> None:
    with pytest.raises(IntegrityError) as caught, peopled.unit_of_work() as connection:
        connection.execute(text(BROKEN[rule]))
    assert rule_of(caught.value) == rule


def test_so_are_those_that_many_statements_at_once_broke(peopled: Database) -> None:
    row = {"username": "zhang", "name": "张三"}
    with pytest.raises(IntegrityError) as caught, peopled.unit_of_work() as connection:
        bulk.send(connection, [(insert(PERSON), [row, row])], last=True)
    assert rule_of(caught.value) == "person_username_key"


def test_every_rule_that_is_explained_is_one() -> None:
    keys = {
        "_".join([table.name, *(column.name for column in key.columns), "key"])
        for table in metadata.tables.values()
        for key in table.constraints
        if isinstance(key, UniqueConstraint)
    }
    indexes = {
        str(index.name)
        for table in metadata.tables.values()
        for index in table.indexes
        if index.unique
    }
    triggers = {
        name for dialect in ("sqlite", "postgresql") for name in rules.trigger_names(dialect)
    }
    explained = {*commands.EXPLAINED, *organising.EXPLAINED}
    assert len(explained) > 10
    assert explained <= keys | indexes | triggers
