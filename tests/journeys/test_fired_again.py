"""办法第十九条：“切实减轻基层负担”; nobody is told twice of one thing.

A restored database fires again what had fired after its backup: that can be called off, and only
that.

The database of a backup knows nothing of the days until the loss; so does that of a machine that
stood still.
"""

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.engine.definitions import at
from tests.journeys.play import Play, a_story
from tests.journeys.problems import rectifying
from workflow.store.database import Database
from workflow.store.outgoing import sending
from workflow.store.tables.handles import OUTBOX

pytestmark = pytest.mark.journey


def hold(play: Play, sent_until: datetime) -> None:
    with play.database.unit_of_work() as connection:
        sending.hold(connection, "restored", play.now, sent_until=sent_until)
    play.post_is_down = True


def release(play: Play, until: datetime) -> int | None:
    with play.database.unit_of_work() as connection:
        known = sending.waiting(connection, until)
        dropped = sending.release(connection, play.now, drop_until=until)
    assert dropped == known  # the page counts what goes
    return dropped


def waiting(play: Play) -> dict[str, int]:
    """What is still owed, by the day on which it came up."""
    query = select(OUTBOX.c.created_at).where(OUTBOX.c.status == "waiting")
    with play.database.reading() as connection:
        days = [str(one.date()) for one in connection.execute(query).scalars()]
    return {day: days.count(day) for day in sorted(set(days))}


def test_what_timers_owe_again_is_called_off_and_what_is_new_goes(play: Play) -> None:
    """The backup is of 19 May, the loss on 22 May: T-7 had gone out on 21 May."""
    rectifying(play)
    play.until("2026-05-19")
    play.down_until("2026-05-25 10:00")
    hold(play, at("2026-05-22 18:00"))
    play.sweep()
    again = waiting(play)
    assert again.keys() == {"2026-05-25"}
    play.until("2026-05-26 10:00")  # T-3, which nobody has heard of yet
    assert waiting(play).keys() == {"2026-05-25", "2026-05-26"}
    assert release(play, at("2026-05-22 18:00")) == again["2026-05-25"]
    assert waiting(play).keys() == {"2026-05-26"}


@pytest.mark.parametrize(
    ("lost", "gone"), [("2026-10-15 08:30", False), ("2026-10-15 09:30", True)]
)
def test_the_reports_that_the_calendar_opens_again_are_told_of_once(
    database: Database, lost: str, gone: bool
) -> None:
    """Nine counties' yearly reports were opened in the night, and told of at nine."""
    with a_story(database, at("2026-10-14 18:00")) as play:
        play.down_until("2026-10-15 10:00")
        hold(play, at(lost))
        play.sweep()
        assert len(play.of_workflow("annual_report")) == 9
        owed = waiting(play)["2026-10-15"]
        assert owed >= 9
        assert release(play, at(lost)) == (owed if gone else 0)
