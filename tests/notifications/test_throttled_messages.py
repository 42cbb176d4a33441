"""A message that its provider will not take yet (限流) waits, and never dies of it."""

from datetime import timedelta

import pytest

from notifications.channels import Outcome, Receipt
from notifications.ways import open_ways
from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk, over_smtp
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW
from tests.simulators.faulty_smsc import FaultySmsc
from tests.simulators.faulty_smtp import FaultySmtp
from workflow.engine.calendar import Calendar
from workflow.store.database import Database

pytestmark = pytest.mark.notify


def test_a_throttled_message_waits_and_never_dies_of_it(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    message = desk.owe(wake_at=at("02 08:00"))
    with FaultySmtp({"RCPT": ["450 rate limit exceeded"] * 12}) as sink:
        ways = over_smtp(database, sink)
        now = at("02 08:00")
        for _ in range(12):
            assert deliver_all_due(database, ways, calendar, now).put_off == 1
            row = desk.row(message)
            assert (row["status"], row["attempts"]) == ("waiting", 0)
            assert row["wake_at"] == now + timedelta(minutes=10)
            now = row["wake_at"]
        assert deliver_all_due(database, ways, calendar, now).sent == 1


def test_a_throttled_short_message_waits_as_long_as_the_provider_asks(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    wait = Receipt(Outcome.THROTTLED, "慢一点。", retry_after=timedelta(hours=2))
    message = desk.owe(way="sms")
    deliver_all_due(database, {"sms": Scripted([wait])}, calendar, NOW)
    assert desk.row(message)["wake_at"] == NOW + timedelta(hours=2)


def test_a_provider_that_asks_for_no_wait_does_not_keep_the_worker_busy(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    wait = Receipt(Outcome.THROTTLED, "慢一点。", retry_after=timedelta(0))
    desk.owe(way="sms")
    channel = Scripted([wait] * 5)
    deliver_all_due(database, {"sms": channel}, calendar, NOW)
    assert len(channel.got) == 1


def test_a_throttled_smsc_gets_the_message_later(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    message = desk.owe(way="sms")
    with FaultySmsc([0x58]) as centre:  # ESME_RTHROTTLED
        ways = open_ways(database, lambda: NOW, sms=centre.url)
        assert deliver_all_due(database, ways, calendar, NOW).put_off == 1
        later = desk.row(message)["wake_at"]
        assert deliver_all_due(database, ways, calendar, later).sent == 1
    assert len(centre.messages) == 1
