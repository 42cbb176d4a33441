"""意见 三（二）: “双销号”. 回头看 on a problem: when it begins, and what it finds.

Of the cases worth having: a re-opened case keeps the figures of its first cycle.
"""

from itertools import pairwise

import pytest
from sqlalchemy import select

from tests.engine.definitions import at
from tests.journeys.play import Play, variation
from tests.journeys.problems import PLAN, closed, first_review, publicity
from workflow.engine.errors import DutiesNotSeparate, InvalidInput
from workflow.store.lists.boards import What, count_by_span
from workflow.store.lists.queries import Filter, list_cases
from workflow.store.lists.reconciliation import KINDS
from workflow.store.tables.handles import SIGN_OFF

pytestmark = pytest.mark.journey


@variation
def test_a_grave_problem_is_looked_back_on_after_six_months(play: Play) -> None:
    case = closed(play, grade="重大")
    assert play.due(case) == "2026-09-02"
    assert play.due_words(case) == "6 个月，自 3月2日次日起，至 9月2日"


def test_a_rebound_begins_a_second_cycle_and_freezes_the_first(play: Play) -> None:
    case = closed(play)
    play.until("2026-06-10")
    assert play.state(case) == "lookback"
    again = {"lookback_record": "路灯再次大面积不亮", "due": "2026-08-31"}
    play.act("zhou-dc.inspector1", case, "rebound", **again)
    assert play.act("zhou-dc.inspector2", case, "rebound") == "assigned"
    case_now = play.case(case)
    cycle = case_now.cycle
    assert (cycle.number, cycle.counts, case_now.marks) == (2, {}, ("rebounded",))
    assert case_now.facts["description"] == "村道路灯损坏，三个月无人修复"
    assert not {"goal", "measures", "result"} & case_now.facts.keys()
    assert play.signatures(case) == [  # what was closed in the first cycle was closed
        (1, "first", "zhou-zx.head", True),
        (1, "second", "zhou-dc.head", True),
    ]
    assert play.case(play.child(case, "escalation")).facts["reason"] == "回头看反弹"
    play.act("xingyi.liaison", case, "accept")
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    play.act("zhou-dc.specialist2", case, "approve_plan")
    assert play.due(case) == "2026-08-31"
    publicity(play, case)
    assert play.act("zhou-dc.head", case, "sign_second") == "closed"
    assert [signed[:3] for signed in play.signatures(case)] == [
        (1, "first", "zhou-zx.head"),
        (1, "second", "zhou-dc.head"),
        (2, "first", "zhou-zx.head"),
        (2, "second", "zhou-dc.head"),
    ]


def test_a_rebound_changes_nothing_of_the_months_before(play: Play) -> None:
    """What was opened, signed off and counted in a month stays counted there."""
    case = closed(play)
    play.until("2026-06-10")
    before = months(play)
    assert before["opened"] == [1, 0, 0, 0]
    assert sum(before["signed"]) == 2
    again = {"lookback_record": "路灯再次大面积不亮", "due": "2026-08-31"}
    play.act("zhou-dc.inspector1", case, "rebound", **again)
    assert play.act("zhou-dc.inspector2", case, "rebound") == "assigned"
    assert months(play) == before


@variation
def test_signatures_of_the_cycle_before_do_not_make_the_ledgers_agree(play: Play) -> None:
    case = closed(play)
    play.until("2026-06-10")
    assert one_sided(play) == []
    again = {"lookback_record": "路灯再次大面积不亮", "due": "2026-08-31"}
    for inspector in ("zhou-dc.inspector1", "zhou-dc.inspector2"):
        play.act(inspector, case, "rebound", **again)
    assert one_sided(play) == []
    play.act("xingyi.liaison", case, "accept")
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    play.act("zhou-dc.specialist2", case, "approve_plan")
    first_review(play, case)
    play.act("zhou-zx.head", case, "sign_first")
    assert one_sided(play) == [case]


def one_sided(play: Play) -> list[int]:
    """The cases that the reconciliation shows with a stamp on one ledger only."""
    definition = play.catalog.newest("rectification").definition
    half = KINDS["one_sided"].condition(definition, play.now)
    narrowed, reader = Filter(workflows=("rectification",)), play.actor("zhou-dc.head")
    with play.database.reading() as connection:
        found = list_cases(connection, reader, narrowed, also=half)
    return [row["id"] for row in found.rows]


def months(play: Play) -> dict[str, list[int]]:
    """March to June as the boards count them, and the signatures given in each."""
    bounds = [at(f"2026-0{month}-01 00:00") for month in range(3, 8)]
    reader, narrowed = play.actor("zhou-dc.head"), Filter(workflows=("rectification",))
    found: dict[str, list[int]] = {}
    with play.database.reading() as connection:
        kinds: tuple[What, ...] = ("opened", "closed")
        for what in kinds:
            found[what] = count_by_span(connection, reader, narrowed, what, bounds)
        signed = connection.execute(select(SIGN_OFF.c.at)).scalars().all()
    found["signed"] = [sum(a <= one < b for one in signed) for a, b in pairwise(bounds)]
    return found


@variation
def test_one_inspector_alone_neither_clears_nor_condemns(play: Play) -> None:
    case = closed(play)
    play.until("2026-06-10")
    play.act("zhou-dc.inspector1", case, "lasting", lookback_record="未见反弹，亮灯正常")
    play.refused(DutiesNotSeparate, "zhou-dc.inspector1", case, "lasting")
    falsified = {"lookback_record": "现场与照片不符", "due": "2026-08-31"}
    play.act("zhou-dc.inspector1", case, "falsified", **falsified)
    assert play.act("zhou-dc.inspector2", case, "falsified") == "assigned"
    assert play.marks(case) == ("falsified",)
    assert play.case(play.child(case, "escalation")).facts["reason"] == "回头看发现虚假整改"
    assert {"xingyi.head", "zhou-dc.head"} <= {told.who for told in play.told(case)}


@variation
def test_without_a_look_back_the_head_archives_with_a_reason(play: Play) -> None:
    case = closed(play)
    play.refused(InvalidInput, "zhou-dc.head", case, "archive")
    assert play.act("zhou-dc.head", case, "archive", reason="一次性事项，无需回头看") == "archived"
