"""实施办法 art. 19: 实绩考核, by figures first, and without asking those below for them again.

实施办法 art. 23: indicators; 意见 三（三）: whoever is last is called to an interview.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.engine.definitions import at
from tests.journeys import test_interview as interview
from tests.journeys.assessments import (
    GOOD,
    JUDGED,
    KEEPER,
    LAST,
    OFFICE,
    POOR,
    SECOND_LAST,
    YEAR,
    Round,
    approved,
    to_approval,
)
from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, Play, a_story, variation
from workflow import assessing
from workflow.assessing import Sheet
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn, OutOfTurn
from workflow.store.database import Database
from workflow.store.evidence import audit
from workflow.store.measuring import figures, scores
from workflow.tallying import drafts, tallied_for

pytestmark = pytest.mark.journey


@pytest.fixture
def round_(database: Database) -> Iterator[Round]:
    """The cases of the year's assessment are open since 10 November."""
    with a_story(database, at("2026-11-09 18:00")) as play:
        play.until("2026-11-10 09:30")
        yield Round(play)


def freeze_in_vain(round_: Round) -> None:
    """What the log does not tell of has not happened."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(audit, "record", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            round_.freeze()


def test_a_year_is_collected_marked_objected_frozen_and_the_last_are_called_in(
    round_: Round,
) -> None:
    play = round_.play
    problem = play.open("zhou-dc.specialist1", parties={"responsible": LAST}, due="2026-11-20")
    play.act("zhou-dc.specialist1", problem, "dispatch")

    round_.enter("zhou-zx.liaison", GOOD)
    assert round_.sheet(COUNTY).standing.pending == Decimal(36)  # 15 + 15 + 40 % of 15
    round_.enter(KEEPER, JUDGED)
    round_.enter("zhou-zx.liaison", POOR, LAST, SECOND_LAST)
    first, last = round_.sheet(COUNTY), round_.sheet(LAST)
    # 引领示范: 15 × (.6 + .4 × .8) + 25 × (.6 × .8 + .4) + 15 + 15 × .85 + 15 × .9 + 15 × (.4 × .9
    # + .4 × .88 + .2 × .9)
    assert first.standing.total == Decimal("90.43")
    assert first.standing.final
    assert (first.place and first.place.class_rank, first.grade) == (1, "好")
    assert (last.grade, last.place and last.place.class_from_last) == ("一般", 1)

    play.act("zhou-zx.liaison", round_.case(COUNTY), "collected")
    play.refused(OutOfTurn, "xingyi.head", round_.case(COUNTY), "object", objection="尚未反馈得分")
    play.act("zhou-zx.liaison", round_.case(COUNTY), "verified", verification="抽查账表属实")
    play.act(OFFICE, round_.case(COUNTY), "feed_back")
    play.act("xingyi.head", round_.case(COUNTY), "object", objection="粮食产量应以统计部门数为准")
    play.act("zhou-dc.head", round_.case(COUNTY), "correct", decision="按统计部门公布的产量更正")
    round_.enter("zhou-zx.liaison", {"grain": 9.5}, COUNTY)
    assert round_.sheet(COUNTY).standing.total == Decimal("85.43")
    play.act(OFFICE, round_.case(COUNTY), "feed_back")
    play.act("xingyi.head", round_.case(COUNTY), "agree")
    for code in round_.codes():
        if code != COUNTY:
            case = round_.case(code)
            play.act("zhou-zx.liaison", case, "collected")
            play.act("zhou-zx.liaison", case, "verified", verification="抽查账表属实")
            play.act(OFFICE, case, "feed_back")
    play.until("2026-11-30 09:00")

    (listed,) = round_.proposed(LAST, KEEPER)  # nobody has signed for the problem
    assert (listed.rule, listed.evidence.number) == ("bulletin", play.case(problem).number)
    approved(round_)
    with pytest.raises(NotYourTurn):
        round_.freeze("zhou-dc.head")
    freeze_in_vain(round_)
    frozen = {one.unit: one for one in round_.freeze()}
    assert frozen[play.unit(COUNTY)].standing.total == Decimal("85.43")
    facts = play.case(round_.case(LAST)).facts
    assert (facts["grade"], facts["from_last"], facts["class_from_last"]) == ("一般", 2, 1)
    interview = play.case(play.child(round_.case(LAST), "interview"))
    assert (interview.facts["level"], interview.facts["trigger"]) == (2, "考核末位")
    assert interview.state == "proposed", "an interview is proposed, and a person decides"
    assert play.children(round_.case(COUNTY), "interview") == []
    with pytest.raises(ConditionNotMet, match="已经冻结"):
        round_.freeze()
    round_.enter("zhou-zx.liaison", {"grain": 1}, COUNTY)
    with play.database.reading() as connection:
        kept = {row["unit_id"]: row for row in scores.results(connection, "rural", {YEAR})}
    assert kept[play.unit(COUNTY)]["total"] == 8543, "what is frozen stays as it stood"


def test_deductions_rest_on_cases_and_are_confirmed_by_a_person(round_: Round) -> None:
    play = round_.play
    round_.enter("zhou-zx.liaison", GOOD)
    round_.enter(KEEPER, JUDGED)
    problem = play.open("zhou-dc.specialist1", due="2026-11-20")
    play.act("zhou-dc.specialist1", problem, "dispatch")
    play.act("xingyi.liaison", problem, "accept")
    plan: dict[str, Any] = {
        "goal": "路灯全亮",
        "measures": [{"measure": "更换", "owner": "甲", "due": "2026-11-18"}],
    }
    play.act("xingyi.liaison", problem, "submit_plan", **plan)
    play.act("zhou-dc.specialist1", problem, "approve_plan")
    play.until("2026-11-24")
    play.act("xingyi.liaison", problem, "apply", result="已换", finished_on="2026-11-23")
    before = round_.sheet(COUNTY).standing.total
    found = {one.rule: one for one in round_.proposed(COUNTY)}
    assert found["overdue"].evidence.number == play.case(problem).number
    assert round_.sheet(COUNTY).standing.total == before, "a proposal takes nothing off"

    one = found["overdue"]
    with pytest.raises(NotYourTurn):
        round_.decide("xingyi.head", COUNTY, one, 0.5, "")
    with pytest.raises(InvalidInput, match=r"不超过 0\.5 分"):
        round_.decide(OFFICE, COUNTY, one, 5, "")
    with pytest.raises(InvalidInput, match="请写明理由"):
        round_.decide(OFFICE, COUNTY, one, None, "")
    round_.decide(OFFICE, COUNTY, one, 0.5, "")
    assert round_.sheet(COUNTY).standing.total == (before or 0) - Decimal("0.5")
    assert "overdue" not in {one.rule for one in round_.proposed(COUNTY)}, "each case once"
    round_.decide(OFFICE, COUNTY, one, None, "逾期系汛期断路所致，经核实不予扣分")
    assert round_.sheet(COUNTY).standing.total == before
    (kept,) = round_.sheet(COUNTY).adjustments
    assert (kept["points"], kept["number"]) == (0, play.case(problem).number)


def test_whoever_was_called_in_is_proposed_for_a_deduction_whatever_came_of_it(
    round_: Round,
) -> None:
    """意见 三（三）, 办法 art. 26: from the sitting on; not only for whoever then complied."""
    play, maker = round_.play, interview.MAKER

    def proposed() -> list[str]:
        found = round_.proposed(COUNTY, KEEPER)
        return [one.evidence.number for one in found if one.rule == "interviewed"]

    case = interview.approved(play)
    play.act(maker, case, "notify", **{**interview.MEETING, "meeting_on": "2026-11-16"})
    play.act("xingyi.officer", case, "acknowledge")
    assert proposed() == [], "the sitting is to come"
    play.act(maker, case, "hold", **interview.RECORD)
    number = play.case(case).number
    assert proposed() == [number]
    items = [{"item": "三十日内完成路灯修复", "due": "2026-12-31"}]
    play.act(maker, case, "draft_minutes", minutes="会议要求立即整改", items=items)
    play.act("zhou.officer", case, "issue_minutes")
    play.act("xingyi.head", case, "submit_plan", plan="年底前完成，分管负责人包保")
    play.act("xingyi.head", case, "report_outcome", outcome="路灯已全部修复")
    interview.failed(play, case)
    assert play.act("zhou.officer", case, "raise") == "raised"
    assert proposed() == [number]


@variation
def test_points_taken_off_by_a_double_question_are_proposed_with_the_record(
    round_: Round,
) -> None:
    """意见 三（二）: 双问. As much as was decided, never more than the card allows."""
    play = round_.play
    round_.enter("zhou-zx.liaison", GOOD)
    round_.enter(KEEPER, JUDGED)
    problem = play.open(KEEPER, due="2026-12-18")
    play.act(KEEPER, problem, "dispatch")
    why = {"question_kind": "问效", "reason": "三次催办，仍无进展"}
    decided = {"decision": "整改不力属实"}
    records = []
    for form, points in (("扣分", 1.5), ("扣分", 40), ("通报", None)):
        play.act("zhou-dc.head", problem, "question", question_form=form, **why)
        record = play.children(problem, "accountability")[-1]
        play.act("xingyi.head", record, "explain", explanation="招标流标两次，现已开工")
        wrong = decided | ({} if points else {"points": 1})
        refusal = play.refused(ConditionNotMet, "zhou-dc.head", record, "hold_unit", **wrong)
        assert "扣分的写明分值，其他方式不写" in refusal.sentence
        given: dict[str, Any] = {"points": points} if points else {}
        play.act("zhou-dc.head", record, "hold_unit", **decided, **given)
        records.append(play.case(record).number)

    found = [one for one in round_.proposed(COUNTY) if one.rule == "questioned"]
    assert [(one.points, one.evidence.number) for one in found] == [
        (1.5, records[0]),
        (3, records[1]),
    ]
    before = round_.sheet(COUNTY).standing.total
    with pytest.raises(InvalidInput, match=r"不超过 1\.5 分"):
        round_.decide(OFFICE, COUNTY, found[0], 2, "")
    round_.decide(OFFICE, COUNTY, found[0], 1.5, "")
    assert round_.sheet(COUNTY).standing.total == (before or 0) - Decimal("1.5")


@pytest.mark.race
def test_nothing_is_decided_while_results_are_frozen(
    round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheets have been read when somebody decides: that decision would be in force and in no
    result.
    """
    play = round_.play
    problem = play.open("zhou-dc.specialist1", due="2026-11-20")
    play.act("zhou-dc.specialist1", problem, "dispatch")
    round_.enter("zhou-zx.liaison", GOOD)
    round_.enter(KEEPER, JUDGED)
    to_approval(round_)
    approved(round_)
    play.until("2026-11-30 09:00")
    one, *_ = round_.proposed(COUNTY, KEEPER)
    check, pool = assessing._check_complete, ThreadPoolExecutor(1)
    late: list[Future[None]] = []

    def check_meanwhile(made: Sequence[Sheet]) -> None:
        late.append(pool.submit(round_.decide, OFFICE, COUNTY, one, one.points, ""))
        wait(late, timeout=1)
        check(made)

    monkeypatch.setattr(assessing, "_check_complete", check_meanwhile)
    round_.freeze()
    with pool, pytest.raises(ConditionNotMet, match="已经冻结"):
        late[0].result(10)
    assert round_.sheet(COUNTY).adjustments == ()


