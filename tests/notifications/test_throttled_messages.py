"""A message that its provider will not take yet (限流) waits, but not for ever."""

from datetime import timedelta

import pytest

from api.presenting.message_story import next_of, story_of
from notifications.channels import Channel, Outcome, Receipt
from notifications.ways import open_ways
from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk, over_smtp
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW
from tests.simulators.faulty_smsc import FaultySmsc
from tests.simulators.faulty_smtp import FaultySmtp
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.outgoing.backlog import backlog
from workflow.store.outgoing.messages import messages_by_id
from workflow.store.outgoing.proofs import proofs
from workflow.store.tables.handles import OUTBOX

pytestmark = pytest.mark.notify


def test_a_throttled_message_waits_and_no_wait_counts_as_a_try(
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


# How long is long enough

BUSY = Receipt(Outcome.THROTTLED, "短信中心限制了发送频率。", retry_after=timedelta(hours=2))

LIMITS = {
    "immediate": ("06 22:00", "06 23:00", "一小时"),
    "urgent": ("06 19:50", "09 19:30", "一个工作日"),  # a Friday; Monday morning
    "digest": ("06 09:00", "10 19:30", "两个工作日"),
}


@pytest.mark.parametrize("urgency", LIMITS)
def test_what_is_throttled_for_long_enough_goes_another_way(
    desk: Desk, database: Database, calendar: Calendar, at: At, urgency: str
) -> None:
    first, last, words = LIMITS[urgency]
    desk.change_person("wangmo.liaison", phone="13800138000")
    desk.owe(way="sms", urgency=urgency, wake_at=at(first))
    mail = Scripted()
    ways: dict[str, Channel] = {"sms": Scripted([BUSY] * 50), "email": mail}
    now = at(first)
    while not mail.got and now < at("13 12:00"):
        deliver_all_due(database, ways, calendar, now)
        now += timedelta(minutes=20)
    [replacement] = desk.rows(OUTBOX.c.way == "email")
    assert replacement["status"] == "sent"
    assert at(last) <= replacement["sent_at"] <= at(last) + timedelta(minutes=40)
    [dead] = desk.rows(OUTBOX.c.status == "dead")
    assert (dead["way"], dead["outcome"], dead["attempts"]) == ("sms", "throttled", 1)
    assert dead["detail"] == f"已等了{words}，不再等：{BUSY.detail}"


def test_what_failed_for_a_while_has_its_own_patience_when_it_is_throttled_later(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """Two hours of a dead gateway are no wait that its provider asked for."""
    owed = desk.owe(way="sms", urgency="immediate", wake_at=at("02 10:00"))
    down = Receipt(Outcome.FAILED, "连不上。")
    ways: dict[str, Channel] = {"sms": Scripted([*[down] * 4, *[BUSY] * 50]), "email": Scripted()}
    for minutes in (0, 1, 6, 36, 156):
        now = at("02 10:00") + timedelta(minutes=minutes)
        deliver_all_due(database, ways, calendar, now)
    row = desk.row(owed)
    assert (row["status"], row["put_off_since"]) == ("waiting", at("02 12:36"))


def test_its_story_says_since_when_it_waits_and_what_came_instead(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    owed = desk.owe(way="sms", wake_at=at("02 10:00"))
    ways: dict[str, Channel] = {"sms": Scripted([BUSY] * 50), "email": Scripted()}
    deliver_all_due(database, ways, calendar, at("02 10:00"))
    deliver_all_due(database, ways, calendar, at("02 12:00"))

    def told() -> tuple[dict[str, str], str]:
        with database.reading() as connection:
            message = messages_by_id(connection, [owed])[owed]
            proof = proofs(connection, [message])[owed]
        story = story_of(message, proof, calendar)
        words = {moment.label: f"{moment.when}：{moment.words}" for moment in story}
        return words, next_of(message, proof)

    story, next_ = told()
    assert story["推迟"] == f"2026年3月2日 10:00：{BUSY.detail}"
    assert next_ == "2026年3月2日 14:00 再试；等满一个工作日仍发不出，改用别的方式。"
    deliver_all_due(database, ways, calendar, at("03 19:30"))
    story, next_ = told()
    assert "不再等" in story["失败"]
    assert story["代替"].endswith("这条没有发出，改由邮件发送")
    assert next_ == "以邮件那一条为准。"


def test_what_is_put_off_is_as_old_as_when_it_was_first_put_off(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """A wait of two hours, again and again, hides nothing from whoever watches."""
    desk.owe(way="sms", wake_at=at("02 09:00"))
    ways: dict[str, Channel] = {"sms": Scripted([BUSY] * 50)}
    for when in ("02 09:00", "02 11:00", "02 13:00"):
        deliver_all_due(database, ways, calendar, at(when))
    with database.reading() as connection:
        behind = backlog(connection, at("02 14:00"))
    assert (behind.messages, behind.put_off, behind.message_age) == (1, 1, 5 * 3600)


def test_a_digest_of_the_next_day_does_not_begin_its_wait_anew(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    desk.owe(way="sms", urgency="digest", wake_at=at("02 09:00"))
    ways: dict[str, Channel] = {"sms": Scripted([BUSY] * 50)}
    for when in ("02 09:00", "03 09:00"):
        deliver_all_due(database, ways, calendar, at(when))
    waiting = [row for row in desk.digests() if row["status"] == "waiting"]
    assert [row["put_off_since"] for row in waiting] == [at("02 09:00")]
