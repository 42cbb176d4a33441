"""A unit moves while somebody opens a case of it: whatever the order, no case is left behind."""

from functools import partial
from time import sleep

import pytest

from tests.proof.racing import Outcome, Track, is_error
from tests.proof.story import PROBLEM, RECTIFICATION, Story
from workflow import following
from workflow.commands import Answer
from workflow.doctor import examine
from workflow.organising import Organising
from workflow.store.casework.cases import read_case
from workflow.store.offices.changes import Asked

pytestmark = pytest.mark.race

RACES = 15
STEP_SECONDS = 0.01
"""By how much later the unit moves each time, so that the case comes first now and then."""

TOWNSHIP, HOME, AWAY = "522301100", "522301", "522302"


def move(lane: Story, parent: str, delay: float = 0.0) -> Outcome:
    sleep(delay)
    units = {"unit": lane.units[TOWNSHIP], "parent": lane.units[parent]}
    return Organising(lane.database).move(Asked(lane.request(), lane.now), **units)


def open_case(lane: Story) -> Outcome:
    return lane.commands.open_case(
        workflow=RECTIFICATION,
        parties={"responsible": lane.units[TOWNSHIP]},
        facts=PROBLEM,
        actor=lane.actor("xingyi-dc.specialist"),
        request=lane.request(),
        now=lane.now,
    )


def test_no_case_is_left_behind_by_a_move(story: Story) -> None:
    track, faults, opened = Track(story), [], 0
    try:
        for number in range(RACES):
            delay = number * STEP_SECONDS
            story.pass_time(minutes=5)
            outcomes = track.run([partial(move, parent=AWAY, delay=delay), open_case])
            opened += isinstance(outcomes[1], Answer)
            faults += [f"an error: {one!r}" for one in outcomes if is_error(one)]
            following.follow_all(story.database, story.catalog, story.now)
            faults += left_behind(story, outcomes[1])
            move(story, HOME)
            following.follow_all(story.database, story.catalog, story.now)
    finally:
        track.close()
    faults += map(str, examine(story.database, story.catalog, story.now).complaints)
    assert faults == []
    assert opened, "or nothing could be left behind"
    dialect = story.database.engine.dialect.name
    print(f"figure: races move_or_open on {dialect} = {RACES}")


def left_behind(story: Story, opened: Outcome) -> list[str]:
    """What is wrong if the case that was opened is not supervised where its unit lies now."""
    case_id = getattr(opened, "case", None)
    if case_id is None:
        return []  # refused: it came too late
    with story.database.reading() as connection:
        supervisor = read_case(connection, case_id)[0].parties["supervisor"].unit
    return [] if supervisor == story.units["522302-DC"] else [f"case {case_id} was left behind"]
