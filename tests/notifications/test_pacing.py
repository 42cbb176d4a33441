"""No flood after a downtime, no number above its day; what is immediate waits for neither."""

from datetime import timedelta

import pytest

from notifications.channels import Channel
from notifications.delivery import LEASE, Delivered, deliver_due
from notifications.pacing import Pace
from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk
from tests.notifications.scripted import Scripted
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.outgoing import leases

pytestmark = pytest.mark.notify


def test_what_piled_up_leaves_at_the_pace_of_the_house(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """Two days down; at nine two hundred messages are due."""
    case = desk.case()
    for n in range(200):
        desk.owe(case=case, seq=n + 1, wake_at=at("04 09:00"))
    ways: dict[str, Channel] = {"email": Scripted()}
    pace, minutes = Pace({"email": 60}), []
    now = at("06 09:00")
    for _ in range(5):
        by_beat = [
            deliver_all_due(database, ways, calendar, now + timedelta(seconds=second), pace=pace)
            for second in (0, 20, 40)
        ]
        minutes.append(sum(beat.sent for beat in by_beat))
        now += timedelta(minutes=1)
    print(f"figure: minutes_of_a_paced_morning = {len(minutes)}")
    assert minutes == [60, 60, 60, 20, 0]


def test_two_workers_keep_the_pace_together(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """What another has in hand goes within the minute as well, unless it died over it."""
    case = desk.case()
    for n in range(100):
        desk.owe(case=case, seq=n + 1, wake_at=at("04 09:00"))
    pace, now = Pace({"email": 60}), at("06 09:00")
    with database.unit_of_work() as connection:
        theirs = leases.lease_due(connection, now, 50, LEASE, urgencies=["urgent"], ways=["email"])
    ways: dict[str, Channel] = {"email": Scripted()}
    assert len(theirs) == 50
    assert deliver_all_due(database, ways, calendar, now, pace=pace).sent == 10
    later = now + timedelta(minutes=2)
    assert deliver_all_due(database, ways, calendar, later, pace=pace).sent == 40


def test_what_is_immediate_overtakes_and_is_not_paced(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    for _ in range(5):
        desk.owe(wake_at=at("04 09:00"))
    first = desk.owe(urgency="immediate", wake_at=at("06 08:59"))
    ways: dict[str, Channel] = {"email": Scripted()}
    pace = Pace({"email": 1})
    done = deliver_due(database, ways, calendar, at("06 09:00"), pace=pace)
    assert (done.sent, desk.row(first)["status"]) == (2, "sent")
    second = desk.owe(urgency="immediate", wake_at=at("06 09:00"))
    assert deliver_due(database, ways, calendar, at("06 09:00"), pace=pace).sent == 1
    assert desk.row(second)["status"] == "sent"


def test_one_way_s_pace_holds_up_no_other(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    for way in ("email", "sms") * 3:
        desk.owe(way=way, wake_at=at("06 09:00"))
    ways: dict[str, Channel] = {"email": Scripted(), "sms": Scripted()}
    done = deliver_all_due(database, ways, calendar, at("06 09:00"), pace=Pace({"sms": 1}))
    assert done.sent == 4


def test_a_number_gets_no_more_than_its_day_allows(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """The fourth of a Friday goes on Monday morning, and says why it waits."""
    ways: dict[str, Channel] = {"sms": Scripted()}
    pace = Pace({}, {"sms": 3})

    def deliver(when: str) -> Delivered:
        return deliver_all_due(database, ways, calendar, at(when), pace=pace)

    owed = [desk.owe(way="sms", wake_at=at("06 10:00")) for _ in range(4)]
    other = desk.owe("xingyi.liaison", way="sms", wake_at=at("06 10:00"))
    assert deliver("06 10:00").sent == 4
    assert desk.row(other)["status"] == "sent"
    [waits] = [row for one in owed if (row := desk.row(one))["status"] == "waiting"]
    assert (waits["wake_at"], waits["attempts"]) == (at("09 08:00"), 0)
    assert "已经够多" in waits["detail"]
    desk.owe(way="sms", urgency="immediate", wake_at=at("06 11:00"))
    assert deliver("06 11:00").sent == 1
    assert deliver("09 08:00").sent == 1


def test_what_a_full_day_keeps_back_waits_at_once_however_much_it_is(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """A write each for thousands would keep everybody else from the one writer of SQLite."""
    owed = [desk.owe(way="sms", wake_at=at("05 10:00")) for _ in range(60)]
    other = desk.owe("xingyi.liaison", way="sms", wake_at=at("05 10:01"))
    ways: dict[str, Channel] = {"sms": Scripted()}
    pace = Pace({}, {"sms": 2})

    done = deliver_due(database, ways, calendar, at("05 10:01"), pace=pace, most=5)

    assert (done.leased, done.sent, done.put_off) == (5, 2, 58)
    rows = [desk.row(one) for one in owed]
    assert {(row["wake_at"], row["put_off_since"]) for row in rows if row["status"] != "sent"} == {
        (at("06 08:00"), at("05 10:01"))
    }
    assert desk.row(other)["wake_at"] == at("05 10:01")


def test_who_share_a_number_share_its_day(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """The provider counts by number, not by person."""
    for name in ("wangmo.liaison", "wangmo.officer"):
        desk.change_person(name, phone="13800138000")
    for name in ("wangmo.liaison", "wangmo.officer", "xingyi.liaison"):
        desk.owe(name, way="sms", wake_at=at("05 10:00"))
    ways: dict[str, Channel] = {"sms": Scripted()}
    done = deliver_all_due(database, ways, calendar, at("05 10:00"), pace=Pace({}, {"sms": 1}))
    assert (done.sent, done.put_off) == (2, 1)


def test_who_is_told_too_much_day_after_day_gets_the_rest_by_mail(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """A cap that puts off what it put off the day before would keep it for ever."""
    mail = Scripted()
    ways: dict[str, Channel] = {"sms": Scripted(), "email": mail}
    pace = Pace({}, {"sms": 1})
    first, second, third = (desk.owe(way="sms", wake_at=at("05 10:00")) for _ in range(3))
    for when in ("05 10:00", "06 08:00"):
        deliver_all_due(database, ways, calendar, at(when), pace=pace)
    assert [desk.row(one)["status"] for one in (first, second, third)] == ["sent", "sent", "dead"]
    assert desk.row(third)["detail"] == "已等了一个工作日，不再等：今天发往这个号码的已经够多"
    assert len(mail.got) == 1
