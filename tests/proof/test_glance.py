"""What is verified before a process begins: a sound database passes, a broken one does not."""

import random

import pytest

from tests.proof.careless import drop_trigger
from tests.proof.intruder import Intruder, leave_unguarded
from tests.proof.life import Life
from tests.proof.story import Story
from tests.proof.tampering import Deed, cut_the_tail, delete_a_row, edit_a_row, swap_two
from workflow.doctor.glance import glance
from workflow.store.database import Database

pytestmark = pytest.mark.tamper


def test_a_lived_in_database_is_sound(life: Life) -> None:
    with life.story.database.reading() as connection:
        assert list(glance(connection, life.story.now)) == []


def cut_the_log(intruder: Intruder) -> None:
    """The last row of a strand of the audit log is gone."""
    last = intruder.any_of(
        "SELECT strand, seq FROM audit_head WHERE seq > 0"
        " AND EXISTS (SELECT 1 FROM audit WHERE audit.strand = audit_head.strand)"
    )
    assert intruder.run("DELETE FROM audit WHERE strand = :strand AND seq = :seq", **last) == 1


@pytest.mark.parametrize(
    "deed",
    [cut_the_tail, delete_a_row, edit_a_row, swap_two, cut_the_log],
    ids=lambda deed: deed.__name__,
)
def test_a_broken_chain_is_seen(deed: Deed, open_house: Story) -> None:
    with open_house.database.reading() as connection:
        before = {*glance(connection, open_house.now)}
        leave_unguarded(connection)
        deed(Intruder(connection, random.Random(3)))
        after = {*glance(connection, open_house.now)}
        connection.rollback()
    assert {fault.check for fault in after - before} & {"cases", "audit"}


def test_a_rule_that_was_taken_away_is_seen(database: Database, story: Story) -> None:
    drop_trigger(database, "history", "history_no_update")
    with database.reading() as connection:
        (fault,) = glance(connection, story.now)
    assert "history_no_update" in fault.sentence
