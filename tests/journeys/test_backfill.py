"""分类分级实施意见 三（二）: “继续实行”双台账，原有台账在先. 补录: an office's own ledger is taken
over as it stands, and goes on from there.
"""

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from api.presenting.timeline import in_words_of
from tests.engine.definitions import at
from tests.journeys.play import Play, a_story, notice
from workflow.backfilling import LedgerFile, PastCase
from workflow.commands import Answer
from workflow.engine.case import Stated
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotFound, NotYourTurn
from workflow.store.database import Database
from workflow.store.evidence import audit
from workflow.store.tables.handles import BACKFILL, CASE, HISTORY, OUTBOX, SIGN_OFF, TIMER

pytestmark = pytest.mark.journey

SPECIALIST = "zhou-dc.specialist1"
FILE = LedgerFile("2025年问题台账.xlsx", hashlib.sha256(b"a ledger").hexdigest())
OPEN_PROBLEM = {
    "description": "村级光伏电站停运三个月无人维修",
    "source": "审计",
    "grade": "较重",
    "kind": "限期整改",
    "found_on": "2025-11-03",
    "due": "2026-03-20",
}
CLOSED_PROBLEM = {"description": "公示栏内容两年没有更新", "due": "2025-06-30", "grade": "一般"}
STATED = {"first": Stated("罗某某", "州农业农村局", "2025-06-20"), "second": Stated()}


def past(play: Play, row: int, state: str = "rectifying", **changes: Any) -> PastCase:
    """A row of the ledger."""
    given: dict[str, Any] = {
        "parties": {"responsible": play.unit("522301")},
        "facts": OPEN_PROBLEM,
        "opened_on": date(2025, 11, 5),
        "entered_on": date(2025, 12, 1),
    }
    return PastCase(row=row, state=state, **(given | changes))


def take_over(
    play: Play, *rows: PastCase, file: LedgerFile = FILE, who: str = SPECIALIST
) -> tuple[Answer, ...]:
    return play.commands.take_over(
        workflow="rectification",
        file=file,
        rows=rows,
        actor=play.actor(who),
        request=play.new_request(),
        now=play.now,
    )


def undo(play: Play, who: str = SPECIALIST, reason: str = "选错了文件") -> tuple[Answer, ...]:
    return play.commands.undo_backfill(
        backfill=1, reason=reason, actor=play.actor(who), request=play.new_request(), now=play.now
    )


def test_a_problem_of_last_year_goes_on_from_where_it_stands(play: Play) -> None:
    """限期整改 of December goes on in March: nobody hears of what is past, then as ever."""
    (answer,) = take_over(play, past(play, 4))
    case = play.case(answer.case)
    assert (case.state, play.due(answer.case)) == ("rectifying", "2026-03-20")
    assert case.opened_at.date() == date(2025, 11, 5)
    assert case.stay.entered_at.date() == date(2025, 12, 1)
    assert play.events(answer.case) == ["backfill"]
    assert play.told(answer.case) == []
    assert play.rungs(answer.case) == []
    play.until("2026-03-12")
    assert [rung for _, rung in play.rungs(answer.case)] == [0], "7 working days before the 20th"
    play.act("xingyi.liaison", answer.case, "report_progress", progress="设备已经订购")
    assert play.doctor().clean


def test_what_is_overdue_already_is_warned_before_anything_else_follows(play: Play) -> None:
    """Its date passed in November: no reminder of then, and the next rung is a warning again."""
    (answer,) = take_over(play, past(play, 4, facts=OPEN_PROBLEM | {"due": "2026-02-27"}))
    play.until("2026-03-20")
    came = [rung for _, rung in play.rungs(answer.case)]
    assert 0 not in came, "7 working days before the limit is past"
    assert play.of_workflow("interview") == [] or came[-1] > 3
    assert play.doctor().clean


def test_the_history_says_who_entered_it_and_from_which_row_of_which_file(play: Play) -> None:
    (answer,) = take_over(play, past(play, 17))
    with play.database.reading() as connection:
        row = connection.execute(select(HISTORY).where(HISTORY.c.case_id == answer.case)).one()
    assert row.person_id == play.person(SPECIALIST)
    assert '"file":"2025年问题台账.xlsx"' in row.inputs
    assert '"row":17' in row.inputs


