"""办法第十九条: “防止出现频繁报送数据材料、过度留痕等问题”. 减负: a unit is asked so often a week
and no more, unless somebody says why under their own name.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.definitions.mistakes import SHIPPED, changed
from tests.engine.definitions import at
from tests.journeys import test_annual_report as annual_report
from tests.journeys.play import TOWNSHIP, Play, a_story
from tests.journeys.problems import FINDER, PLAN
from tests.prefecture import NOW
from workflow.engine.burden import OverBudget
from workflow.store.database import Database
from workflow.store.outgoing import burden

pytestmark = pytest.mark.journey

SPECIALIST = "xingyi-dc.specialist"
REASON = "汛期隐患，等不到下周"


@pytest.fixture
def narrow(play: Play, tmp_path: Path) -> Play:
    """A prefecture that asks a township for two things a week, and a county to fill in three."""
    for name, text in SHIPPED.items():
        if name == "rectification.yaml":
            text = changed(text, ("township: 30", "township: 2"), ("county: 600", "county: 3"))
        (tmp_path / name).write_text(text, encoding="utf-8")
    play.catalog.publish(tmp_path, play.now)
    return play


def handed_over(play: Play, **facts: str) -> int:
    case = play.open(SPECIALIST, parties={"responsible": TOWNSHIP})
    play.act(SPECIALIST, case, "dispatch", **facts)
    return case


def test_beyond_its_budget_a_unit_is_asked_only_with_a_reason_and_a_name(narrow: Play) -> None:
    for _ in range(2):
        handed_over(narrow)
    third = narrow.open(SPECIALIST, parties={"responsible": TOWNSHIP})
    refused = narrow.refused(OverBudget, SPECIALIST, third, "dispatch")
    assert "已经要这个单位办 2 件" in refused.sentence
    assert "兴义市督查局 2 件" in refused.sentence
    assert "每周的预算是 2 件" in refused.sentence
    assert "超预算理由" in refused.sentence
    assert narrow.act(SPECIALIST, third, "dispatch", over_budget=REASON) == "assigned"
    with narrow.database.reading() as connection:
        unit = narrow.unit(TOWNSHIP)
        whose = burden.of_people(unit, burden.people_of(connection, unit, narrow.now))
        reasons = {("rectification", "dispatch"): "over_budget"}
        (kept,) = burden.beyond(connection, NOW, whose, reasons)
    assert (kept.reason, kept.person) == (REASON, narrow.person(SPECIALIST))
    assert narrow.doctor().clean


def test_the_week_begins_anew_on_monday(narrow: Play) -> None:
    for _ in range(2):
        handed_over(narrow)
    narrow.until("2026-03-09")
    assert narrow.state(handed_over(narrow)) == "assigned"


def test_fields_that_were_filled_in_are_counted_of_all_work(narrow: Play) -> None:
    """填表: a table counts its cells; whoever asks more says why."""
    case = narrow.open(FINDER)
    narrow.act(FINDER, case, "dispatch")
    narrow.act("xingyi.liaison", case, "accept")
    narrow.act("xingyi.liaison", case, "submit_plan", **PLAN)
    second = narrow.open(FINDER, description="安全饮水没有保障到户")
    refused = narrow.refused(OverBudget, FINDER, second, "dispatch")
    assert "本周这个单位已经填写 4 项（问题整改 4 项），每周的预算是 3 项" in refused.sentence
    assert narrow.act(FINDER, second, "dispatch", over_budget=REASON) == "assigned"
    assert narrow.doctor().clean


def test_a_second_visit_in_one_week_takes_a_reason(play: Play) -> None:
    """督查检查频次过高: the week of the visit counts, and nobody is told who may not be."""
    plan: dict[str, Any] = {"authority": "2026 年度督查计划", "origin": "年度计划", "mode": "暗访"}
    first, second, later = (
        play.open(
            FINDER,
            "inspection",
            parties={"inspected": TOWNSHIP},
            subject="饮水安全",
            visit_on=day,
            **plan,
        )
        for day in ("2026-06-10", "2026-06-12", "2026-06-17")
    )
    refused = play.refused(OverBudget, "zhou-dc.head", first, "approve")
    assert "到场的那一周已经安排去这个单位 1 次（州督查局 1 次）" in refused.sentence
    assert play.act("zhou-dc.head", later, "approve") == "approved"
    assert play.act("zhou-dc.head", second, "approve", over_budget=REASON) == "approved"
    unit, reasons = play.unit(TOWNSHIP), {("inspection", "approve"): "over_budget"}
    with play.database.reading() as connection:
        for who, told in (("zhou-dc.specialist2", [REASON]), ("jingnan.liaison", [])):
            found = burden.beyond_visits(connection, NOW, unit, play.actor(who), reasons)
            assert [one.reason for one in found] == told, who


def test_a_report_is_asked_for_again_and_again_only_with_a_reason(database: Database) -> None:
    """第二十条, and “同样的材料不能反复要”: what the unit does itself does not count."""
    with a_story(database, at("2026-10-14 18:00")) as play:
        play.until("2026-10-15 09:30")
        case = annual_report.of_county(play)
        annual_report.submitted(play, case)
        desk, corrections = "zhou-bg.officer", {"corrections": "请补充考核数据"}
        play.act(desk, case, "receive")
        assert play.act(desk, case, "return", **corrections) == "returned"
        play.act("xingyi.officer", case, "resubmit")
        refused = play.refused(OverBudget, desk, case, "return", **corrections)
        assert "本周已经要这个单位报告 2 份" in refused.sentence
        assert "系统自动发起 1 份" in refused.sentence
        assert "每周的预算是 2 份" in refused.sentence
        why = {"over_budget": "数据与统计口径不一，今日须上会"}
        assert play.act(desk, case, "return", **corrections, **why) == "returned"
