"""From which limit on something comes on 25 December or later, where a notice may still move it."""

import pytest

from tests.engine.definitions import CALENDAR, at, define
from workflow.engine.deadlines import earliest_reaching
from workflow.engine.sight import due_day

EDGE = at("2026-12-25 00:00")
STATES = """
states:
  start:
    title: 开始
    turn: worker
    limit: 10 working days
    {ladder}
    events: {{ go: {{ title: 办结, by: worker.clerk, to: ended }} }}
  ended: {{ title: 办结, final: true }}
"""
LADDER = """
ladders:
  ladder:
    - {{ at: due - 3 working days, tell: turn.clerk }}
    - {{ at: {last}, tell: turn.head }}
"""


@pytest.mark.parametrize(
    ("last", "day"),
    [
        ("due + 10 working days", "2026-12-11"),  # from Friday to Friday, the 25th
        ("due + 5 days", "2026-12-20"),
        ("due + 1 working day", "2026-12-24"),
        ("due - 1 working day", "2026-12-24"),
    ],
)
def test_a_ladder_reaches_as_far_as_its_last_rung(last: str, day: str) -> None:
    text = LADDER.format(last=last) + STATES.format(ladder="ladder: ladder")
    found = earliest_reaching(define(text), "start", CALENDAR, EDGE)
    assert due_day(found).isoformat() == day


def test_without_a_ladder_only_the_limit_itself_reaches() -> None:
    definition = define(STATES.format(ladder=""))
    assert earliest_reaching(definition, "start", CALENDAR, EDGE) == EDGE