@pytest.mark.race
def test_figures_sent_twice_at_one_moment_are_entered_once(
    round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked whether the file is there before either has entered it."""
    entered, both = figures.entered, Barrier(2)

    def look_together(connection: Connection, digest: str) -> bool:
        found = entered(connection, digest)
        with suppress(BrokenBarrierError):
            both.wait(1)
        return found

    monkeypatch.setattr(figures, "entered", look_together)
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(round_.enter, KEEPER, JUDGED, COUNTY) for _ in range(2)]
        for one in sent:
            one.result(20)
    with round_.play.database.reading() as connection:
        rows = figures.of_units(connection, [round_.play.unit(COUNTY)], YEAR)
    assert {row["value"] for row in rows} == {*JUDGED.values()}


@variation
def test_each_step_of_an_assessment_has_its_document(round_: Round, tmp_path: Path) -> None:
    """考核方案, 考核结果确认, 申诉复核, 考核通报."""
    play, desk, case = round_.play, Desk(round_.play, tmp_path), round_.case(COUNTY)
    scheme = desk.draft(OFFICE, case, "assessment_scheme")
    assert (scheme.mistakes, scheme.document.number) == ((), "黔西南州考〔2026〕　号")
    round_.enter("zhou-zx.liaison", GOOD)
    round_.enter(KEEPER, JUDGED)
    play.act("zhou-zx.liaison", case, "collected")
    play.act("zhou-zx.liaison", case, "verified", verification="抽查账表，数据属实")
    play.act(OFFICE, case, "feed_back")
    play.act("xingyi.head", case, "object", objection="粮食产量应以统计部门数为准")
    play.act("zhou-dc.head", case, "uphold", decision="所用的就是统计部门公布的产量")
    review = desk.issue("zhou-dc.head", case, "assessment_review").text
    assert "粮食产量应以统计部门数为准" in review
    assert "维持原得分" in review
    to_approval(round_, but=COUNTY)
    approved(round_)
    round_.freeze()
    assert "考核结果确认表" in desk.issue(OFFICE, case, "assessment_confirmation").text
    host = {"host": "522300"}
    bulletin = play.open(KEEPER, "bulletin", parties=host, subject="考核结果", kind="考核结果")
    rows = listed(play, bulletin)
    assert len(rows) == 9
    order = [round_.card.classes.index(row["class"]) for row in rows]
    assert order == sorted(order), "as the scorecard names them, not by their characters"
    assert len({*order}) > 1
    assert {(row["class_rank"], row["grade"]) for row in rows} == {(1, "好")}  # all are alike
    texts = {"good": "全部按期完成。", "problems": "个别县排名靠后。", "demands": "请查找原因。"}
    play.act(KEEPER, bulletin, "submit", **texts)
    play.act("zhou-dc.head", bulletin, "approve")
    play.refused(ConditionNotMet, "zhou.head", bulletin, "sign")
    play.act("zhou.head", bulletin, "send_back", opinion="请列入考核结果")
    play.act(KEEPER, bulletin, "submit", **texts, results=rows)
    play.act("zhou-dc.head", bulletin, "approve")
    play.act("zhou.head", bulletin, "sign")
    text = desk.draft(KEEPER, bulletin, "bulletin").document.text
    assert all(row["unit"] in text for row in rows)
    assert text.index("三、考核结果") < text.index("四、工作要求")


def listed(play: Play, bulletin: int) -> list[dict[str, Any]]:
    """The results that stand in the form of whoever writes the bulletin of the year."""
    definition = play.catalog.newest("bulletin").definition
    with play.database.reading() as connection:
        found = tallied_for(connection, play.catalog, play.case(bulletin), play.now)
        made = drafts(connection, play.catalog, definition, found, ["results"], play.now)
    rows: list[dict[str, Any]] = made["results"]
    return rows


@variation
def test_nothing_is_frozen_while_a_figure_is_not_known_yet(round_: Round) -> None:
    round_.enter("zhou-zx.liaison", GOOD)
    to_approval(round_)
    approved(round_)
    with pytest.raises(ConditionNotMet, match="待认定"):
        round_.freeze()
    round_.enter(KEEPER, JUDGED)
    assert len(round_.freeze()) == 9


@variation
def test_nothing_is_frozen_before_every_county_is_approved(round_: Round) -> None:
    round_.enter("zhou-zx.liaison", GOOD)
    round_.enter(KEEPER, JUDGED)
    with pytest.raises(OutOfTurn):
        round_.freeze()
    with round_.play.database.reading() as connection:
        assert scores.results(connection, "rural", {YEAR}) == [], "all or none"


@variation
def test_who_is_exempt_has_a_sheet_and_no_rank(round_: Round) -> None:
    play = round_.play
    round_.enter("zhou-zx.liaison", GOOD)
    round_.enter(KEEPER, JUDGED)
    zone = "522300-YL"
    play.act("zhou-zx.head", round_.case(zone), "exempt", exempt_reason="在兴义市内一并考核")
    assert round_.sheet(zone).place is None
    assert max(one.place.rank for one in round_.sheets() if one.place) <= 8
    to_approval(round_)
    approved(round_)
    round_.freeze()
    assert "rank" not in play.case(round_.case(zone)).facts


@variation
@pytest.mark.rights
def test_nobody_types_a_result_and_only_the_keeper_enters_a_figure(round_: Round) -> None:
    play = round_.play
    to_approval(round_)
    approved(round_)
    refusal = play.refused(InvalidInput, OFFICE, round_.case(COUNTY), "announce", total=100)
    assert refusal.sentence == "“考核得分”由系统计算，不能填写"
    with pytest.raises(NotYourTurn):
        round_.enter("xingyi.head", {"grain": 99}, COUNTY)
    with pytest.raises(NotYourTurn):
        round_.enter(KEEPER, {"grain": 99}, COUNTY)
