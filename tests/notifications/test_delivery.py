"""Nothing owed is lost, nothing sent twice but after a crash; what is given up is said aloud."""

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from notifications.channels import Channel, Envelope, Outcome, Receipt, Sender, count_parts
from notifications.channels.mailbox import MAILBOX
from notifications.delivery import (
    BACK_OFF,
    LEASE,
    MOST_ATTEMPTS,
    deliver_all_due,
    deliver_due,
    resend,
)
from notifications.simulators.smpp_simulator import SmppSimulator
from notifications.simulators.smtp_sink import SmtpSink
from notifications.ways import UnusableWay, open_ways
from tests.notifications.conftest import At, Desk
from tests.notifications.scripted import ACCEPTED, Scripted
from tests.prefecture import NOW
from tests.simulators.faulty_smsc import FaultySmsc
from tests.simulators.faulty_smtp import DROP, KEEP_AND_DROP, FaultySmtp
from workflow.engine.calendar import Calendar
from workflow.engine.case import Actor, Post
from workflow.store import messages, outbox
from workflow.store.cases import warning_went_out
from workflow.store.database import Database
from workflow.store.writes import OUTBOX

pytestmark = pytest.mark.notify

BASE = "https://duban.example"


class WorkerDied(BaseException):
    """What nothing catches, as when a process is killed."""


def over_smtp(database: Database, sink: SmtpSink) -> dict[str, Channel]:
    """The mail of an installation that has no other way."""
    return {"email": open_ways(database, lambda: NOW, email=sink.url)["email"]}


# What goes well


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


