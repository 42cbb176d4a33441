"""At night and on rest days only what is immediate goes."""

import pytest

from notifications.channels import Outcome, Receipt
from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk
from tests.notifications.scripted import Scripted
from workflow.engine.calendar import Calendar
from workflow.store.database import Database

pytestmark = pytest.mark.notify


@pytest.mark.parametrize("when", ["02 20:00", "02 23:59", "03 07:59", "07 10:00", "08 15:00"])
def test_at_night_and_on_rest_days_only_what_is_immediate_goes(
    desk: Desk, database: Database, calendar: Calendar, at: At, when: str
) -> None:
    held = desk.owe(wake_at=at("02 10:00"))
    now = desk.owe(urgency="immediate", wake_at=at("02 10:00"))
    deliver_all_due(database, {"email": Scripted()}, calendar, at(when))
    assert desk.row(held)["status"] == "waiting"
    assert desk.row(held)["attempts"] == 0
    assert desk.row(now)["status"] == "sent"


def test_a_retry_that_falls_into_the_night_waits_for_the_morning(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    failed = Receipt(Outcome.FAILED, "连接不上。")
    urgent = desk.owe(wake_at=at("06 10:00"))
    immediate = desk.owe(urgency="immediate", wake_at=at("06 10:00"))
    channel = Scripted([failed] * 2)
    deliver_all_due(database, {"email": channel}, calendar, at("06 19:59"))
    assert desk.row(urgent)["wake_at"] == at("09 08:00")
    assert desk.row(immediate)["wake_at"] == at("06 20:00")
