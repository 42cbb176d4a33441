"""意见 二（二）：“党政主要负责同志是第一责任人，分管负责同志是直接责任人”.

Duty is the post's. Somebody leaves in the middle of a case: the post stays, its substitute signs,
the successor takes over, and the paper trail says in Chinese who acted for whom.
"""

from datetime import timedelta
from typing import Any

import pytest

from api.presenting.case_page import units_in
from api.presenting.timeline import TimelineEntry, timeline_of
from api.presenting.wording import Names
from tests.journeys import problems
from tests.journeys.play import Play, variation
from tests.prefecture import NOW
from workflow.engine.errors import DutiesNotSeparate, InvalidInput, NotYourTurn, Stale
from workflow.store.lists import queries
from workflow.store.offices.naming import names_of

pytestmark = pytest.mark.journey


def trail(play: Play, case: int) -> list[TimelineEntry]:
    """The timeline as the case's page shows it, oldest first."""
    definition = play.catalog.version(play.case(case).definition).definition
    with play.database.reading() as connection:
        rows = queries.history_of(connection, case)
        units = units_in(play.case(case), definition, rows)
        people = {row[name] for row in rows for name in ("person_id", "holder_id")} - {None}
        known = names_of(connection, units, people)
        names = Names(known.units, known.people, former=known.former, fates=known.fates)
    return list(reversed(timeline_of(definition, rows, names)))


def work_of(play: Play, who: str) -> list[int]:
    with play.database.reading() as connection:
        return [row["id"] for row in queries.list_work(connection, play.actor(who)).rows]


HEAD, OFFICER, SUCCESSOR = "zhou-zx.head", "zhou-zx.officer", "zhou-zx.liaison"
"""陈光贵 leaves 州乡村振兴指挥部, 李明婷 stands in, 彭红萍 succeeds."""


def test_the_substitute_signs_the_successor_takes_over_and_the_trail_reads_right(
    play: Play,
) -> None:
    case = problems.first_review(play, internal_only=True)
    play.leave(HEAD)
    play.refused(NotYourTurn, HEAD, case, "sign_first")
    assert work_of(play, HEAD) == []

    play.stand_in(OFFICER, HEAD, until="2026-03-06")
    assert case in work_of(play, OFFICER)
    play.act(OFFICER, case, "sign_first")
    problems.checked(play, case)
    assert play.act("zhou-dc.head", case, "return_second", **problems.MORE_WORK) == "rectifying"
    problems.first_review(play, case)

    play.until("2026-03-06 11:00")
    play.refused(NotYourTurn, OFFICER, case, "sign_first")
    play.give_post(SUCCESSOR, "522300-ZX", "head", one_more=False)
    assert work_of(play, SUCCESSOR) == [case]
    play.act(SUCCESSOR, case, "sign_first")
    problems.checked(play, case)
    assert play.act("zhou-dc.head", case, "sign_second") == "closed"

    told = [(one.unit, one.who, one.what) for one in trail(play, case) if one.kind == "person"]
    assert told[8:] == [
        ("州乡村振兴指挥部", "李明婷（代 陈光贵）", "同意一次销号"),
        ("州乡村振兴指挥部", "杨丽芬", "核查合格"),
        ("州督查局", "罗彩洁", "核查合格"),
        ("州督查局", "彭庆云", "退回整改"),
        ("兴义市", "王建安", "申请验收"),
        ("兴义市", "陆宇鹏", "自验合格并申请销号"),
        ("州乡村振兴指挥部", "彭红萍", "同意一次销号"),
        ("州乡村振兴指挥部", "杨丽芬", "核查合格"),
        ("州督查局", "罗彩洁", "核查合格"),
        ("州督查局", "彭庆云", "批准二次销号"),
    ]


def test_what_is_told_to_a_post_is_told_to_whoever_stands_in(play: Play) -> None:
    play.stand_in("xingyi-bg.officer", "xingyi.liaison", until="2026-03-03")
    case = problems.dispatched(play)
    told = {one.who for one in play.told(case, template="task")}
    assert {"xingyi.liaison", "xingyi-bg.officer"} <= told
    play.act("xingyi.liaison", case, "accept")
    play.act("xingyi.liaison", case, "submit_plan", **problems.PLAN)
    play.until("2026-03-04")  # the substitution is over
    play.act("zhou-dc.specialist2", case, "approve_plan")
    told = {one.who for one in play.told(case, since="2026-03-04")}
    assert "xingyi.liaison" in told
    assert "xingyi-bg.officer" not in told