def test_an_installation_without_servers_keeps_every_message_once(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    desk.owe()
    desk.owe(way="sms")
    ways = open_ways(database, lambda: NOW)
    deliver_all_due(database, ways, calendar, NOW)
    with database.reading() as connection:
        kept = connection.execute(select(MAILBOX).order_by(MAILBOX.c.id)).mappings().all()
    assert [row["way"] for row in kept] == ["email", "sms"]
    assert kept[0]["to"] == "wangmo.liaison@duban.example"
    assert kept[1]["to"].startswith("100")
    assert kept[0]["html"]
    again = Envelope(kept[0]["key"], "x", "task", {}, "", "")
    with ways["email"].connect() as sender:
        assert sender.send(again).outcome is Outcome.ACCEPTED
    with database.reading() as connection:
        assert len(connection.execute(select(MAILBOX.c.id)).all()) == 2


# What goes wrong


def test_a_refused_message_is_given_up_and_the_others_go(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    case = desk.case()
    ids = [desk.owe(case=case, seq=n + 1) for n in range(3)]
    script = {"RCPT": ["", "550 no such user", ""]}
    with FaultySmtp(script) as sink:
        done = deliver_all_due(database, over_smtp(database, sink), calendar, NOW)
    assert (done.sent, done.dead) == (2, 1)
    assert [desk.row(id_)["status"] for id_ in ids] == ["sent", "dead", "sent"]
    row = desk.row(ids[1])
    assert row["outcome"] == "refused"
    assert "550 no such user" in row["detail"]


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


def test_after_eight_attempts_a_message_is_given_up_aloud(
    desk: Desk,
    database: Database,
    calendar: Calendar,
    at: At,
    caplog: pytest.LogCaptureFixture,
) -> None:
    message = desk.owe(urgency="immediate", wake_at=at("02 08:00"))
    now, waits = at("02 08:00"), []
    with FaultySmtp({"MAIL": [DROP] * MOST_ATTEMPTS}) as sink:
        ways = over_smtp(database, sink)
        while deliver_all_due(database, ways, calendar, now).put_off:
            waits.append(desk.row(message)["wake_at"] - now)
            now += waits[-1]
    assert tuple(waits) == BACK_OFF
    row = desk.row(message)
    assert (row["status"], row["attempts"], row["outcome"]) == ("dead", 8, "failed")
    assert row["detail"].startswith("已尝试 8 次，不再发送：")
    assert sink.messages == ()
    assert "given up" in caplog.text
    with database.reading() as connection:
        [failure] = messages.failures(connection, reader=None)
        assert failure.id == message
        assert failure.person_name
        assert messages.count_by_status(connection, reader=None) == {"dead": 1}


def test_a_message_given_up_can_be_resent_and_keeps_its_id(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    message = desk.owe()
    desk.change_person("wangmo.liaison", email=None)
    channel = Scripted()
    ways: dict[str, Channel] = {"email": channel}
    assert deliver_all_due(database, ways, calendar, NOW).dead == 1
    assert channel.got == []
    assert desk.row(message)["detail"] == "通讯录里没有邮箱地址，没有发送；请在通讯录里补充"
    desk.change_person("wangmo.liaison", email="neu@duban.example")
    assert resend(database, message, NOW)
    assert not resend(database, message, NOW)
    assert deliver_all_due(database, ways, calendar, NOW).sent == 1
    assert (channel.got[0].to, channel.got[0].key) == (
        "neu@duban.example",
        desk.row(message)["key"],
    )
    assert not resend(database, message, NOW)
    assert not resend(database, 10**9, NOW)


@pytest.mark.parametrize(
    ("template", "urgency", "goes_again"),
    [
        ("told", "urgent", True),
        ("task", "immediate", True),
        ("overdue", "digest", True),
        ("reminder", "digest", False),
    ],
)
def test_an_uncertain_outcome_is_tried_again_only_where_it_matters(
    desk: Desk,
    database: Database,
    calendar: Calendar,
    at: At,
    template: str,
    urgency: str,
    goes_again: bool,
) -> None:
    owed = desk.owe(template=template, urgency=urgency, wake_at=at("02 09:00"))
    with FaultySmtp({"DATA": [KEEP_AND_DROP]}) as sink:
        ways = over_smtp(database, sink)
        done = deliver_all_due(database, ways, calendar, at("02 09:00"))
        assert (done.put_off, done.sent) == ((1, 0) if goes_again else (0, 1))
        deliver_all_due(database, ways, calendar, at("02 09:02"))
    assert len(sink.messages) == (2 if goes_again else 1)
    assert len({mail.message_id for mail in sink.messages}) == 1
    row = desk.digests()[0] if urgency == "digest" else desk.row(owed)
    assert row["status"] == "sent"
    assert row["outcome"] == ("accepted" if goes_again else "ambiguous")
    assert row["detail"].startswith("对方是否收到不能确定") is not goes_again


def test_a_message_that_cannot_be_made_does_not_stop_the_others(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    unknown = desk.owe(template="no_such")
    fine = desk.owe()
    disabled = desk.owe("zhou.head")
    desk.change_person("zhou.head", disabled_at=NOW)
    assert deliver_all_due(database, {"email": Scripted()}, calendar, NOW).dead == 2
    assert desk.row(unknown)["detail"].startswith("没有名为“no_such”的通知模板")
    assert desk.row(fine)["status"] == "sent"
    assert desk.row(disabled)["detail"].endswith("的账号已停用，没有发送")


def test_a_channel_that_fails_unexpectedly_costs_one_attempt(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    first, second = desk.owe(), desk.owe()
    channel = Scripted([RuntimeError("a bug")])
    deliver_all_due(database, {"email": channel}, calendar, NOW)
    assert desk.row(first)["detail"] == "发送时程序出错（RuntimeError）"
    assert desk.row(first)["wake_at"] == NOW + BACK_OFF[0]
    assert desk.row(second)["status"] == "sent"


def test_a_warning_that_can_never_arrive_counts_from_when_it_was_owed(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    message = desk.owe(template="overdue", seq=4)
    desk.change_person("wangmo.liaison", email=None)
    deliver_all_due(database, {"email": Scripted()}, calendar, NOW)
    with database.reading() as connection:
        assert warning_went_out(connection, desk.row(message)["case_id"], 4) == NOW


def test_under_random_faults_every_message_ends_and_what_is_certain_is_final(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    seed, case = 20260302, desk.case()
    chance = random.Random(seed)
    print(f"seed {seed}")
    for n in range(100):
        desk.owe(case=case, seq=n + 1, urgency="immediate", way=("email", "sms")[n % 2])
    channel = Scripted([Receipt(chance.choice(list(Outcome)), "…") for _ in range(600)])
    for hours in range(0, 400, 2):
        now = NOW + timedelta(hours=hours)
        deliver_all_due(database, {"email": channel, "sms": channel}, calendar, now)
    rows = {row["key"]: row for row in desk.rows()}
    tried = Counter(envelope.key for envelope in channel.got)
    assert {row["status"] for row in rows.values()} == {"sent", "dead"}
    assert all(row["detail"] for row in rows.values())
    for key, answers in channel.answers.items():
        assert not {Outcome.ACCEPTED, Outcome.REFUSED} & set(answers[:-1])
        counted = len(answers) - answers.count(Outcome.THROTTLED)
        assert counted == rows[key]["attempts"] <= MOST_ATTEMPTS
        assert (answers[-1] is Outcome.ACCEPTED) is (rows[key]["status"] == "sent")
    print(f"figure: messages_under_random_faults = {len(rows)}")
    print(f"figure: attempts_under_random_faults = {sum(tried.values())}")


# Crashes


@pytest.mark.crash
def test_what_a_dead_worker_held_goes_once_more_under_the_same_id(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    for _ in range(3):
        desk.owe()
    with SmtpSink() as sink:
        ways = over_smtp(database, sink)
        with pytest.raises(WorkerDied):
            deliver_due(database, {"email": _DiesAfterSending(ways["email"])}, calendar, NOW)
        assert len(sink.messages) == 1
        assert deliver_all_due(database, ways, calendar, NOW + LEASE / 2).leased == 0
        assert deliver_all_due(database, ways, calendar, NOW + 2 * LEASE).sent == 3
        assert deliver_all_due(database, ways, calendar, NOW + 4 * LEASE).leased == 0
    copies = Counter(mail.message_id for mail in sink.messages)
    assert sorted(copies.values()) == [1, 1, 2]
    assert [row["attempts"] for row in desk.rows()] == [2, 1, 1]


@dataclass
class _DiesAfterSending:
    """The message is with the provider; the worker dies before it can say so."""

    channel: Channel
    name: str = "dies"

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        with self.channel.connect() as self._sender:
            yield self

    def send(self, envelope: Envelope) -> Receipt:
        self._sender.send(envelope)
        raise WorkerDied


@pytest.mark.crash
def test_a_message_that_kills_every_worker_is_given_up_and_harms_no_other(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    poison = desk.owe(urgency="immediate")
    others = [desk.owe(urgency="immediate") for _ in range(3)]
    now, deaths = NOW, 0
    channel = _KilledBy(desk.row(poison)["key"])
    while desk.row(poison)["status"] != "dead":
        try:
            deliver_all_due(database, {"email": channel}, calendar, now)
        except WorkerDied:
            deaths += 1
        now += 2 * LEASE
    assert deaths == MOST_ATTEMPTS
    assert desk.row(poison)["detail"] == "已尝试 8 次，每次都中断，不再发送"
    assert [desk.row(other)["status"] for other in others] == ["sent"] * 3
    assert [desk.row(other)["attempts"] for other in others] == [1] * 3


@dataclass
class _KilledBy:
    key: str
    name: str = "killed"

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        yield self

    def send(self, envelope: Envelope) -> Receipt:
        if envelope.key == self.key:
            raise WorkerDied
        return ACCEPTED


@pytest.mark.crash
def test_a_slow_worker_leaves_alone_what_another_has_taken_over(
    desk: Desk, database: Database
) -> None:
    message = desk.owe()
    with database.unit_of_work() as connection:
        [slow] = outbox.lease_due(connection, NOW, 9, LEASE, ways=["email"])
        assert outbox.lease_due(connection, NOW, 9, LEASE, ways=["email"]) == []
        [quick] = outbox.lease_due(connection, NOW + LEASE, 9, LEASE, ways=["email"])
        begun = outbox.count_attempt(connection, quick, NOW + 3 * LEASE)
        assert begun is not None
        assert outbox.count_attempt(connection, slow, NOW + 4 * LEASE) is None
        outbox.put_off(connection, slow, NOW, "failed", "…", counts=True)
        outbox.mark_dead(connection, slow, "failed", "…")
        assert outbox.count_attempt(connection, begun, NOW + 5 * LEASE) is not None
    assert (desk.row(message)["status"], desk.row(message)["attempts"]) == ("leased", 2)


@pytest.mark.race
def test_workers_at_once_send_every_message_once(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    case, count = desk.case(), 120
    for n in range(count):
        desk.owe(case=case, seq=n + 1, way=("email", "sms")[n % 2])
    channels = [Scripted() for _ in range(4)]
    start = threading.Barrier(4)

    def work(channel: Scripted) -> None:
        start.wait()
        ways: dict[str, Channel] = {"email": channel, "sms": channel}
        while deliver_due(database, ways, calendar, NOW, most=7).leased:
            pass

    workers = [threading.Thread(target=work, args=(channel,)) for channel in channels]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    keys = Counter(envelope.key for channel in channels for envelope in channel.got)
    assert len(keys) == count
    assert set(keys.values()) == {1}
    assert len(desk.rows(OUTBOX.c.status == "sent")) == count
    print(f"figure: messages_sent_twice_by_four_workers = {sum(keys.values()) - count}")


# When it may go


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


def test_a_way_that_is_not_open_keeps_its_messages(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    sms = desk.owe(way="sms")
    assert deliver_all_due(database, {"email": Scripted()}, calendar, NOW).leased == 0
    assert desk.row(sms)["status"] == "waiting"


# Pages


def test_an_inbox_shows_each_thing_once_whatever_the_ways(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    case = desk.case()
    for seq in range(1, 8):
        desk.owe(case=case, seq=seq)
        desk.owe(case=case, seq=seq, way="sms")
    desk.owe(case=case, seq=8, urgency="digest", wake_at=at("02 09:00"))
    desk.owe("zhou.head", case=case, seq=1)
    deliver_all_due(database, {"email": Scripted()}, calendar, NOW)
    person = desk.prefecture.person("wangmo.liaison")
    with database.reading() as connection:
        first = messages.inbox_of(connection, person, limit=3)
        rest = messages.inbox_of(connection, person, before=first[-1].id)
    assert [entry.seq for entry in first] == [8, 7, 6]
    assert [entry.seq for entry in rest] == [5, 4, 3, 2, 1]
    assert first[0].ways == {"email": "sent"}  # as its digest
    assert first[1].ways == {"email": "sent", "sms": "waiting"}
    assert first[1].variables["state"] == "整改中"


def test_the_list_of_messages_is_filtered_paged_and_scoped(desk: Desk, database: Database) -> None:
    case = desk.case()
    ids = [desk.owe(case=case, seq=n + 1, way=("email", "sms")[n % 2]) for n in range(6)]
    other = desk.owe()
    with database.reading() as connection:
        listed = _listing(messages.messages(connection, reader=None))
        assert listed == [other, *reversed(ids)]
        found = messages.messages(connection, reader=None, case=case, way="sms")
        assert _listing(found) == [ids[5], ids[3], ids[1]]
        found = messages.messages(connection, reader=None, case=case, before=ids[4], limit=2)
        assert _listing(found) == [ids[3], ids[2]]
        assert messages.messages(connection, reader=None, status="dead") == []
        nobody, outsider = Actor("person"), Actor("person", None, (Post(1, 1, "head"),))
        assert messages.messages(connection, reader=nobody) == []
        assert messages.messages(connection, reader=outsider) == []
        assert messages.count_by_status(connection, reader=outsider) == {}


def _listing(found: Sequence[messages.Message]) -> list[int]:
    return [message.id for message in found]


# Ways


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("urls", "why"),
    [
        ({"email": "fax://x"}, "邮件：通知渠道的地址不能用：不认识它的开头"),
        (
            {"sms": "smtp://x?from=a@b"},
            "短信不能走 smtp://，可用 aliyun://、smpp://、sms\\+http://",
        ),
        ({"email": "smpp://x"}, "邮件不能走 smpp://，可用 smtp://、smtps:// 或 mailbox:"),
        ({"email": ""}, "不接外部服务器时写 mailbox:"),
    ],
)
def test_a_way_that_cannot_be_used_is_refused_by_name(
    sqlite_database: Database, urls: dict[str, str], why: str
) -> None:
    with pytest.raises(UnusableWay, match=why):
        open_ways(sqlite_database, lambda: NOW, **urls)
