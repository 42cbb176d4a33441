"""T1: die at every statement of every scenario on both databases, and at two points of one run."""

from itertools import count

from tests.proof.further_scenarios import FURTHER
from tests.proof.scenarios import SCENARIOS
from tests.proof.theatre import Theatre
from tests.soak.grounds import NAMES, Grounds
from workflow.engine.machine import Compiled

PAIRS = 40
"""Of each scenario on each database: deaths in the recovery from a death."""


def run(grounds: Grounds) -> None:
    """All scenarios, as far as the time goes."""
    compiled: dict[int, Compiled] = {}
    points = pairs = scenarios = 0
    for number, kind in enumerate(grounds.kinds):
        on_kind, limit = 0, grounds.left_after(number)
        for scenario in (*SCENARIOS, *FURTHER)[: grounds.rounds]:
            if grounds.left <= limit:
                break
            theatre = Theatre(scenario, grounds.virgin(kind), compiled, grounds.folder())
            found = _every_point(grounds, theatre, kind)
            pairs += _pairs(grounds, theatre, kind)
            theatre.close()
            print(f"figure: crash points of {scenario.name} on {kind} = {found}", flush=True)
            points, on_kind, scenarios = points + found, on_kind + found, scenarios + 1
        grounds.found.count(f"crash points on {NAMES[kind]}", on_kind)
    grounds.found.note("scenarios, both databases counted", scenarios)
    grounds.found.note("crash points", points)
    grounds.found.note("crashes during the recovery from a crash", pairs)


def _every_point(grounds: Grounds, theatre: Theatre, kind: str) -> int:
    found = 0
    for point, wrong in theatre.deaths(count(1)):
        found += 1
        grounds.found.complain(f"{theatre.scenario.name} on {kind} at {point}", wrong)
    return found


def _pairs(grounds: Grounds, theatre: Theatre, kind: str) -> int:
    chance, points = grounds.chance(theatre.scenario.name, kind), range(1, len(theatre.names) + 1)
    pairs = 0
    while pairs < PAIRS and not grounds.is_over:
        first, second = chance.choice(points), chance.choice(points)
        wrong = theatre.dies_twice(first, second)
        where = f"{theatre.scenario.name} on {kind} at {first}, then at {second}"
        grounds.found.complain(where, wrong)
        pairs += 1
    return pairs
