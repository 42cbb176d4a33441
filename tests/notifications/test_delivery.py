"""What is owed goes out, once, and leaves its traces."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from notifications.channels import Outcome, Receipt, count_parts
from notifications.delivery import deliver_due
from notifications.simulators.smpp_simulator import SmppSimulator
from notifications.simulators.smtp_sink import SmtpSink
from notifications.ways import open_ways
from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk, over_smtp
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW
from workflow.catalog import Catalog
from workflow.doctor.messages import check_messages
from workflow.doctor.ward import Ward
from workflow.engine.calendar import Calendar
from workflow.store.database import Database

pytestmark = pytest.mark.notify

BASE = "https://duban.example"


def test_a_mail_and_a_short_message_go_out_and_leave_their_traces(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    mail, sms = desk.owe(), desk.owe(way="sms")
    case = desk.row(mail)["case_id"]
    with SmtpSink() as sink, SmppSimulator() as centre:
        ways = open_ways(database, lambda: NOW, email=sink.url, sms=centre.url)
        done = deliver_all_due(database, ways, calendar, NOW, base_url=BASE)
    assert (done.leased, done.sent, done.dead) == (2, 2, 0)
    [arrived] = sink.messages
    assert arrived.to == "wangmo.liaison@duban.example"
    assert f"{BASE}/cases/{case}" in arrived.text
    assert "涉及单位：望谟县" in arrived.text
    row = desk.row(mail)
    assert (row["status"], row["attempts"], row["parts"]) == ("sent", 1, None)
    assert row["sent_at"] == NOW
    assert row["text"] == arrived.text
    assert row["provider_id"]
    [short] = centre.messages
    row = desk.row(sms)
    assert (row["text"], row["parts"]) == (short.text, short.parts) == (short.text, 1)
    assert row["provider_id"] == "00000001"


def test_many_messages_go_over_one_connection(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    case = desk.case()
    for n in range(30):
        desk.owe(case=case, seq=n + 1)
    with SmtpSink() as sink:
        assert deliver_due(database, over_smtp(database, sink), calendar, NOW).sent == 30
    assert (len(sink.messages), sink.connections) == (30, 1)


def test_nothing_is_sent_twice(desk: Desk, database: Database, calendar: Calendar) -> None:
    for _ in range(5):
        desk.owe()
    with SmtpSink() as sink:
        ways = over_smtp(database, sink)
        for later in range(10):
            deliver_all_due(database, ways, calendar, NOW + timedelta(hours=later))
    assert len({mail.message_id for mail in sink.messages}) == len(sink.messages) == 5


def test_a_long_short_message_is_counted_in_parts(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    number = "关于进一步做好巩固拓展脱贫攻坚成果同乡村振兴有效衔接有关问题整改〔2026〕17号"
    sms = desk.owe(way="sms", variables={"number": number})
    with SmppSimulator() as centre:
        ways = open_ways(database, lambda: NOW, sms=centre.url)
        deliver_due(database, ways, calendar, NOW)
    row = desk.row(sms)
    assert row["parts"] == centre.messages[0].parts == count_parts(row["text"]) == 2


def test_how_long_is_left_is_told_as_of_the_sending(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    channel = Scripted()
    desk.owe(template="reminder", wake_at=at("05 08:00"))
    deliver_due(database, {"email": channel}, calendar, at("06 10:00"))
    assert "还剩 1 个工作日" in channel.got[0].text


def test_of_a_case_whose_clock_stands_no_message_says_when_it_is_due(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    case, channel = desk.case(), Scripted()
    desk.stop(case)
    desk.owe(case=case)
    deliver_due(database, {"email": channel}, calendar, NOW)
    [mail] = channel.got
    assert "请予办理" in mail.text
    assert "期限" not in mail.text


def test_where_the_provider_has_its_own_words_these_are_kept_and_counted(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    words = "【黔西南督办】" + "请登录督办系统办理。" * 8
    message = desk.owe(way="sms")
    taken = Receipt(Outcome.ACCEPTED, "好。", text=words)
    deliver_all_due(database, {"sms": Scripted([taken])}, calendar, NOW)
    assert (desk.row(message)["text"], desk.row(message)["parts"]) == (words, 2)


@pytest.mark.tamper
@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"wake_at": None}, "永远不会发出"), ({"status": "dead"}, "不会列在未送达的消息里")],
    ids=["never sent", "given up and not listed"],
)
def test_doctor_sees_a_message_that_everybody_has_forgotten(
    desk: Desk, database: Database, catalog: Catalog, values: dict[str, Any], sentence: str
) -> None:
    case, people = desk.case(), ("wangmo.liaison", "xingyi.liaison")
    ids = {person: desk.prefecture.person(person) for person in people}
    well, forgotten = (
        desk.owe(person, case=case, key=f"{case}.1.{id_}.email") for person, id_ in ids.items()
    )
    desk.change_message(forgotten, **values)
    with database.reading() as connection:
        found = list(check_messages(Ward(connection, catalog, NOW, Counter())))
    keys = {desk.row(one)["key"] for one in (well, forgotten)}
    said = [(one.case, one.sentence) for one in found if one.case in keys]
    assert [key for key, _ in said] == [desk.row(forgotten)["key"]]
    assert sentence in said[0][1]
