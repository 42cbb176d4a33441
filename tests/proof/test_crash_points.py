"""The process dies at every statement, commit and sending, one after the other: nothing that was
acknowledged is lost, nothing happens twice, and the end is that of a run which never died.

After each death the same is done again, as a client retries and a worker is started anew; then
doctor looks at the database, and the books of client and provider are compared with it.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

from tests.proof import bugs
from tests.proof.conftest import Virgin
from tests.proof.crashing import Scenario
from tests.proof.further_scenarios import FURTHER
from tests.proof.scenarios import ON_POSTGRES, SCENARIOS
from tests.proof.theatre import Theatre, chosen
from workflow.engine.machine import Compiled

pytestmark = pytest.mark.crash

FURTHER_POINTS = 4
POSTGRES_POINTS = 3
"""Of some scenarios on PostgreSQL, where a copy takes long; on SQLite it dies at every point."""

Stages = Callable[[str, Scenario], Theatre]


@pytest.fixture
def stages(virgins: Virgin, compiled: dict[int, Compiled], tmp_path: Path) -> Iterator[Stages]:
    """A theatre for a scenario on a kind of database."""
    opened: list[Theatre] = []

    def stage(kind: str, scenario: Scenario) -> Theatre:
        opened.append(Theatre(scenario, virgins(kind), compiled, tmp_path))
        return opened[-1]

    yield stage
    for theatre in opened:
        theatre.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_acknowledged_is_lost_wherever_it_dies(scenario: Scenario, stages: Stages) -> None:
    points = 0
    for point, wrong in stages("sqlite", scenario).deaths(count(1)):
        assert not wrong, f"died at point {point}"
        points += 1
    assert points >= 10
    print(f"figure: crash points of {scenario.name} on sqlite = {points}")


@pytest.mark.parametrize("scenario", FURTHER, ids=lambda scenario: scenario.name)
def test_nor_is_it_in_the_rest_of_the_way(scenario: Scenario, stages: Stages) -> None:
    """At some points; `./dev soak T1` dies at all of them."""
    theatre, points = stages("sqlite", scenario), 0
    for point, wrong in theatre.deaths(chosen(theatre.names, FURTHER_POINTS)):
        assert not wrong, f"died at point {point}"
        points += 1
    assert points == FURTHER_POINTS
    print(f"figure: crash points of {scenario.name} on sqlite = {points}")


@pytest.mark.postgres
@pytest.mark.parametrize("scenario", ON_POSTGRES, ids=lambda scenario: scenario.name)
def test_nothing_is_lost_on_postgresql_either(scenario: Scenario, stages: Stages) -> None:
    theatre, points = stages("postgres", scenario), 0
    for point, wrong in theatre.deaths(chosen(theatre.names, POSTGRES_POINTS)):
        assert not wrong, f"died at point {point}"
        points += 1
    assert points == POSTGRES_POINTS
    print(f"figure: crash points of {scenario.name} on postgresql = {points}")


# Bugs: each must turn the check red

BUGS: list[tuple[str, Callable[[bugs.Patch], None]]] = [
    ("delivery", bugs.sent_before_sending),
    ("dispatch, and 提级 is proposed", bugs.outbox_aside),
    ("open and register", bugs.requests_forgotten),
    ("sweep with escalation", bugs.fired_before_the_effect),
    ("accept", bugs.history_aside),
]
NAMED: Mapping[str, Scenario] = {scenario.name: scenario for scenario in SCENARIOS}


@pytest.mark.parametrize(("name", "plant"), BUGS, ids=lambda part: getattr(part, "__name__", part))
def test_a_planted_bug_turns_the_check_red(
    name: str,
    plant: Callable[[bugs.Patch], None],
    stages: Stages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theatre = stages("sqlite", NAMED[name])
    plant(monkeypatch)
    names = theatre.live()  # it shows only when somebody dies
    committed = [n for n, name in enumerate(names, 1) if name == "after commit"]
    assert any(wrong for _, wrong in theatre.deaths(committed))
