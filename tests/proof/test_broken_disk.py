"""The process dies at a write of SQLite's, with a page torn in two or a log not yet synced, or the
disk refuses one: nothing that was acknowledged is lost, and nothing is left half-done.

Some points of some scenarios; `./dev soak T2` takes all of them.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.proof import bugs
from tests.proof.conftest import Virgin
from tests.proof.crashing import Scenario
from tests.proof.disk_faults import FAULTS, DyingAtDisk, Failing, lives_through
from tests.proof.scenarios import SCENARIOS
from tests.proof.theatre import Theatre
from workflow.engine.machine import Compiled
from workflow.store import database as database_module

pytestmark = pytest.mark.crash

DISPATCH, ACCEPT, SWEEP = SCENARIOS[1], SCENARIOS[2], SCENARIOS[6]
DEATHS, FAILURES = 10, 1
SEED = 20260302

Build = Callable[[Scenario], Theatre]


@pytest.fixture(scope="module")
def build(
    virgins: Virgin, compiled: dict[int, Compiled], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Build]:
    """A theatre for a scenario whose processes may die at the disk."""
    opened: list[Theatre] = []

    def build(scenario: Scenario) -> Theatre:
        folder = tmp_path_factory.mktemp("disk")
        opened.append(Theatre(scenario, virgins("sqlite"), compiled, folder, DyingAtDisk))
        return opened[-1]

    yield build
    for theatre in opened:
        theatre.close()


@pytest.fixture(scope="module", params=[DISPATCH, ACCEPT, SWEEP], ids=lambda one: one.name)
def theatre(request: pytest.FixtureRequest, build: Build) -> Theatre:
    """One for each of some scenarios."""
    return build(request.param)


def at_syncs(theatre: Theatre) -> set[int]:
    """The last point before anything lasts, and the first after it."""
    syncs = {n for n, name in enumerate(theatre.names, 1) if name == "sync"}
    return syncs | {n + 1 for n in syncs if n < len(theatre.names)}


def some(theatre: Theatre, most: int) -> list[int]:
    """Points by chance, and those at the syncs."""
    every = range(1, len(theatre.names) + 1)
    others = random.Random(f"{SEED} {theatre.scenario.name}").sample(every, most)
    return sorted({*others, *at_syncs(theatre)})


def test_whoever_dies_while_writing_loses_nothing(theatre: Theatre) -> None:
    theatre.place.points, points = DyingAtDisk, 0
    for point, wrong in theatre.deaths(some(theatre, DEATHS)):
        assert not wrong, f"died at point {point}, {theatre.names[point - 1]}"
        points += 1
    assert points >= DEATHS
    print(f"figure: deaths at the disk in {theatre.scenario.name}, seed {SEED} = {points}")


def test_a_disk_that_says_no_leaves_nothing_half_done(theatre: Theatre) -> None:
    """And the process goes on without a restart once the disk is well."""
    points = 0
    for error, lasting in FAULTS:
        theatre.place.points = partial(Failing, error=error, lasting=lasting)
        act = lives_through(theatre.scenario.act)
        for point, wrong in theatre.stumbles(some(theatre, FAILURES), act):
            assert not wrong, f"failed at point {point}, {theatre.names[point - 1]}"
            points += 1
    assert points >= FAILURES * len(FAULTS)
    print(f"figure: failures of the disk in {theatre.scenario.name}, seed {SEED} = {points}")


# Bugs: each must turn the check red


def journal_in_memory(patch: bugs.Patch) -> None:
    """What undoes a transaction dies with the process."""
    proper = database_module._prepare_sqlite

    def prepare(connection: Any, record: object) -> None:
        proper(connection, record)
        connection.execute("PRAGMA journal_mode=MEMORY")

    patch.setattr(database_module, "_prepare_sqlite", prepare)


@pytest.mark.parametrize("plant", [bugs.history_aside, bugs.outbox_aside, journal_in_memory])
def test_a_planted_bug_shows_when_somebody_dies(
    plant: Callable[[bugs.Patch], None], build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    theatre = build(DISPATCH)
    assert any(wrong for _, wrong in theatre.deaths(some(theatre, DEATHS)))


def test_a_planted_bug_shows_when_the_disk_says_no(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    bugs.outbox_aside(monkeypatch)
    theatre = build(DISPATCH)
    theatre.place.points = Failing
    act = lives_through(DISPATCH.act)
    assert any(wrong for _, wrong in theatre.stumbles(some(theatre, FAILURES), act))
