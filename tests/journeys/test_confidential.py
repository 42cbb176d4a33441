"""意见 三（二）: “四不两直”. An unannounced inspection: for whom it concerns it
does not exist until field work has ended.
"""

import pytest
from sqlalchemy import select, update

from tests.journeys.play import COUNTY, Play
from tests.rights.town import DEFINITIONS
from workflow.engine.errors import NotFound
from workflow.store.lists import queries
from workflow.store.lists.counting import count_up_to
from workflow.store.outgoing import messages
from workflow.store.sight import scope
from workflow.store.tables.handles import OUTBOX, PERSON, SCOPE

pytestmark = [pytest.mark.journey, pytest.mark.rights]

SPECIALISTS = ("zhou-dc.specialist1", "zhou-dc.specialist2")
CONCERNED = ("xingyi.head", "xingyi.liaison", "zhou.head", "zhou-dc.head")
"""The unit inspected, the government above, and the head of the inspectors, who is not named."""


@pytest.fixture
def play(play: Play) -> Play:
    """With the workflow of inspections published."""
    play.catalog.publish(DEFINITIONS, play.now)
    return play


def open_inspection(play: Play, kind: str) -> int:
    return play.open(
        SPECIALISTS[0], "inspection", parties={"inspected": COUNTY}, what="饮水安全", kind=kind
    )


def who_sees(play: Play, case: int) -> set[str]:
    """Those of the cast who find the case: by its address, in their list, in a count."""
    found = set()
    for who in (*SPECIALISTS, *CONCERNED, "jingnan.liaison", "wangmo.head"):
        actor, here = play.actor(who), queries.Filter(workflows=("inspection",))
        with play.database.reading() as connection:
            try:
                scope.check_scope(connection, actor, case)
                found.add(who)
            except NotFound:
                pass
            listed = {row["id"] for row in queries.list_cases(connection, actor, here).rows}
            told = {one.case_id for one in messages.messages(connection, reader=actor, case=case)}
            assert (case in listed) == (who in found), who
            assert count_up_to(connection, actor, here, 100) == len(listed)
            assert told <= listed, who
    return found


def told(play: Play, case: int) -> set[str]:
    """Whom a message about the case was ever addressed to."""
    query = select(PERSON.c.username).join(OUTBOX, OUTBOX.c.person_id == PERSON.c.id)
    with play.database.reading() as connection:
        return set(connection.execute(query.where(OUTBOX.c.case_id == case)).scalars())


def test_nobody_is_forewarned(play: Play) -> None:
    case = open_inspection(play, "暗访")
    assert who_sees(play, case) == set(SPECIALISTS)
    play.until("2026-03-07")  # the ladder's rung has come; it would tell the county's head as well
    assert play.act(SPECIALISTS[0], case, "set_out") == "in_field"
    assert who_sees(play, case) == set(SPECIALISTS)
    assert told(play, case) == set(SPECIALISTS)
    play.act(SPECIALISTS[0], case, "hand_over", to="zhou-dc.head")  # a person named for this case
    assert who_sees(play, case) == {*SPECIALISTS, "zhou-dc.head"}
    assert play.doctor().complaints == []
    assert play.act("zhou-dc.head", case, "finish", findings="两处水质不合格") == "reported"
    assert who_sees(play, case) == {*SPECIALISTS, *CONCERNED}
    assert {"xingyi.head", "xingyi.liaison"} <= told(play, case)
    assert play.act("xingyi.head", case, "agree") == "closed"
    assert who_sees(play, case) == {*SPECIALISTS, *CONCERNED}


def test_what_was_dropped_in_secret_stays_secret(play: Play) -> None:
    case = open_inspection(play, "暗访")
    play.act(SPECIALISTS[1], case, "drop")
    assert who_sees(play, case) == set(SPECIALISTS)
    assert told(play, case) == set(SPECIALISTS)


def test_an_announced_inspection_is_like_any_other_case(play: Play) -> None:
    case = open_inspection(play, "明查")
    assert who_sees(play, case) == {*SPECIALISTS, *CONCERNED}
    assert "xingyi.liaison" in told(play, case)


def test_the_doctor_sees_a_secret_that_somebody_opened(play: Play) -> None:
    case = open_inspection(play, "暗访")
    mine = update(SCOPE).where(SCOPE.c.case_id == case)
    kept = select(SCOPE.c.unit_id, SCOPE.c.named).where(SCOPE.c.case_id == case)
    with play.database.unit_of_work() as connection:
        before = connection.execute(kept).all()
        connection.execute(mine.values(named=None))
    assert "保密范围与历史不符" in str(play.doctor().complaints)
    with play.database.unit_of_work() as connection:
        for unit, named in before:
            connection.execute(mine.where(SCOPE.c.unit_id == unit).values(named=named))
