"""A message that is refused, fails or cannot be made: what is given up is said aloud."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from notifications.channels import Channel, Outcome, Receipt
from notifications.delivery import BACK_OFF, resend
from notifications.patience import MOST_ATTEMPTS
from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk, over_smtp
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW
from tests.simulators.faulty_smtp import DROP, KEEP_AND_DROP, FaultySmtp
from workflow.engine.calendar import Calendar
from workflow.store.casework.cases import warning_went_out
from workflow.store.database import Database
from workflow.store.outgoing import messages

pytestmark = pytest.mark.notify


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


def test_a_message_given_up_can_be_resent_and_keeps_its_id(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    message = desk.owe()
    desk.change_person("wangmo.liaison", email=None)
    channel = Scripted()
    ways: dict[str, Channel] = {"email": channel}
    assert deliver_all_due(database, ways, calendar, NOW).dead == 1
    assert channel.got == []
    why = "没有登记邮箱地址，没有发送；请系统管理员在“组织机构”里补上"
    assert desk.row(message)["detail"] == why
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
    assert desk.row(unknown)["detail"].startswith("没有名为“no_such”的消息模板")
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
        counted = len(answers) - answers[:-1].count(Outcome.THROTTLED)  # these were only waits
        assert counted == rows[key]["attempts"] <= MOST_ATTEMPTS
        assert (answers[-1] is Outcome.ACCEPTED) is (rows[key]["status"] == "sent")
    print(f"figure: messages_under_random_faults = {len(rows)}")
    print(f"figure: attempts_under_random_faults = {sum(tried.values())}")