def test_sign_offs_of_then_are_stated_and_never_given(play: Play) -> None:
    """双销号: a closed problem has no signature, and says what its ledger says of them."""
    closed = past(
        play,
        5,
        "archived",
        facts=CLOSED_PROBLEM,
        opened_on=date(2025, 3, 1),
        entered_on=date(2025, 6, 25),
        signed=STATED,
    )
    (answer,) = take_over(play, closed)
    case = play.case(answer.case)
    assert case.cycle.signed == {}
    assert case.stated == STATED
    assert case.closed_at is not None
    assert case.closed_at.date() == date(2025, 6, 25)
    with play.database.reading() as connection:
        count = select(func.count()).select_from(SIGN_OFF)
        assert connection.execute(count).scalar() == 0
    assert in_words_of(STATED["first"].as_list()) == "州农业农村局 罗某某 2025年6月20日"
    assert in_words_of(STATED["second"].as_list()) == "原台账未载明"
    assert play.doctor().clean


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "site_check"}, "补录只能进入"),
        ({"state": "archived"}, "须逐项说明原有的销号"),
        ({"opened_on": date(2026, 1, 5)}, "登记日期不能晚于"),
        ({"entered_on": date(2026, 3, 9)}, "都不能晚于今天"),
        ({"facts": {"due": "2026-03-20"}}, "请填写“问题描述”"),
        ({"facts": OPEN_PROBLEM | {"opinion": "同意"}}, "不填写“意见”"),
    ],
)
def test_what_cannot_be_so_is_refused_with_its_row_and_nothing_is_taken(
    changes: dict[str, Any], said: str, play: Play
) -> None:
    wrong = past(play, 9, **({"state": "rectifying"} | changes))
    with pytest.raises(InvalidInput) as caught:
        take_over(play, past(play, 4), wrong)
    assert caught.value.sentence.startswith("第 9 行：")
    assert said in caught.value.sentence
    assert play.of_workflow("rectification") == []


def test_only_who_keeps_the_ledger_of_problems_takes_one_over(play: Play) -> None:
    with pytest.raises(NotYourTurn):
        take_over(play, past(play, 4), who="xingyi.liaison")


def test_a_file_stands_once_and_can_be_taken_again_when_it_was_undone(play: Play) -> None:
    answers = take_over(play, past(play, 4), past(play, 5))
    with pytest.raises(ConditionNotMet, match="已经补录过"):
        take_over(play, past(play, 4))
    undo(play)
    assert {play.state(one.case) for one in answers} == {"withdrawn"}
    assert play.events(answers[0].case) == ["backfill", "undo_backfill"]
    with play.database.reading() as connection:
        waiting = select(func.count()).where(TIMER.c.wake_at.is_not(None))
        assert connection.execute(waiting).scalar() == 0
        assert connection.execute(select(func.count()).select_from(OUTBOX)).scalar() == 0
    with pytest.raises(ConditionNotMet, match="已经撤销过"):
        undo(play)
    take_over(play, past(play, 4))
    assert play.doctor().clean


def test_nothing_is_undone_once_somebody_has_acted_on_one_case(play: Play) -> None:
    first, second = take_over(play, past(play, 4), past(play, 5))
    play.act("xingyi.liaison", second.case, "report_progress", progress="已经开工")
    with pytest.raises(ConditionNotMet) as caught:
        undo(play)
    assert second.number in caught.value.sentence
    assert play.state(first.case) == "rectifying"
    with pytest.raises(NotFound):
        undo(play, who="anlong-dc.specialist")


def test_a_holiday_notice_is_nobody_s_work(database: Database) -> None:
    """Limits that were worked out again have kept nobody from undoing the file."""
    with a_story(database, at("2026-11-02 08:00")) as play:
        (answer,) = take_over(play, past(play, 4, facts=OPEN_PROBLEM | {"due": "2027-01-08"}))
        play.enter_notice(notice(2027, "2027-01-01"))
        assert play.events(answer.case) == ["backfill", "recalculate"]
        undo(play)
        assert play.state(answer.case) == "withdrawn"


def test_nothing_is_kept_of_a_file_that_the_log_does_not_tell_of(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The audit row is written in the transaction of the act: without it there was no act."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(audit, "record", dies)
        with pytest.raises(KeyboardInterrupt):
            take_over(play, past(play, 4))
    assert play.of_workflow("rectification") == []


def test_the_database_takes_no_statement_without_a_file_and_no_file_twice(play: Play) -> None:
    (answer,) = take_over(play, past(play, 4))
    forged = (
        text("UPDATE cases SET stated = 2 WHERE id = :id"),
        text("UPDATE cases SET backfill_id = NULL WHERE id = :id"),
        text("DELETE FROM backfill WHERE id > 0 OR id = :id"),
    )
    for statement in forged:
        with pytest.raises(IntegrityError), play.database.unit_of_work() as connection:
            connection.execute(statement, {"id": answer.case})
    with play.database.reading() as connection:
        row = connection.execute(select(CASE).where(CASE.c.id == answer.case)).mappings().one()
        kept = connection.execute(select(BACKFILL)).mappings().one()
    new = dict(row) | {"id": 999, "number": "伪造", "stated": 2, "backfill_id": None}
    forgery = CASE.insert().values(new | {"state": "archived"})
    with pytest.raises(IntegrityError), play.database.unit_of_work() as connection:
        connection.execute(forgery)
    assert kept["live"] == 1


def test_a_retry_takes_nothing_over_twice(play: Play) -> None:
    rows, request = [past(play, 4)], play.new_request()

    def once() -> tuple[Answer, ...]:
        return play.commands.take_over(
            workflow="rectification",
            file=FILE,
            rows=rows,
            actor=play.actor(SPECIALIST),
            request=request,
            now=play.now,
        )

    first = once()
    play.now += timedelta(hours=1)
    assert once() == first
    assert play.of_workflow("rectification") == [first[0].case]
