"""Rules of the organisation that the database keeps, whoever writes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.prefecture import NOW, Prefecture
from workflow.store.database import Database
from workflow.store.offices.sample import BEGAN_AT
from workflow.store.tables.handles import HOLDING, POST, UNIT


def refused(database: Database, rule: str, statement: Any) -> None:
    with pytest.raises(DBAPIError, match=rule), database.unit_of_work() as connection:
        connection.execute(statement)


def unit(connection: Connection, code: str) -> dict[str, Any]:
    query = select(UNIT).where(UNIT.c.code == code)
    return dict(connection.execute(query).mappings().one())


@pytest.fixture
def town(database: Database) -> dict[str, Any]:
    """敬南镇, below 兴义市."""
    with database.reading() as connection:
        return unit(connection, "522301100")


@pytest.mark.tamper
def test_a_unit_cannot_stand_below_itself(
    database: Database, prefecture: Prefecture, town: dict[str, Any]
) -> None:
    above = update(UNIT).where(UNIT.c.id == prefecture.unit("522301"))
    refused(database, "unit_tree", above.values(parent_id=town["id"]))
    path = f"{town['path']}{prefecture.unit('522301')}/"
    refused(database, "unit_tree", above.values(path=path))


@pytest.mark.tamper
@pytest.mark.parametrize("path", ["/1", "/1/9", "/999/", "9999/", "/1/9999"])
def test_a_path_is_the_parents_with_ones_own_id(
    path: str, database: Database, town: dict[str, Any]
) -> None:
    row = town | {"id": 9999, "code": "X", "path": path}
    refused(database, "unit_tree|unit_path", insert(UNIT).values(row))


@pytest.mark.tamper
@pytest.mark.parametrize(
    ("began", "ended"),
    [(timedelta(0), None), (-timedelta(days=9), -timedelta(days=1)), (timedelta(days=-9), None)],
)
def test_a_post_has_one_holder_at_a_time(
    began: timedelta, ended: timedelta | None, database: Database, prefecture: Prefecture
) -> None:
    with database.reading() as connection:
        held = connection.execute(select(HOLDING).limit(1)).mappings().one()
    row = {
        "post_id": held["post_id"],
        "person_id": prefecture.person("xingyi.head"),
        "kind": "holder",
        "begins_at": NOW + began,
        "ends_at": NOW + ended if ended else None,
    }
    refused(database, "one_holder", insert(HOLDING).values(row))
    with database.unit_of_work() as connection:  # others may act through it as well
        connection.execute(insert(HOLDING).values(row | {"kind": "deputy"}))
        connection.execute(insert(HOLDING).values(row | {"kind": "substitute"}))


@pytest.mark.tamper
def test_a_successor_begins_when_the_holder_has_ended(
    database: Database, prefecture: Prefecture
) -> None:
    mine = HOLDING.c.person_id == prefecture.person("zhou.head")
    row = {"person_id": prefecture.person("xingyi.head"), "kind": "holder", "begins_at": NOW}
    with database.unit_of_work() as connection:
        row["post_id"] = connection.execute(select(HOLDING.c.post_id).where(mine)).scalar_one()
        connection.execute(update(HOLDING).where(mine).values(ends_at=NOW))
        connection.execute(insert(HOLDING).values(row))
    refused(database, "one_holder", update(HOLDING).where(mine).values(ends_at=None))
    refused(database, "holding_period", update(HOLDING).where(mine).values(ends_at=BEGAN_AT))


@pytest.mark.tamper
@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"kind": "village"}, "unit_kind"),
        ({"since": NOW, "until": NOW}, "unit_period"),
        ({"successor_id": 1}, "unit_succeeded"),
    ],
)
def test_a_unit_is_what_a_unit_can_be(
    values: dict[str, Any], rule: str, database: Database, town: dict[str, Any]
) -> None:
    refused(database, rule, update(UNIT).where(UNIT.c.id == town["id"]).values(values))


@pytest.mark.tamper
@pytest.mark.parametrize("table", ["former_name", "org_change", "org_change_item"])
def test_what_was_changed_stays_written(
    table: str, database: Database, town: dict[str, Any]
) -> None:
    with database.unit_of_work() as connection:
        connection.execute(
            text(
                "INSERT INTO org_change (id, request, digest, kind, at, sentence)"
                f" VALUES (7, 'r', 'd', 'rename', '{NOW.isoformat()}', '改名')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO org_change_item (change_id, item, what, first_id, last_id)"
                " VALUES (7, 1, 'unit', 1, 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO former_name (unit_id, until, name, short_name)"
                f" VALUES ({town['id']}, '{NOW.isoformat()}', 'x', 'x')"
            )
        )
    refused(database, f"{table}_no_delete", text(f"DELETE FROM {table}"))
    column = {"former_name": "name", "org_change": "sentence", "org_change_item": "what"}[table]
    rule = "item_blanked" if table == "org_change_item" else f"{table}_no_update"
    refused(database, rule, text(f"UPDATE {table} SET {column} = 'post'"))


def test_a_post_is_where_a_unit_is(database: Database) -> None:
    """Every unit of the sample has its path, every post its unit."""
    with database.reading() as connection:
        rows = connection.execute(select(UNIT.c.id, UNIT.c.path, UNIT.c.parent_id)).all()
        paths = {row.id: row.path for row in rows}
        posts = connection.execute(select(POST.c.unit_id)).scalars().all()
    assert set(posts) <= set(paths)
    assert all(row.path == f"{paths.get(row.parent_id, '/')}{row.id}/" for row in rows)
