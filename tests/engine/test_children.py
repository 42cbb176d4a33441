"""The cases that a case opens: with what, how many at once, and how often."""

from tests.engine.definitions import CLERK, KEEPER, WORLD, Walk
from tests.engine.small_workflows import MOVING
from workflow.engine.case import World
from workflow.engine.errors import ConditionNotMet


def open_extension(count: int) -> World:
    return World(WORLD.calendar, open_children={"extension": count})


def test_a_child_is_opened_with_what_it_needs_one_at_a_time_and_so_often() -> None:
    walk = Walk(MOVING)
    (opening,) = walk.fire("extend", CLERK, note="下雨").openings
    assert (opening.child, opening.workflow, opening.facts) == (
        "extension",
        "extension",
        {"why": "下雨"},
    )
    walk.refused(ConditionNotMet, "extend", CLERK, note="又下雨", world=open_extension(1))
    walk.fire("extend", CLERK, note="又下雨", world=open_extension(0))
    refusal = walk.refused(ConditionNotMet, "extend", CLERK, note="还下雨")
    assert refusal.sentence == "至多 2 次，已用完"


def test_one_child_is_opened_for_each_row() -> None:
    rows = [{"name": "甲"}, {"name": "乙"}]
    openings = Walk(MOVING).fire("split", CLERK, rows=rows).openings
    assert [opening.facts for opening in openings] == [
        {"name": "甲", "day": "2026-03-02"},
        {"name": "乙", "day": "2026-03-02"},
    ]


def test_a_rule_proposes_once_a_cycle() -> None:
    walk = Walk(MOVING)
    opened = [len(walk.fire("return", KEEPER).openings) for _ in range(4)]
    assert opened == [0, 1, 0, 0]
