"""分类分级实施意见 二（一）：“兴义市（含义龙新区）”.

Units merge, move and are dissolved in the middle of cases: the open ones follow, what has ended
stays as it was, and every page says in Chinese what became of whom.
"""

from typing import Any

import pytest

from tests.journeys import problems
from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from tests.journeys.test_a_person_leaves import trail, work_of
from workflow import following
from workflow.doctor import examine
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotFound, NotYourTurn, Refusal
from workflow.organising.reorganising import Kind
from workflow.store.lists import queries
from workflow.store.offices import reorganised
from workflow.store.offices.changes import Changed

pytestmark = pytest.mark.journey

QUERIES = ("queries", ())
HEIR, NEIGHBOUR = "522301001", "522302"
"""黄草街道, which takes 敬南镇 over; 兴仁市, to which it moves in another story."""
DC, ZX, BG = "522301-DC", "522301-ZX", "522301-BG"
"""兴义市's 督查局, 乡村振兴指挥部 and 办公室."""


def of_the_township(play: Play) -> int:
    """A problem of 敬南镇, dispatched by its county."""
    case = play.open("xingyi-dc.specialist", parties={"responsible": TOWNSHIP})
    play.act("xingyi-dc.specialist", case, "dispatch")
    return case


def merge(play: Play, unit: str = TOWNSHIP, into: str = HEIR) -> Changed:
    return play.organising.merge(play.asked(), unit=play.unit(unit), into=play.unit(into))


def move(play: Play, parent: str = NEIGHBOUR) -> Changed:
    units = {"unit": play.unit(TOWNSHIP), "parent": play.unit(parent)}
    return play.organising.move(play.asked(), **units)


def sees(play: Play, who: str, case: int) -> bool:
    with play.database.reading() as connection:
        return bool(queries.cases_by_id(connection, play.actor(who), {case}))


# Merging


def test_an_open_case_goes_on_where_its_unit_has_gone(play: Play) -> None:
    case = of_the_township(play)
    play.act("jingnan.liaison", case, "hand_over", to="jingnan.officer")
    due, timers = play.due(case), play.timers(case)
    assert merge(play).sentence == "“敬南镇”于2026年3月2日并入“黄草街道”"
    play.sweep()
    assert play.seat(case, "responsible") == HEIR
    assert (play.due(case), play.timers(case)) == (due, timers)
    last = trail(play, case)[-1]
    assert (last.who, last.what) == ("系统", "机构调整")
    assert last.more[0] == "责任单位：原敬南镇（2026年3月2日并入黄草街道），现为黄草街道"
    play.refused(NotYourTurn, "jingnan.officer", case, "accept")
    assert work_of(play, "jingnan.officer") == []
    assert work_of(play, "huangcao.liaison") == [case]
    assert "huangcao.liaison" in {one.who for one in play.told(case, template="task")}
    assert play.act("huangcao.liaison", case, "accept") == "planning"


def test_old_rows_name_the_unit_of_their_day(play: Play) -> None:
    case = of_the_township(play)
    play.act("jingnan.liaison", case, "accept")
    merge(play)
    play.sweep()
    play.act("huangcao.liaison", case, "submit_plan", **problems.PLAN)
    told = [(one.unit, one.what) for one in trail(play, case)[-3:]]
    assert told == [("敬南镇", "签收"), ("", "机构调整"), ("黄草街道", "报送整改方案")]


def test_what_has_ended_stays_in_its_name_and_the_heir_reads_it(play: Play) -> None:
    case = of_the_township(play)
    play.act("xingyi-dc.head", case, "withdraw_case", reason="与另一件重复了")
    rows = len(play.events(case))
    merge(play)
    play.sweep()
    assert play.seat(case, "responsible") == TOWNSHIP
    assert len(play.events(case)) == rows
    assert sees(play, "huangcao.liaison", case)
    assert not sees(play, "jingnan.liaison", case)


@variation
def test_a_merger_of_mergers_leads_to_whoever_is_left(play: Play) -> None:
    open_, ended = of_the_township(play), of_the_township(play)
    play.act("xingyi-dc.head", ended, "withdraw_case", reason="与另一件重复了")
    merge(play)
    merge(play, HEIR, "522301002")
    play.sweep()
    assert play.seat(open_, "responsible") == "522301002"
    assert sees(play, "xingtai.liaison", ended)


