"""Cases opened and walked for tests of pages, straight through the commands."""

from datetime import timedelta
from typing import Any

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import FACTS, STEPS
from tests.api.pages.conftest import new_request
from tests.prefecture import Prefecture

SPECIALIST = "zhou-dc.specialist1"


def open_case(duban: Duban, unit: str = "522301", **facts: Any) -> int:
    """A problem in the ledger of the prefecture's supervising body; its case's id."""
    place = Prefecture(duban.database)
    answer = duban.commands.open_case(
        workflow="rectification",
        parties={"responsible": place.unit(unit)},
        facts=FACTS | facts,
        actor=place.actor(SPECIALIST),
        request=new_request(),
        now=duban.clock(),
    )
    return answer.case


def walk_to(duban: Duban, state: str, clock: SimulatedClock, **facts: Any) -> int:
    """A new case in a state of STEPS; its id."""
    case = open_case(duban, **facts)
    place = Prefecture(duban.database)
    for before, who, event, given in STEPS:
        if before == state:
            break
        clock.advance_to(clock() + timedelta(hours=1))
        duban.commands.fire(
            case_id=case,
            event=event,
            actor=place.actor(who),
            request=new_request(),
            now=clock(),
            facts=given,
        )
    return case
