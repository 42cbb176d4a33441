"""Old rows leave the log for a file, what is young stays, and both together still verify."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, select, update

from tests.prefecture import NOW
from workflow.catalog import Catalog
from workflow.doctor import examine
from workflow.doctor.verify import Finding, verify
from workflow.engine.errors import InvalidInput, Stale
from workflow.store.database import Database
from workflow.store.evidence import audit, checkpoints, retention
from workflow.store.evidence.audit import Act
from workflow.store.evidence.dump import dump
from workflow.store.plain import dumps
from workflow.store.tables.handles import AUDIT, HEAD

LATER = NOW + timedelta(days=300)
BEFORE = date(2026, 5, 1)

Lines = list[dict[str, Any]]
Checkpoints = list[dict[str, Any]]


@pytest.fixture
def logged(database: Database) -> Database:
    """A database whose log has a row a week, and on PostgreSQL in more than one strand."""
    for week in range(40):
        with database.unit_of_work() as connection:
            audit.record(connection, Act("sign_in", week), NOW + timedelta(weeks=week))
            if week % 4 == 0 and not database.is_sqlite:
                with database.unit_of_work() as other:
                    audit.record(other, Act("export", week), NOW + timedelta(weeks=week))
    return database


def export(database: Database, at: datetime) -> dict[str, Any]:
    """A whole checkpoint as it was exported."""
    with database.unit_of_work() as connection:
        made = checkpoints.export(connection, at, whole=True)
    return dict(json.loads(made.text))


def lines_of(database: Database) -> Lines:
    """A dump, as its file has it."""
    with database.reading() as connection:
        return [json.loads(dumps(line)) for line in dump(connection)]


def move_out(database: Database, before: date = BEFORE, now: datetime = LATER) -> Lines:
    """Move old rows out; what the file holds."""
    with database.reading() as connection:
        leaving = retention.plan(connection, before, now)
        file = [json.loads(dumps(line)) for line in retention.lines(connection, leaving)]
    with database.unit_of_work() as connection:
        retention.move_out(connection, leaving, now)
    return file


def complaints(database: Database) -> list[str]:
    """What doctor says of the log."""
    report = examine(database, Catalog(database), LATER)
    return [one.sentence for one in report.complaints if one.check == "audit"]


def found(lines: Lines, exported: Checkpoints) -> list[Finding]:
    """What the auditor's program finds."""
    return verify(lines, exported)[0]


def oldest(connection: Connection) -> datetime:
    """When the oldest row was written that is there."""
    at: datetime = connection.execute(select(func.min(AUDIT.c.at))).scalar_one()
    return at.astimezone(UTC)


def test_the_rest_verifies_by_itself_and_with_the_file(logged: Database) -> None:
    exported = [export(logged, LATER - timedelta(hours=1))]
    file = move_out(logged)
    with logged.reading() as connection:
        assert oldest(connection) >= datetime(2026, 4, 30, 16, tzinfo=UTC)
        act = connection.execute(select(AUDIT).where(AUDIT.c.kind == "retention")).mappings().one()
    assert json.loads(act["data"])["rows"] == len(file) - 1 > 8
    assert complaints(logged) == []
    rest = lines_of(logged)
    assert found(rest, exported) == []
    assert found([*file, *rest], exported) == []


def test_what_has_been_moved_out_can_be_followed_by_more(logged: Database) -> None:
    exported = [export(logged, LATER - timedelta(hours=1))]
    files = [move_out(logged, date(2026, 4, 1)), move_out(logged)]
    assert complaints(logged) == []
    rest = lines_of(logged)
    for given in (rest, files[1] + rest, files[0] + files[1] + rest):
        assert found(given, exported) == []
    assert [str(one) for one in found(files[0] + rest, exported)]  # a file between is missing


@pytest.mark.parametrize("days", [1, 100, 179])
def test_nothing_younger_than_the_term_leaves(days: int, logged: Database) -> None:
    with (
        logged.reading() as connection,
        pytest.raises(InvalidInput, match="日志至少保存 180 天，现在只能移出 2026-06-30 以前的"),
    ):
        retention.plan(connection, (LATER - timedelta(days=days)).date(), LATER)


def test_two_who_move_out_at_once_do_not_both(logged: Database) -> None:
    with logged.reading() as connection:
        leaving = retention.plan(connection, BEFORE, LATER)
    move_out(logged)
    with pytest.raises(Stale), logged.unit_of_work() as connection:
        retention.move_out(connection, leaving, LATER)
    assert complaints(logged) == []


def test_the_last_row_of_a_strand_stays(logged: Database) -> None:
    move_out(logged, date(2027, 1, 1), NOW + timedelta(days=3000))
    with logged.reading() as connection:
        heads = connection.execute(select(HEAD.c.seq, HEAD.c.floor)).all()
    assert all(floor < seq or seq == 0 for seq, floor in heads)
    assert complaints(logged) == []


def forge(database: Database, data: Mapping[str, Any], strand: int, floor: int) -> None:
    """Take rows out with an act that says what somebody likes."""
    with database.unit_of_work() as connection:
        connection.execute(update(HEAD).where(HEAD.c.strand == strand).values(floor=floor))
        connection.execute(delete(AUDIT).where(AUDIT.c.strand == strand, AUDIT.c.seq <= floor))
        if data:
            audit.record(connection, Act("retention", data=data), LATER)


def test_rows_that_left_without_an_act_are_missed(logged: Database) -> None:
    exported = [export(logged, LATER - timedelta(hours=1))]
    forge(logged, {}, 1, 9)
    assert complaints(logged) == ["日志第 9 行及以前已不在库中，却没有移出的记录"]
    assert [one.wrong for one in found(lines_of(logged), exported)] == ["缺失，也没有移出的记录"]


@pytest.mark.parametrize("before", ["2026-12-20", "2026-04-01"], ids=["as it is", "as if old"])
def test_young_rows_that_left_are_found_whatever_the_act_says(
    before: str, database: Database
) -> None:
    """An honest act tells it, and one that lies is given away by a checkpoint of the time."""
    with database.unit_of_work() as connection:
        audit.record(connection, Act("sign_in", 1), NOW)
    exported = [export(database, LATER - timedelta(days=20))]
    with database.unit_of_work() as connection:
        for person in range(8):
            audit.record(connection, Act("sign_in", person), LATER - timedelta(days=10))
    with database.reading() as connection:
        last = connection.execute(select(HEAD.c.seq).where(HEAD.c.strand == 1)).scalar_one() - 1
        row = select(AUDIT.c.hash).where(AUDIT.c.strand == 1, AUDIT.c.seq == last)
        hash_ = connection.execute(row).scalar_one()
    forge(database, {"before": before, "floor1": last, "hash1": hash_}, 1, last)
    wrong = [one.wrong for one in found(lines_of(database), exported)]
    assert "移出了不满 180 天的日志" in wrong
