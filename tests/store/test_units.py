"""Units found by their place, by what somebody types, and by kind."""

import pytest
from sqlalchemy import select

from workflow.store.database import Database
from workflow.store.lists import queries
from workflow.store.lists.units import find_units, names_of_kinds, unit_classes
from workflow.store.offices.organisation import unit_by_code
from workflow.store.tables.handles import UNIT


@pytest.mark.parametrize("code", ["522301", "522302", "522300-YL"])
def test_units_below_a_unit_are_its_subtree(code: str, database: Database) -> None:
    """/1/2/ is not above /1/20/."""
    with database.reading() as connection:
        unit = unit_by_code(connection, code)
        below = {row["id"] for row in queries.list_units(connection, under=unit, limit=500)}
        paths = connection.execute(select(UNIT.c.id, UNIT.c.path)).all()
        assert queries.list_units(connection, under=10**9) == []
    assert below == {id_ for id_, path in paths if str(unit) in path.split("/")}


@pytest.mark.hostile
@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "兴'; DROP TABLE unit; --", "\x00市"])
def test_what_is_typed_is_never_a_pattern(text: str, database: Database) -> None:
    with database.reading() as connection:
        assert find_units(connection, text) == []


def test_names_to_choose_from_are_those_of_living_units_in_order(database: Database) -> None:
    with database.reading() as connection:
        found = names_of_kinds(connection, [("county", "government")], 400)
        living = select(UNIT.c.short_name).where(
            UNIT.c.level == "county", UNIT.c.kind == "government", UNIT.c.until.is_(None)
        )
        names = list(connection.execute(living.order_by(UNIT.c.path)).scalars())
    assert [name for name, _ in found] == names
    assert {above for _, above in found} == {"黔西南州"}


def test_more_names_than_anybody_would_look_through_are_not_offered(database: Database) -> None:
    kinds = [("county", "government")]
    with database.reading() as connection:
        number = len(names_of_kinds(connection, kinds, 400))
        assert len(names_of_kinds(connection, kinds, number)) == number > 0
        assert names_of_kinds(connection, kinds, number - 1) == []


def test_every_class_is_offered_once(database: Database) -> None:
    with database.reading() as connection:
        every = set(connection.execute(select(UNIT.c.class_)).scalars()) - {None}
        assert unit_classes(connection) == sorted(every)
        assert every
