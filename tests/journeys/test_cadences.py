"""建议: 一周一暗访、一周一通报、一季一约谈, each with its calendar and its switch.

六大工程（固本强基）: 村党组织书记履职研判, every year, done by the county.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.engine.definitions import at
from tests.journeys.play import Play, a_story, variation
from workflow.cadences import NotOpened, Switching, open_periodic, switch
from workflow.engine.case import Case
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotFound, NotYourTurn, Refusal
from workflow.engine.periods import read_period
from workflow.store.casework import cadences
from workflow.store.database import Database
from workflow.store.sight.scope import check_scope
from workflow.store.tables.handles import AUDIT, CHOICE
from workflow.transaction import Transaction

pytestmark = pytest.mark.journey

PREFECTURE, XINGYI = "522300", "522301"
HEAD = "zhou-dc.head"


def switched(
    play: Play, who: str, runs: bool, *, workflow: str = "inspection", unit: str = PREFECTURE
) -> None:
    """Somebody switches a workflow's only cadence for all below a unit."""
    every = play.catalog.newest(workflow).definition.periodic[0].every
    asked = Switching(workflow, every, play.unit(unit), runs, "州领导小组会议决定")
    switch(play.database, play.catalog, asked, play.actor(who), play.now)


def opened(play: Play, workflow: str = "inspection") -> list[Case]:
    return [play.case(case) for case in play.of_workflow(workflow)]


def weeks(play: Play, count: int) -> None:
    """Let some weeks pass, morning by morning of their first five days."""
    monday = play.now.date() - timedelta(days=play.now.weekday())
    for week in range(1, count + 1):
        for day in range(5):
            play.until(f"{monday + timedelta(weeks=week, days=day)} 08:00")


def test_every_week_one_county_is_visited_unannounced_and_none_twice_in_a_round(
    database: Database,
) -> None:
    with a_story(database, at("2026-03-02 10:00")) as play:
        weeks(play, 1)
        assert opened(play) == []  # nobody has switched it on
        switched(play, HEAD, True)
        weeks(play, 10)
        visits = opened(play)
        assert [str(read_period(one.period or 0)) for one in visits] == [
            f"2026年第{week}周" for week in range(12, 22)
        ]
        units = [one.unit for one in visits]
        assert len(set(units[:9])) == 9
        assert Counter(units).most_common(1)[0][1] == 2  # the tenth begins a new round
        first = visits[0]
        assert (first.facts["mode"], first.facts["visit_on"]) == ("暗访", "2026-03-20")
        assert first.facts["subject"] == "2026年第12周暗访"
        with database.reading() as connection:
            seeds = connection.execute(select(CHOICE.c.seed)).scalars().all()
        assert len(set(seeds)) == 10


@pytest.mark.rights
def test_the_unit_that_was_drawn_knows_nothing_of_it(database: Database) -> None:
    with a_story(database, at("2026-03-02 10:00")) as play:
        switched(play, HEAD, True)
        weeks(play, 9)
        about = {one.unit: one.id for one in opened(play)}
        with database.reading() as connection:
            check_scope(connection, play.actor(HEAD), about[play.unit(XINGYI)])
            with pytest.raises(NotFound):
                check_scope(connection, play.actor("xingyi.head"), about[play.unit(XINGYI)])


def test_rest_days_move_the_day_and_an_outage_asks_for_no_back_work(database: Database) -> None:
    """2026: 1 to 7 October are off; the week's first working day is Thursday the 8th."""
    with a_story(database, at("2026-09-27 10:00")) as play:
        switched(play, HEAD, True)
        play.until("2026-09-28 08:00")
        play.until("2026-10-07 20:00")
        assert [one.period for one in opened(play)] == [2026040]
        play.until("2026-10-08 08:00")
        assert [one.period for one in opened(play)] == [2026040, 2026041]
        play.down_until("2026-11-05 10:00")
        play.sweep()
        # three weeks are lost, the present one is opened late, and once
        assert [one.period for one in opened(play)] == [2026040, 2026041, 2026045]


def test_switched_off_it_rests_and_switched_on_it_owes_nothing_for_the_time_between(
    database: Database,
) -> None:
    with a_story(database, at("2026-03-02 10:00")) as play:
        switched(play, HEAD, True)
        play.sweep()
        weeks(play, 1)
        switched(play, HEAD, False)
        weeks(play, 2)
        play.until("2026-03-27 15:00")  # a Friday; the day of its week has passed
        switched(play, HEAD, True)
        play.sweep()
        weeks(play, 1)
        assert [one.period for one in opened(play)] == [2026010, 2026011, 2026014]
        with database.reading() as connection:
            query = select(AUDIT.c.person_id, AUDIT.c.data).where(AUDIT.c.kind == "cadence")
            acts = connection.execute(query).all()
        assert {who for who, _ in acts} == {play.person(HEAD)}
        assert len(acts) == 3
        assert all("决定" not in data for _, data in acts)  # what people type stays out of the log


