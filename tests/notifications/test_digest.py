"""One digest a person a working day, and it says what is true when it goes."""

import threading
from datetime import timedelta

import pytest

from notifications.channels import Channel
from notifications.delivery import deliver_due
from notifications.digest import MOST_SHOWN, fold_due
from notifications.simulators.smtp_sink import SmtpSink
from notifications.ways import open_ways
from tests.delivering import deliver_all_due
from tests.notifications.conftest import END_OF_9_MARCH, At, Desk
from tests.prefecture import NOW, Prefecture
from workflow.engine.calendar import Calendar
from workflow.store.casework.cases import warning_went_out
from workflow.store.database import Database
from workflow.store.outgoing import folding
from workflow.store.tables.handles import OUTBOX

pytestmark = pytest.mark.notify


@pytest.fixture
def ways(database: Database) -> dict[str, Channel]:
    return open_ways(database, lambda: NOW)


def test_sixty_messages_become_one_digest(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    nine = at("02 09:00")
    for _ in range(60):
        desk.owe(urgency="digest", wake_at=nine)
    with SmtpSink() as sink:
        ways = open_ways(database, lambda: NOW, email=sink.url)
        done = deliver_all_due(database, ways, calendar, nine, base_url="https://duban.example")
    assert (done.digests, done.sent) == (1, 1)
    [mail] = sink.messages
    assert mail.subject == "【督办】每日提示：新到 60 件"
    assert mail.text.count("https://duban.example/cases/") == MOST_SHOWN
    assert f"另有 {60 - MOST_SHOWN} 件" in mail.text
    [digest] = desk.digests()
    assert digest["status"] == "sent"
    assert digest["text"] == mail.text
    folded = desk.rows(OUTBOX.c.status == "folded")
    assert {row["digest_id"] for row in folded} == {digest["id"]}
    assert len(folded) == 60


def test_a_digest_goes_from_nine_on_a_working_day_only(
    desk: Desk, database: Database, calendar: Calendar, ways: dict[str, Channel], at: At
) -> None:
    desk.owe(urgency="digest", wake_at=at("05 09:00"))
    for shut in ("05 08:59", "05 20:00", "05 23:30", "07 10:00", "09 08:30"):  # the 7th is Saturday
        assert fold_due(database, calendar, at(shut)).digests == 0
        assert deliver_due(database, ways, calendar, at(shut)).sent == 0
    assert deliver_due(database, ways, calendar, at("09 09:00")).sent == 1


def test_a_second_batch_of_the_day_waits_for_the_next_working_day(
    desk: Desk, database: Database, calendar: Calendar, ways: dict[str, Channel], at: At
) -> None:
    desk.owe(urgency="digest", wake_at=at("06 09:00"))
    assert deliver_all_due(database, ways, calendar, at("06 09:00")).sent == 1
    late = desk.owe(urgency="digest", wake_at=at("06 09:00"))
    assert deliver_all_due(database, ways, calendar, at("06 15:00")).sent == 0
    assert desk.row(late)["wake_at"] == at("09 09:00")
    assert deliver_all_due(database, ways, calendar, at("09 09:00")).sent == 1
    assert [row["key"][-10:] for row in desk.digests()] == ["2026-03-06", "2026-03-09"]


def test_what_comes_before_the_digest_went_still_joins_it(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    desk.owe(urgency="digest", wake_at=at("02 09:00"))
    fold_due(database, calendar, at("02 09:00"))
    desk.owe(urgency="digest", wake_at=at("02 09:00"))
    folded = fold_due(database, calendar, at("02 09:01"))
    assert (folded.digests, folded.messages, folded.put_off) == (0, 1, 0)
    assert len(desk.digests()) == 1


def test_days_of_downtime_become_one_digest(
    desk: Desk, database: Database, calendar: Calendar, ways: dict[str, Channel], at: At
) -> None:
    for day in ("02", "03", "04", "05"):
        desk.owe(urgency="digest", wake_at=at(f"{day} 09:00"))
    assert deliver_all_due(database, ways, calendar, at("05 14:00")).sent == 1
    assert "新到 4 件" in desk.digests()[0]["text"]


def test_each_person_and_way_has_a_digest_of_its_own(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    for person, way in (("zhou.head", "email"), ("zhou.head", "sms"), ("zhou.officer", "email")):
        desk.owe(person, way, urgency="digest", wake_at=at("02 09:00"))
    assert fold_due(database, calendar, NOW).digests == 3


def test_a_digest_says_what_is_pressing_first_and_why(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    monday = at("02 09:00")
    days = ["2026-03-01T00:00+08:00", "2026-03-03T00:00+08:00", "2026-03-08T00:00+08:00"]
    late, today, week = (desk.case(at(f"{day[8:10]} 00:00"), entry=1) for day in days)
    told, new, soon = desk.case(), desk.case(), desk.case()
    why = {"due": "2026年2月28日", "why": "5 个工作日，自 2月13日次日起"}
    desk.owe(case=told, template="told", urgency="digest", wake_at=monday)
    desk.owe(case=new, template="task", urgency="digest", wake_at=monday)
    desk.owe(case=soon, template="reminder", urgency="digest", wake_at=monday)
    desk.owe(case=week, template="reminder", urgency="digest", wake_at=monday)
    desk.owe(case=today, template="reminder", urgency="digest", wake_at=monday)
    desk.owe(case=late, template="reminder", urgency="digest", wake_at=monday)
    desk.owe(case=late, template="overdue", urgency="digest", wake_at=monday, variables=why)
    with SmtpSink() as sink:
        ways = open_ways(database, lambda: NOW, email=sink.url)
        deliver_all_due(database, ways, calendar, monday, base_url="https://duban.example/")
    [mail] = sink.messages
    assert mail.subject == (
        "【督办】每日提示：已逾期 1 件，今天到期 1 件，本周到期 1 件，近期到期 1 件，"
        "新到 1 件，新的情况 1 件"
    )
    for case in (late, today, week, soon, new, told):
        assert mail.text.count(f"https://duban.example/cases/{case}\n") == 1
    assert "期限 2月28日：5 个工作日，自 2月13日次日起" in mail.text
    assert "今天到期（期限 3月2日）" in mail.text
    assert "退回补正，现为整改中" in mail.text
    titles = [line for line in mail.text.splitlines() if line.startswith("【")]
    assert titles == [
        "【已逾期（1 件）】", "【今天到期（1 件）】", "【本周到期（1 件）】",
        "【近期到期（1 件）】", "【新到事项（1 件）】", "【新的情况（1 件）】",
    ]  # fmt: skip


def test_what_has_been_dealt_with_since_is_left_out(
    desk: Desk, database: Database, calendar: Calendar, ways: dict[str, Channel], at: At
) -> None:
    nine = at("02 09:00")
    desk.owe(case=desk.case(entry=5), seq=4, template="task", urgency="digest", wake_at=nine)
    desk.owe(case=desk.case(closed=True), template="reminder", urgency="digest", wake_at=nine)
    desk.owe(case=desk.case(entry=5), seq=4, template="told", urgency="digest", wake_at=nine)
    deliver_all_due(database, ways, calendar, nine)
    [digest] = desk.digests()
    assert "今日提示：新的情况 1 件。" in digest["text"]
    assert digest["text"].count("cases/") == 1


def test_a_digest_with_nothing_left_to_say_is_not_sent(
    desk: Desk, database: Database, calendar: Calendar, ways: dict[str, Channel], at: At
) -> None:
    case = desk.case(entry=5)
    desk.owe(case=case, seq=4, template="task", urgency="digest", wake_at=at("02 09:00"))
    assert deliver_all_due(database, ways, calendar, at("02 09:00")).sent == 0
    [digest] = desk.digests()
    assert digest["status"] == "cancelled"
    assert digest["detail"] == "其中事项均已办理，没有发送"


def test_a_moved_limit_is_told_as_it_is_now(
    desk: Desk, database: Database, calendar: Calendar, ways: dict[str, Channel], at: At
) -> None:
    case = desk.case(END_OF_9_MARCH + timedelta(days=7))
    desk.owe(case=case, template="reminder", urgency="digest", wake_at=at("02 09:00"))
    deliver_all_due(database, ways, calendar, at("02 09:00"))
    [digest] = desk.digests()
    assert "还剩 10 个工作日（期限 3月16日）" in digest["text"]


def test_a_case_whose_clock_stands_is_called_due_in_no_digest(
    desk: Desk, database: Database, calendar: Calendar, ways: dict[str, Channel], at: At
) -> None:
    """中止计时: to whom its work is handed meanwhile, that is news, and not overdue."""
    monday = at("02 09:00")
    for due_at in (at("02 00:00"), at("03 00:00"), END_OF_9_MARCH):
        case = desk.case(due_at)
        desk.stop(case)
        desk.owe(case=case, template="task", urgency="digest", wake_at=monday)
    deliver_all_due(database, ways, calendar, monday)
    [digest] = desk.digests()
    assert "今日提示：新到 3 件。" in digest["text"]
    assert "期限" not in digest["text"]
    assert "到期" not in digest["text"]


def test_a_warning_in_a_digest_counts_from_when_the_digest_went(
    desk: Desk, database: Database, calendar: Calendar, ways: dict[str, Channel], at: At
) -> None:
    case = desk.case()
    desk.owe(case=case, seq=7, template="reminder", urgency="digest", wake_at=at("02 09:00"))
    fold_due(database, calendar, at("02 09:00"))
    with database.reading() as connection:
        assert warning_went_out(connection, case, 7) is None
    deliver_all_due(database, ways, calendar, at("02 09:10"))
    with database.reading() as connection:
        assert warning_went_out(connection, case, 7) == at("02 09:10")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"disabled_at": NOW}, "的账号已停用，没有发送"),
        ({"email": None}, "没有登记邮箱地址，没有发送；请系统管理员在“组织机构”里补上"),
    ],
)
def test_a_digest_that_reaches_nobody_is_given_up_with_the_reason(
    desk: Desk,
    database: Database,
    calendar: Calendar,
    ways: dict[str, Channel],
    at: At,
    change: dict[str, object],
    why: str,
) -> None:
    desk.owe(urgency="digest", wake_at=at("02 09:00"))
    desk.change_person("wangmo.liaison", **change)
    assert deliver_all_due(database, ways, calendar, at("02 09:00")).dead == 1
    assert desk.digests()[0]["detail"].endswith(why)


@pytest.mark.race
def test_workers_that_fold_at_once_make_one_digest_a_person(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    nine = at("02 09:00")
    people = ("zhou.head", "zhou.officer", "zhou.liaison", "xingyi.head", "xingyi.liaison")
    case = desk.case()
    for n in range(100):
        desk.owe(people[n % 5], case=case, seq=n, urgency="digest", wake_at=nine)
    start = threading.Barrier(4)

    def fold() -> None:
        start.wait()
        fold_due(database, calendar, nine)

    workers = [threading.Thread(target=fold) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(desk.digests()) == 5
    assert len(desk.rows(OUTBOX.c.status == "folded")) == 100


@pytest.mark.race
@pytest.mark.postgres
def test_whose_digest_one_worker_folds_another_leaves_alone(
    postgres_database: Database, at: At
) -> None:
    desk = Desk(postgres_database, Prefecture(postgres_database))
    nine = at("02 09:00")
    desk.owe("zhou.head", urgency="digest", wake_at=nine)
    with postgres_database.unit_of_work() as one, postgres_database.unit_of_work() as other:
        assert len(folding.lock_due_groups(one, nine, "2026-03-02", 10)) == 1
        assert folding.lock_due_groups(other, nine, "2026-03-02", 10) == []
