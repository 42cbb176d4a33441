"""The audit log: an act and its row are one transaction, chained, and nothing takes a row back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from tests.prefecture import NOW
from workflow.catalog import Catalog
from workflow.doctor import examine
from workflow.store.database import Database
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.evidence.chain import ALGORITHMS
from workflow.store.tables.handles import AUDIT, HEAD


def complaints(database: Database) -> list[str]:
    """What doctor says of the log."""
    report = examine(database, Catalog(database), NOW)
    return [one.sentence for one in report.complaints if one.check == "audit"]


OURS = AUDIT.c.kind != "definition"
"""Publishing the shipped definitions stands in the log already."""


def write(database: Database, *acts: Act) -> None:
    """Record acts, each in a transaction of its own."""
    for act in acts:
        with database.unit_of_work() as connection:
            audit.record(connection, act, NOW)


def test_an_act_is_kept_with_who_did_what_to_what(database: Database) -> None:
    write(database, Act("export", 3, ("case", 17), data={"rows": 12}, address="10.0.0.8"))
    with database.reading() as connection:
        (row,) = connection.execute(select(AUDIT).where(OURS)).mappings().all()
    assert (row["kind"], row["outcome"], row["person_id"]) == ("export", "done", 3)
    assert (row["subject"], row["subject_id"], row["data"]) == ("case", 17, '{"rows":12}')
    assert (row["address"], row["at"], row["alg"]) == ("10.0.0.8", NOW, "sha256")
    assert complaints(database) == []


def test_an_act_that_is_rolled_back_leaves_no_row(database: Database) -> None:
    with pytest.raises(RuntimeError), database.unit_of_work() as connection:  # noqa: PT012
        audit.record(connection, Act("export", 3), NOW)
        raise RuntimeError
    with database.reading() as connection:
        assert connection.execute(select(AUDIT).where(OURS)).first() is None
    assert complaints(database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET person_id = 4",
        "DELETE FROM audit WHERE seq = 1",
        "UPDATE audit_head SET seq = seq - 1",
        "UPDATE audit_head SET seq = seq + 1, hash = 'f' WHERE strand = 1",
        "UPDATE audit_head SET floor = seq + 1",
        "DELETE FROM audit_head",
        "INSERT INTO audit SELECT strand, 99, at, kind, outcome, person_id, subject, subject_id,"
        " data, address, alg, prev, hash FROM audit WHERE seq = 1",
    ],
)
def test_the_database_itself_refuses(statement: str, database: Database) -> None:
    write(database, Act("sign_in", 3), Act("sign_out", 3))
    with pytest.raises(DatabaseError, match="audit"), database.unit_of_work() as connection:
        connection.execute(text(statement))
    assert complaints(database) == []


def test_many_at_once_write_chains_that_hold(database: Database) -> None:
    writers, acts = 12, 10
    with database.reading() as connection:
        before = connection.execute(select(func.sum(HEAD.c.seq))).scalar_one()
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(lambda who: write(database, *[Act("sign_in", who)] * acts), range(writers)))
    with database.reading() as connection:
        assert (
            connection.execute(select(func.sum(HEAD.c.seq))).scalar_one() == before + writers * acts
        )
    assert complaints(database) == []


@pytest.mark.postgres
def test_a_writer_takes_a_strand_that_no_other_holds(postgres_database: Database) -> None:
    with postgres_database.unit_of_work() as slow:
        audit.record(slow, Act("export", 1), NOW)
        write(postgres_database, Act("sign_in", 2))  # would wait for ever on one chain
    with postgres_database.reading() as connection:
        strands = connection.execute(
            select(AUDIT.c.strand).where(OURS).order_by(AUDIT.c.strand)
        ).scalars()
        assert strands.all() == [1, 2]


def test_a_chain_changes_its_algorithm_on_the_way(database: Database) -> None:
    write(database, Act("sign_in", 3))
    chinese = Database(database.url, "sm3")
    write(chinese, Act("sign_out", 3))
    chinese.dispose()
    with database.reading() as connection:
        query = select(AUDIT.c.alg).where(OURS).order_by(AUDIT.c.seq)
        algorithms = connection.execute(query).scalars().all()
    assert algorithms == list(ALGORITHMS)
    assert complaints(database) == []


@pytest.mark.parametrize(
    "act",
    [
        Act("sing_in"),
        Act("person", data={"name": "王建国"}),
        Act("person", data={"phone": "13800001234"}),
        Act("person", data={"phone": 13800001234}),
        Act("person", data={"mail": "a@b.cn"}),
        Act("person", data={"王建国": 1}),
        Act("person", data={"posts": ["head", "王 建国"]}),
    ],
    ids=repr,
)
def test_a_row_takes_ids_and_codes_only(act: Act, sqlite_database: Database) -> None:
    with pytest.raises(ValueError, match="act"):
        write(sqlite_database, act)


def test_a_row_takes_what_it_is_meant_for(sqlite_database: Database) -> None:
    data = {"posts": [4, 5], "role": "head", "sha256": "0" * 64, "on": "2026-03-04", "was": None}
    write(sqlite_database, Act("holding", 3, ("person", 8), data=data))
    assert complaints(sqlite_database) == []


def test_later_rows_come_later(sqlite_database: Database) -> None:
    with sqlite_database.unit_of_work() as connection:
        for days in range(3):
            audit.record(connection, Act("sign_in", 3), NOW + timedelta(days))
    with sqlite_database.reading() as connection:
        stored = (
            connection.execute(select(AUDIT.c.at).where(OURS).order_by(AUDIT.c.seq)).scalars().all()
        )
    assert stored == [NOW + timedelta(days) for days in range(3)]