@variation
@pytest.mark.rights
@pytest.mark.parametrize(
    ("who", "workflow", "unit", "reason", "kind"),
    [
        ("zhou-dc.specialist1", "inspection", PREFECTURE, "会议决定", NotYourTurn),
        ("xingyi-dc.head", "inspection", XINGYI, "会议决定", NotYourTurn),
        (HEAD, "inspection", XINGYI, "会议决定", NotYourTurn),
        (HEAD, "annual_report", PREFECTURE, "会议决定", NotYourTurn),
        (HEAD, "inspection", PREFECTURE, " 停 ", InvalidInput),
        (HEAD, "rectification", PREFECTURE, "会议决定", NotFound),
    ],
)
def test_who_may_not_switch_it_is_told(
    play: Play, who: str, workflow: str, unit: str, reason: str, kind: type[Refusal]
) -> None:
    every = "year" if workflow == "annual_report" else "week"
    asked = Switching(workflow, every, play.unit(unit), True, reason)
    before = play.figures()
    with pytest.raises(kind):
        switch(play.database, play.catalog, asked, play.actor(who), play.now)
    assert play.figures() == before


def test_a_county_has_its_village_secretaries_reviewed_every_year_and_no_other_has(
    database: Database,
) -> None:
    with a_story(database, at("2026-10-20 10:00")) as play:
        switched(play, "xingyi-zx.head", True, workflow="village_review", unit=XINGYI)
        play.until("2026-11-01 12:00")  # a Sunday
        assert opened(play, "village_review") == []
        play.until("2026-11-02 08:00")
        reviews = opened(play, "village_review")
        assert {one.period for one in reviews} == {2026}
        assert {play.seat(one.id, "reviewer") for one in reviews} == {f"{XINGYI}-ZX"}
        assert len({one.unit for one in reviews}) == len(reviews) > 20
        play.until("2026-11-10")
        assert len(opened(play, "village_review")) == len(reviews)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ConditionNotMet("没有办理的单位"), "没有办理的单位"),
        (KeyError("a mistake of ours"), "系统出错（KeyError: 'a mistake of ours'）"),
    ],
    ids=["refused", "broken"],
)
def test_a_case_that_cannot_be_opened_is_reported_and_keeps_no_other_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    """One county lacks the office that its report needs; the eight others report all the same."""
    opens: Callable[..., Case] = Transaction.open

    def refused(
        work: Transaction, workflow: str, named: dict[str, int], *more: Any, **how: Any
    ) -> Case:
        if play.unit(XINGYI) in named.values():
            raise error
        return opens(work, workflow, named, *more, **how)

    with a_story(database, at("2026-10-16 10:00")) as play:
        with monkeypatch.context() as broken:
            broken.setattr(Transaction, "open", refused)
            lost: list[NotOpened] = []
            assert open_periodic(play.database, play.catalog, play.now, lost.append) == 8
        assert [(one.units, one.why) for one in lost] == [((play.unit(XINGYI),), why)]
        assert open_periodic(play.database, play.catalog, play.now, lost.append) == 1
        assert len(lost) == 1, "another worker that was first is no loss"


def test_whoever_is_told_to_stop_opens_no_other_and_the_rest_comes_later(
    database: Database,
) -> None:
    with a_story(database, at("2026-10-16 10:00")) as play:
        told = iter([True, True, *[False] * 99])
        some = open_periodic(play.database, play.catalog, play.now, going_on=lambda: next(told))
        assert (some, open_periodic(play.database, play.catalog, play.now)) == (2, 7)


def test_another_worker_that_has_drawn_first_is_no_loss(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_story(database, at("2026-03-02 10:00")) as play:
        switched(play, HEAD, True)
        play.until("2026-03-03 10:00")
        drawn, lost = opened(play), list[NotOpened]()
        assert len(drawn) == 1
        # what the sweep of a slower worker read before the other had drawn
        monkeypatch.setattr(cadences, "chosen_below", lambda *_: set())
        assert open_periodic(play.database, play.catalog, play.now, lost.append) == 0
        monkeypatch.undo()
        assert (lost, opened(play)) == ([], drawn)


def test_the_weeks_of_the_story_are_those_of_the_calendar() -> None:
    assert date.fromisocalendar(2026, 12, 1) == date(2026, 3, 16)
    assert date.fromisocalendar(2026, 40, 1) == date(2026, 9, 28)