def test_the_supervisor_rises_where_a_merger_would_let_one_unit_sign_twice(play: Play) -> None:
    case = of_the_township(play)
    assert (play.seat(case, "reviewer"), play.seat(case, "supervisor")) == (ZX, DC)
    merge(play, DC, ZX)
    play.sweep()
    assert (play.seat(case, "reviewer"), play.seat(case, "supervisor")) == (ZX, "522300-DC")
    assert trail(play, case)[-1].more == (
        "督办单位：原兴义市督查局（2026年3月2日并入兴义市乡村振兴指挥部），现为州督查局",
    )


def test_a_merger_that_leaves_nobody_to_sign_second_is_refused(play: Play) -> None:
    case = problems.dispatched(play)
    before = play.figures()
    with pytest.raises(ConditionNotMet) as caught:
        merge(play, "522300-DC", "522300-ZX")
    assert "有 1 件未办结事项不能随之调整，如" in caught.value.sentence
    assert "会成为同一个单位，又没有更高一级可以接办" in caught.value.sentence
    assert caught.value.data == {"cases": [play.case(case).number]}
    assert play.figures() == before
    given = {"unit": play.unit("522300-DC"), "into": play.unit("522300-ZX")}
    seen = play.organising.preview("merge", play.now, **given)
    assert seen.refused == caught.value.sentence


def test_a_signature_in_force_stays_and_the_signer_s_heir_does_not_sign_again(play: Play) -> None:
    case = of_the_township(play)
    play.act("jingnan.liaison", case, "accept")
    play.act("jingnan.liaison", case, "submit_plan", **problems.PLAN)
    play.act("xingyi-dc.specialist", case, "approve_plan")
    play.act("jingnan.liaison", case, "apply", **problems.RESULT)
    play.act("jingnan.head", case, "confirm")
    play.act("xingyi-zx.head", case, "sign_first")
    merge(play, ZX, DC)
    play.sweep()
    assert play.case(case).cycle.signed["first"].unit == play.unit(ZX)
    assert play.seat(case, "supervisor") == "522300-DC"


@variation
def test_a_function_goes_with_the_department_that_had_it(play: Play) -> None:
    merge(play, DC, BG)
    case = play.open("xingyi-dc.specialist", parties={"responsible": TOWNSHIP})
    assert play.seat(case, "supervisor") == BG  # the specialist's post came along: 办公室 had none


# Moving


def test_a_unit_that_moves_is_supervised_where_it_has_come_to(play: Play) -> None:
    case = of_the_township(play)
    assert sees(play, "xingyi.head", case)
    assert move(play).sentence == "“敬南镇”于2026年3月2日划归“兴仁市”"
    play.sweep()
    assert play.seat(case, "responsible") == TOWNSHIP
    assert play.seat(case, "reviewer") == "522302-ZX"
    assert play.seat(case, "supervisor") == "522302-DC"
    assert not sees(play, "xingyi.head", case)
    assert sees(play, "xingren.head", case)
    assert sees(play, "xingyi-dc.specialist", case)  # who had a part in it
    assert play.act("jingnan.liaison", case, "accept") == "planning"


@variation
def test_a_move_is_moved_back_by_undoing_it(play: Play) -> None:
    case = of_the_township(play)
    change = move(play)
    play.sweep()
    play.organising.undo(play.asked(), change.id)
    play.sweep()
    assert play.seat(case, "supervisor") == DC
    assert sees(play, "xingyi.head", case)
    assert not sees(play, "xingren.head", case)


# Dissolving, and what is refused


def test_a_unit_with_open_cases_is_not_dissolved_without_an_heir(play: Play) -> None:
    of_the_township(play)
    unit = play.unit(TOWNSHIP)
    with pytest.raises(
        ConditionNotMet, match="“敬南镇”还有 1 件未办结事项，请指明承接单位，或先办结"
    ):
        play.organising.dissolve(play.asked(), unit=unit)
    done = play.organising.dissolve(play.asked(), unit=play.unit(HEIR))
    assert done.sentence == "“黄草街道”于2026年3月2日撤销"


@pytest.mark.parametrize(
    ("kind", "given", "error", "sentence"),
    [
        ("merge", {"unit": TOWNSHIP, "into": TOWNSHIP}, InvalidInput, "不能并入自己"),
        ("merge", {"unit": COUNTY, "into": NEIGHBOUR}, ConditionNotMet, "下面还有"),
        ("move", {"unit": TOWNSHIP, "parent": COUNTY}, InvalidInput, "上级已是“兴义市”"),
        ("move", {"unit": COUNTY, "parent": TOWNSHIP}, InvalidInput, "不能归到自己的下级单位"),
        ("dissolve", {"unit": COUNTY}, ConditionNotMet, "下面还有"),
    ],
)
@variation
def test_what_makes_no_sense_is_refused(
    play: Play, kind: Kind, given: dict[str, str], error: type[Refusal], sentence: str
) -> None:
    units = {name: play.unit(code) for name, code in given.items()}
    with pytest.raises(error, match=sentence):
        getattr(play.organising, kind)(play.asked(), **units)
    assert sentence in play.organising.preview(kind, play.now, **units).refused


