"""分类分级实施意见 三（二）：“双台账”.

A clock that stands still (中止计时): the case waits, and no list calls it overdue.
"""

import pytest
from sqlalchemy import text

from tests.journeys.play import Play
from tests.journeys.problems import rectifying
from workflow.store import schema
from workflow.store.lists import counting, queries
from workflow.store.lists.counting import Moments
from workflow.store.lists.queries import Filter

pytestmark = pytest.mark.journey

READER = "zhou-dc.head"

AS_LISTED_THEN = (
    "UPDATE scope SET due_at = (SELECT due_at FROM cases WHERE id = case_id) WHERE case_id = :case"
)
AS_OF_0011 = "UPDATE alembic_version SET version_num = '0011'"


def overdue(play: Play) -> list[int]:
    """The cases that the reader's lists call overdue now."""
    late = Filter(due_before=play.now, closed=False)
    with play.database.reading() as connection:
        page = queries.list_cases(connection, play.actor(READER), late)
    return [row["id"] for row in page.rows]


def lights(play: Play) -> dict[str, int]:
    """How many cases have which light on the reader's board now."""
    moments = Moments(play.now, play.now, play.now)
    with play.database.reading() as connection:
        return counting.count_cases(connection, play.actor(READER), Filter(), "light", moments)


def stopped(play: Play) -> int:
    """A problem due on 29 May whose clock stopped on 1 April; it is 10 June."""
    case = rectifying(play)
    play.until("2026-04-01")
    play.act("zhou-dc.head", case, "suspend", reason="涉法涉诉，等待裁定")
    play.until("2026-06-10")
    return case


def test_no_list_and_no_board_calls_it_overdue_until_its_new_limit_has_passed(play: Play) -> None:
    case = stopped(play)
    assert play.due(case) == "2026-05-29"
    assert (overdue(play), lights(play)) == ([], {"none": 1})
    play.act("zhou-dc.head", case, "resume")
    assert play.due(case) == "2026-08-06"
    assert (overdue(play), lights(play)) == ([], {"good": 1})
    play.until("2026-08-07")
    assert case in overdue(play)


def test_a_step_meanwhile_leaves_it_where_it_is(play: Play) -> None:
    case = stopped(play)
    play.act("xingyi.liaison", case, "report_progress", progress="等待裁定")
    assert (overdue(play), lights(play)) == ([], {"none": 1})


def test_migrating_takes_it_out_of_what_an_earlier_release_called_overdue(play: Play) -> None:
    running, case = rectifying(play), stopped(play)
    with play.database.unit_of_work() as connection:
        connection.execute(text(AS_LISTED_THEN), {"case": case})
    assert case in overdue(play)
    with play.database.unit_of_work() as connection:
        connection.execute(text(AS_OF_0011))
        schema.step_to(connection, "0016")
    assert running in overdue(play)
    assert case not in overdue(play)
