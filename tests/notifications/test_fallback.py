"""Another way stands in where one failed: once, never by the same way, and by no bad address."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from notifications.channels import Channel, Outcome, Receipt
from notifications.fallback import ORDER, Fallback, fall_back
from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW
from workflow.engine.calendar import Calendar
from workflow.store.casework.cases import warning_went_out
from workflow.store.outgoing import bad_addresses, reading, reports
from workflow.store.outgoing.reports import Fate, Report
from workflow.store.tables.handles import OUTBOX

pytestmark = pytest.mark.notify

REFUSED = Receipt(Outcome.REFUSED, "没有这个地址。")
LATER = NOW + timedelta(minutes=5)
LIAISON = "wangmo.liaison"

Carry = Callable[..., dict[str, Scripted]]


@pytest.fixture
def carry(desk: Desk, calendar: Calendar) -> Carry:
    """Delivers what is due, by channels that answer by order; the channels."""
    desk.change_person(LIAISON, phone="13800138000")

    def deliver(
        now: datetime = NOW, order: tuple[str, ...] = ORDER, **scripts: list[Receipt]
    ) -> dict[str, Scripted]:
        channels = {way: Scripted(list(scripts.get(way, []))) for way in ORDER}
        ways: dict[str, Channel] = dict(channels)
        deliver_all_due(desk.database, ways, calendar, now, order=order)
        return channels

    return deliver


def come_back(desk: Desk, message: int, **report: bool) -> None:
    """A mail that was taken over comes back."""
    with desk.database.unit_of_work() as connection:
        address = f"{LIAISON}@duban.example"
        reports.record_handover(connection, message, "email", address, [f"m{message}"], NOW)
        said = Report(f"m{message}", Fate.UNDELIVERED, "查无此人。", **report)  # type: ignore[arg-type]
        reports.keep(connection, "email", [said], LATER)
        bad_addresses.mark_bad_addresses(connection, LATER)


def others(desk: Desk, message: int) -> list[tuple[str, str]]:
    """The ways and statuses of the other messages."""
    return [(row["way"], row["status"]) for row in desk.rows(OUTBOX.c.id != message)]


def test_a_refused_mail_goes_by_sms(desk: Desk, carry: Carry) -> None:
    mail = desk.owe()
    channels = carry(email=[REFUSED])
    [short] = channels["sms"].got
    assert short.to == "13800138000"
    assert desk.row(mail)["status"] == "dead"
    assert others(desk, mail) == [("sms", "sent")]


def test_a_refused_sms_goes_by_mail(desk: Desk, carry: Carry) -> None:
    short = desk.owe(way="sms")
    assert len(carry(sms=[REFUSED])["email"].got) == 1
    assert others(desk, short) == [("email", "sent")]


def test_two_ways_that_fail_are_each_tried_once(desk: Desk, carry: Carry) -> None:
    mail = desk.owe()
    channels = carry(email=[REFUSED] * 9, sms=[REFUSED] * 9)
    assert [len(channels[way].got) for way in ("email", "sms")] == [1, 1]
    assert channels["chat"].got == []  # nobody keeps a robot here
    assert others(desk, mail) == [("sms", "dead")]


def test_what_goes_by_both_ways_anyway_goes_by_none_twice(desk: Desk, carry: Carry) -> None:
    case = desk.case()
    mail = desk.owe(case=case)
    key = desk.row(mail)["key"].rpartition(".")[0]
    short = desk.owe(case=case, way="sms", key=f"{key}.sms")
    channels = carry(email=[REFUSED])
    assert len(channels["sms"].got) == 1
    assert others(desk, mail) == [("sms", "sent")]
    assert desk.row(short)["status"] == "sent"


def test_a_returned_mail_goes_by_sms_once(desk: Desk, calendar: Calendar, carry: Carry) -> None:
    mail = desk.owe()
    carry()
    come_back(desk, mail)
    fallback = Fallback(ORDER, calendar)
    assert [fall_back(desk.database, fallback, LATER) for _ in range(3)] == [1, 0, 0]
    assert len(carry(LATER)["sms"].got) == 1


def test_what_is_replaced_is_not_taken_up_again_every_minute(
    desk: Desk, calendar: Calendar, carry: Carry
) -> None:
    mail, fallback, ends = desk.owe(), Fallback(ORDER, calendar), list[object]()

    def note(connection: object) -> None:
        ends.append(connection)

    carry()
    come_back(desk, mail)
    assert fall_back(desk.database, fallback, LATER) == 1
    event.listen(desk.database.engine, "commit", note)
    assert fall_back(desk.database, fallback, LATER + timedelta(minutes=1)) == 0
    event.remove(desk.database.engine, "commit", note)
    assert ends == []


def test_a_bad_address_does_not_leave_an_urgent_message_in_the_inbox(
    desk: Desk, carry: Carry
) -> None:
    first = desk.owe(template="told")
    carry()
    come_back(desk, first, address_is_bad=True)
    second = desk.owe(template="overdue")
    channels = carry(LATER)
    assert channels["email"].got == []
    assert [one.template for one in channels["sms"].got] == ["overdue"]
    assert "邮箱地址不能用" in desk.row(second)["detail"]


def test_what_has_been_done_meanwhile_is_not_said_again(
    desk: Desk, calendar: Calendar, carry: Carry
) -> None:
    mail = desk.owe(case=desk.case(), seq=1)
    carry()
    come_back(desk, mail)
    desk.close(desk.row(mail)["case_id"])
    assert fall_back(desk.database, Fallback(ORDER, calendar), LATER) == 0


def test_however_much_nobody_opens_the_database_is_locked_for_little_of_it(
    desk: Desk, calendar: Calendar, carry: Carry, at: At
) -> None:
    case = desk.case()
    for n in range(150):
        desk.owe(template="told", case=case, seq=n + 1, wake_at=at("05 10:00"))
    carry(at("05 10:00"))
    ends: list[object] = []

    def note(connection: object) -> None:
        ends.append(connection)

    event.listen(desk.database.engine, "commit", note)
    assert fall_back(desk.database, Fallback(ORDER, calendar), at("09 11:00")) == 150
    event.remove(desk.database.engine, "commit", note)
    assert len(ends) == 3


def test_what_nobody_opens_in_two_working_days_goes_by_another_way(
    desk: Desk, calendar: Calendar, carry: Carry, at: At
) -> None:
    thursday = at("05 10:00")
    opened, unopened = (desk.owe(template="told", wake_at=thursday) for _ in range(2))
    carry(thursday)
    with desk.database.unit_of_work() as connection:
        reading.note_opened(connection, [opened], thursday)
    fallback = Fallback(ORDER, calendar)
    made = [fall_back(desk.database, fallback, at(day)) for day in ("08 11:00", "09 09:00")]
    assert made == [0, 0]  # a Sunday, and before two working days have gone by
    assert fall_back(desk.database, fallback, at("09 11:00")) == 1
    assert fall_back(desk.database, fallback, at("10 11:00")) == 0
    assert len(carry(at("10 11:00"))["sms"].got) == 1
    del unopened


def test_a_digest_takes_what_was_gathered_along(desk: Desk, carry: Carry, at: At) -> None:
    nine = at("02 09:10")
    item = desk.owe(urgency="digest", wake_at=nine)
    channels = carry(nine, email=[REFUSED])
    [short] = channels["sms"].got
    assert "新到 1 件" in short.text or "到期 1 件" in short.text
    [lost, went] = desk.digests()
    assert (lost["status"], went["status"]) == ("dead", "sent")
    assert desk.row(item)["digest_id"] == went["id"]


def test_the_order_is_the_installations_and_none_is_one(desk: Desk, carry: Carry) -> None:
    mail = desk.owe()
    assert carry(order=(), email=[REFUSED])["sms"].got == []
    assert others(desk, mail) == []


def test_a_ladder_waits_for_the_way_that_stands_in(desk: Desk, carry: Carry) -> None:
    case = desk.case()
    desk.owe(case=case, template="overdue")
    throttled = Receipt(Outcome.THROTTLED, "太快了。", retry_after=timedelta(hours=1))
    carry(email=[REFUSED], sms=[throttled])
    assert went_out(desk, case) is None
    hour = NOW + timedelta(hours=1, minutes=1)
    carry(hour)
    assert went_out(desk, case) == hour


def test_a_warning_that_no_way_can_carry_counts_from_when_it_was_owed(
    desk: Desk, carry: Carry
) -> None:
    case = desk.case()
    desk.owe(case=case, template="overdue")
    carry(LATER, email=[REFUSED], sms=[REFUSED])
    assert went_out(desk, case) == NOW


def went_out(desk: Desk, case: int) -> datetime | None:
    with desk.database.reading() as connection:
        return warning_went_out(connection, case, 1)
