"""T2: die at every write of SQLite's in every scenario, and have the disk refuse every one."""

from functools import partial
from itertools import count

from tests.proof.disk_faults import FAULTS, DyingAtDisk, Failing, lives_through
from tests.proof.further_scenarios import FURTHER
from tests.proof.scenarios import SCENARIOS
from tests.proof.theatre import Theatre
from tests.soak.grounds import Grounds
from workflow.engine.machine import Compiled


def run(grounds: Grounds) -> None:
    """All scenarios, as far as the time goes; the disk is SQLite's, PostgreSQL has its own."""
    compiled: dict[int, Compiled] = {}
    scenarios = deaths = failures = 0
    virgin = grounds.virgin("sqlite")
    for scenario in (*SCENARIOS, *FURTHER)[: grounds.rounds]:
        if grounds.is_over:
            break
        theatre = Theatre(scenario, virgin, compiled, grounds.folder(), DyingAtDisk)
        for point, wrong in theatre.deaths(count(1)):
            deaths += 1
            grounds.found.complain(f"{scenario.name}, dead at {point}", wrong)
        for error, lasting in FAULTS:
            theatre.place.points = partial(Failing, error=error, lasting=lasting)
            every = range(1, len(theatre.names) + 1)
            for point, wrong in theatre.stumbles(every, lives_through(scenario.act)):
                failures += 1
                where = f"{scenario.name}, error {error} {'from' if lasting else 'at'} {point}"
                grounds.found.complain(where, wrong)
        theatre.close()
        scenarios += 1
        print(f"figure: disk points up to {scenario.name} = {deaths} + {failures}", flush=True)
    grounds.found.note("scenarios", scenarios)
    grounds.found.count("deaths before or half-way through a write, before a sync", deaths)
    grounds.found.note("failures of the disk, once and from there on", failures)