@variation
def test_a_unit_that_is_no_more_opens_and_merges_nothing(play: Play) -> None:
    merge(play)
    with pytest.raises(InvalidInput, match="“敬南镇”已经撤销，由“黄草街道”承接"):
        of_the_township(play)
    with pytest.raises(NotFound, match="“敬南镇”已经撤销"):
        merge(play)


# Looking first, taking back, following in batches


def test_a_preview_says_what_would_follow_and_changes_nothing(play: Play) -> None:
    case = of_the_township(play)
    before = play.figures()
    given = {"unit": play.unit(TOWNSHIP), "into": play.unit(HEIR)}
    seen = play.organising.preview("merge", play.now, **given)
    assert (seen.sentence, seen.cases, seen.open_cases) == (
        "“敬南镇”于2026年3月2日并入“黄草街道”",
        1,
        1,
    )
    assert seen.carried == ()
    assert seen.ended[-1] == "罗永辉：敬南镇“联络员”"
    assert play.figures() == before
    assert play.act("jingnan.liaison", case, "accept") == "planning"


def test_where_units_lie_is_asked_once_for_all_cases_of_the_same(play: Play) -> None:
    """A look goes through every open case, on SQLite with the lock in hand."""

    def asked() -> float:
        before = play.database.meters.read()[QUERIES]
        units = {"unit": play.unit(TOWNSHIP), "parent": play.unit(NEIGHBOUR)}
        seen = play.organising.preview("move", play.now, **units)
        assert seen.refused == ""
        return play.database.meters.read()[QUERIES] - before

    of_the_township(play)
    for_one = asked()
    more = [of_the_township(play) for _ in range(5)]
    assert asked() - for_one <= len(more), "each case is read, and nothing else"


def test_a_merger_is_undone_until_a_case_has_followed(play: Play) -> None:
    case = of_the_township(play)
    first = merge(play)
    play.organising.undo(play.asked(), first.id)
    assert play.act("jingnan.liaison", case, "accept") == "planning"
    second = merge(play)
    play.sweep()
    with pytest.raises(ConditionNotMet, match="已有事项随之调整，不能撤销"):
        play.organising.undo(play.asked(), second.id)


def test_cases_follow_in_batches_and_until_then_their_timers_wait(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", 2)
    cases = [of_the_township(play) for _ in range(5)]
    change = merge(play)
    counts = []
    while done := following.follow(play.database, play.catalog, play.now):
        counts.append(done)
    assert counts == [2, 2, 1]
    assert {play.seat(case, "responsible") for case in cases} == {HEIR}
    with play.database.reading() as connection:
        assert reorganised.waiting_for(connection, change.id) == 0


@variation
def test_the_doctor_tells_of_cases_that_wait_for_too_long(play: Play) -> None:
    case = of_the_township(play)
    merge(play)
    play.down_until("2026-03-02 23:00")
    number = play.case(case).number
    (told,) = [one for one in play.doctor().complaints if number in str(one)]
    assert "还没有随“敬南镇”于2026年3月2日并入“黄草街道”而调整" in str(told)


def test_who_was_named_for_a_unit_goes_on_in_the_one_that_took_over(play: Play) -> None:
    """The bureau is merged between the preparations of an inspection and the field."""
    named, office = {"inspected": TOWNSHIP}, "xingyi-dc.specialist"
    plan: dict[str, Any] = {"subject": "饮水安全", "origin": "年度计划", "authority": "第 3 项"}
    plan |= {"mode": "暗访", "visit_on": "2026-03-10"}
    case = play.open(office, "inspection", parties=named, **plan)
    play.act("xingyi-dc.head", case, "approve")
    scheme = {"scheme": "随机抽取两村，入户核实", "sample": "甲村、乙村"}
    play.act(office, case, "prepare", team=[office], **scheme)
    seat = play.seat(case, "inspectors")
    play.organising.merge(play.asked(), unit=play.unit(seat), into=play.unit(BG))
    play.sweep()
    assert play.seat(case, "inspectors") == BG
    assert play.case(case).facts["team"] == [{"person": play.person(office), "unit": play.unit(BG)}]
    assert sees(play, office, case)
    assert work_of(play, office) == [case]
    assert play.act(office, case, "set_out") == "in_field"
    assert examine(play.database, play.catalog, play.now).complaints == []
