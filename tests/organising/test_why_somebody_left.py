"""Why somebody left is kept with the post they held, never in a sentence that outlives them."""

import pytest
from sqlalchemy import select

from tests.prefecture import NOW, Prefecture
from workflow.organising import Organising
from workflow.store.database import Database
from workflow.store.offices import changes
from workflow.store.offices.changes import Asked
from workflow.store.people.erasing import erase
from workflow.store.tables.handles import CHANGE, HOLDING, ITEM

WHO, WHY = "xingyi.officer", "因病长期休养"


@pytest.fixture
def person(database: Database) -> int:
    """Somebody who has left with a reason."""
    id_ = Prefecture(database).person(WHO)
    Organising(database).end(Asked("gone", NOW), person=id_, reason=WHY)
    return id_


def reasons(database: Database, person: int) -> set[str | None]:
    query = select(HOLDING.c.reason).where(HOLDING.c.person_id == person)
    with database.reading() as connection:
        return set(connection.execute(query).scalars())


def kept_for_good(database: Database) -> str:
    """All that changes say, with what they touched."""
    with database.reading() as connection:
        rows = connection.execute(select(CHANGE)).all(), connection.execute(select(ITEM)).all()
    return str(rows)


def test_the_reason_stands_with_the_holding(database: Database, person: int) -> None:
    assert reasons(database, person) == {WHY}
    with database.reading() as connection:
        (change,) = changes.list_changes(connection)
    assert WHY not in change["sentence"]


def test_who_comes_back_has_no_reason_to_be_away(database: Database, person: int) -> None:
    with database.reading() as connection:
        (change,) = changes.list_changes(connection)
    Organising(database).undo(Asked("back", NOW), change["id"])
    assert reasons(database, person) == {None}


def test_erasing_the_person_erases_why_they_left(database: Database, person: int) -> None:
    assert WHY in kept_for_good(database)
    with database.unit_of_work() as connection:
        erase(connection, person, by=None, now=NOW)
    assert reasons(database, person) == {None}
    assert WHY not in kept_for_good(database)