def test_work_handed_to_somebody_who_is_away_is_done_by_their_substitute(play: Play) -> None:
    case = problems.dispatched(play)
    play.act("xingyi.liaison", case, "accept")
    play.stand_in("xingyi-bg.officer", "xingyi.officer")
    play.act("xingyi.liaison", case, "hand_over", to="xingyi.officer")
    assert "xingyi-bg.officer" in {one.who for one in play.told(case, template="task")}
    assert work_of(play, "xingyi-bg.officer") == [case]
    assert play.act("xingyi-bg.officer", case, "submit_plan", **problems.PLAN) == "plan_review"


@variation
def test_work_handed_to_somebody_who_leaves_is_back_at_the_desk(play: Play) -> None:
    case = problems.dispatched(play)
    play.act("xingyi.liaison", case, "hand_over", to="xingyi.officer")
    play.leave("xingyi.officer")
    play.refused(NotYourTurn, "xingyi.officer", case, "accept")
    assert work_of(play, "xingyi.liaison") == [case]
    assert play.act("xingyi.liaison", case, "accept") == "planning"


# 撤回, 会签 and 销号 with substitutes


@variation
def test_a_post_takes_back_what_it_did_whoever_acted_through_it(play: Play) -> None:
    case = problems.dispatched(play)
    play.stand_in("zhou-dc.officer", "zhou-dc.specialist1")
    assert play.act("zhou-dc.officer", case, "take_back") == "registered"
    play.act("zhou-dc.officer", case, "dispatch")
    play.refused(NotYourTurn, "zhou-dc.specialist2", case, "take_back")
    assert play.act("zhou-dc.specialist1", case, "take_back") == "registered"


@variation
def test_a_post_co_signs_once_whoever_signs_for_it(play: Play) -> None:
    case = problems.first_review(play)
    play.act("zhou-zx.head", case, "sign_first")
    play.stand_in("zhou-zx.liaison", "zhou-zx.inspector1")
    play.act("zhou-zx.liaison", case, "pass_check", **problems.SEEN)
    again = play.refused(DutiesNotSeparate, "zhou-zx.inspector1", case, "pass_check")
    assert again.sentence == "这个岗位已有人办理过“核查合格”，须由另一岗位的人会签"
    assert play.act("zhou-zx.inspector2", case, "pass_check") == "publicity"


@variation
@pytest.mark.rights
def test_who_stands_in_on_both_sides_signs_only_once(play: Play) -> None:
    case = problems.first_review(play, internal_only=True)
    play.stand_in("zhou-bg.officer", "zhou-zx.head")
    play.act("zhou-bg.officer", case, "sign_first")
    problems.checked(play, case)
    play.stand_in("zhou-bg.officer", "zhou-dc.head")
    play.refused(DutiesNotSeparate, "zhou-bg.officer", case, "sign_second")
    assert play.act("zhou-dc.head", case, "sign_second") == "closed"


@variation
def test_the_substitute_of_a_substitute_acts_for_the_holder(play: Play) -> None:
    case = problems.dispatched(play)
    play.stand_in("xingyi.officer", "xingyi.liaison")
    play.stand_in("xingyi-bg.officer", "xingyi.officer")
    play.act("xingyi-bg.officer", case, "accept")
    names = [one.who for one in trail(play, case)]
    assert names[-1].startswith(play.name("xingyi-bg.officer") + "（代 ")


# What is refused


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": " "}, "请写明代理的事由"),
        ({"ends": NOW - timedelta(days=1)}, "代理的结束时间应晚于开始时间"),
        ({"role": "inspector"}, "对方没有这样的岗位可以代理"),
    ],
)
@variation
def test_a_substitution_that_makes_no_sense_is_refused(
    play: Play, given: dict[str, Any], sentence: str
) -> None:
    wanted = {"person": play.person(OFFICER), "stands_for": play.person(HEAD), "reason": "出差"}
    with pytest.raises(InvalidInput, match=sentence):
        play.organising.substitute(play.asked(), **{**wanted, **given})


def test_a_post_has_one_holder_at_a_time(play: Play) -> None:
    with pytest.raises(Stale, match="州乡村振兴指挥部的这个岗位由陈光贵担任，请先办理离任"):
        play.give_post(SUCCESSOR, "522300-ZX", "head", one_more=False)


def test_a_request_sent_twice_is_one_change(play: Play) -> None:
    asked, leaver = play.asked(), play.person(HEAD)
    first = play.organising.end(asked, person=leaver)
    assert (
        first.sentence
        == "陈光贵自2026年3月2日 10:00起不再担任州乡村振兴指挥部“常务副指挥长”（任职）"
    )
    assert play.organising.end(asked, person=leaver) == first
