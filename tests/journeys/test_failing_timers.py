"""办法第二十六条：“履职不力、工作滞后”.

A timer whose step fails is set aside with its reason, and keeps nobody else waiting.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from tests.journeys.play import TOWNSHIP, Play
from tests.journeys.problems import dispatched, rectifying
from workflow import following, ladder, timers
from workflow.engine.errors import ConditionNotMet
from workflow.store.database import Database
from workflow.store.outgoing.addressing import address
from workflow.store.tables.handles import TIMER
from workflow.transaction import Transaction

pytestmark = pytest.mark.journey

ADDRESS = "workflow.store.casework.writes.address"
"""Where messages are given to people, once a batch."""


@pytest.fixture
def play(database: Database) -> Play:
    """People who act on a fresh database, at whose end the doctor has something to say."""
    return Play(database)


def fails_for(monkeypatch: pytest.MonkeyPatch, case: int, error: Exception) -> None:
    """From now on the clock's steps on one case fail."""
    fire: Callable[..., Any] = Transaction.fire

    def failing(work: Transaction, case_id: int, *more: Any) -> Any:
        if case_id == case:
            raise error
        return fire(work, case_id, *more)

    monkeypatch.setattr(Transaction, "fire", failing)


def reason_of(play: Play, case: int) -> str | None:
    """Why a timer of the case was set aside; None if none was."""
    query = select(TIMER.c.error).where(TIMER.c.case_id == case, TIMER.c.status == "failed")
    with play.database.reading() as connection:
        reason: str | None = connection.execute(query).scalar()
    return reason


def test_while_one_fails_none_comes_before_its_case_has_followed(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timer waits until its case has followed a merger, also where each is fired by itself."""
    ill = dispatched(play)
    moving = play.open("xingyi-dc.specialist", parties={"responsible": TOWNSHIP})
    play.act("xingyi-dc.specialist", moving, "dispatch")
    units = {"unit": play.unit(TOWNSHIP), "into": play.unit("522301001")}
    play.organising.merge(play.asked(), **units)
    fails_for(monkeypatch, ill, ConditionNotMet("不满足条件"))
    play.down_until("2026-03-05 10:00")
    timers.fire_all_due(play.database, play.catalog, play.now)
    assert reason_of(play, ill) is not None
    assert "fired" not in play.settled(moving)
    following.follow_all(play.database, play.catalog, play.now)
    timers.fire_all_due(play.database, play.catalog, play.now)
    assert "fired" in play.settled(moving)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConditionNotMet("不满足条件"), "condition_not_met: 不满足条件"),
        (KeyError("a mistake of ours"), "KeyError: 'a mistake of ours'"),
    ],
    ids=["refused", "broken"],
)
def test_one_that_fails_is_set_aside_and_the_others_go_on(
    play: Play, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    ill, well = rectifying(play), rectifying(play)
    play.until("2026-05-19")
    fails_for(monkeypatch, ill, error)
    play.down_until("2026-05-20 10:00")  # both are reminded on this day
    timers.fire_all_due(play.database, play.catalog, play.now)
    assert reason_of(play, ill) == reason
    assert reason_of(play, well) is None
    assert play.settled(well)["fired"] == 1
    assert "fired" not in play.settled(ill)
    assert play.timers(ill), "the next rung of its ladder waits all the same"
    (complaint,) = play.doctor().complaints
    assert reason in complaint.sentence


def reminded_on_one_day(play: Play) -> tuple[int, int]:
    """Two cases of which the reminder is due, and nobody has swept."""
    both = rectifying(play), rectifying(play)
    play.until("2026-05-19")
    play.down_until("2026-05-20 10:00")
    return both


def test_one_whose_next_rung_cannot_be_worked_out_keeps_nobody_waiting(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill, well = reminded_on_one_day(play)
    proper = ladder.due_together

    def broken(catalog: Any, case: Any, *more: Any) -> Any:
        if case.id == ill:
            raise KeyError("a mistake of ours")
        return proper(catalog, case, *more)

    monkeypatch.setattr(ladder, "due_together", broken)
    timers.fire_all_due(play.database, play.catalog, play.now)
    assert reason_of(play, ill) == "KeyError: 'a mistake of ours'"
    assert play.settled(well)["fired"] == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyError("a mistake of ours"), "KeyError: 'a mistake of ours'"),
        (DataError("…", None, Exception("out of range")), "out of range"),
    ],
    ids=["broken", "not storable"],
)
def test_one_that_cannot_be_written_keeps_nobody_waiting(
    play: Play, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    """It shows only when the whole batch is written."""
    ill, well = reminded_on_one_day(play)

    def broken(connection: Connection, told: Any, *more: Any) -> Any:
        if any(one.step.case.id == ill for one in told):
            raise error
        return address(connection, told, *more)

    monkeypatch.setattr(ADDRESS, broken)
    timers.fire_all_due(play.database, play.catalog, play.now)
    assert reason_of(play, ill) == reason
    assert play.settled(well)["fired"] == 1


def test_none_is_set_aside_because_the_database_was_away(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill, well = reminded_on_one_day(play)
    with monkeypatch.context() as patched:
        fails_for(patched, ill, NoConnection("all connections are in use"))
        with pytest.raises(SQLAlchemyError):
            timers.fire_all_due(play.database, play.catalog, play.now)
    timers.fire_all_due(play.database, play.catalog, play.now)
    assert [play.settled(case)["fired"] for case in (ill, well)] == [1, 1]
    assert play.doctor().clean


def test_a_mistake_in_all_sets_none_aside(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that cannot address messages: the beat fails, somebody is told, nothing is lost."""
    both = reminded_on_one_day(play)
    with monkeypatch.context() as patched:
        patched.setattr(ADDRESS, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            timers.fire_due(play.database, play.catalog, play.now)
    timers.fire_all_due(play.database, play.catalog, play.now)
    assert [play.settled(case)["fired"] for case in both] == [1, 1]
    assert play.doctor().clean
