"""Two at the same rows at once, on both databases: whatever the order, the rules hold, one effect
stands, and nobody reads anything but an answer or a refusal.

Each contender works on a `Database` of its own, as another process would. For each kind of race
there is a bug which, planted, turns its check red.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.proof.careless import careless, drop_foreign, drop_primary, drop_triggers, drop_unique
from tests.proof.races import (
    KINDS,
    OF_RIGHTS,
    Kind,
    both_sides,
    close_or_open_child,
    revoke_or_act,
    same_event,
    same_opening,
    same_request,
    sign_or_return,
    take_back_or_act,
    timer_or_person,
    two_bulk_opens,
    two_calendars,
    two_interviews,
    two_sweeps,
)
from tests.proof.racing import Track, is_error
from tests.proof.story import Story
from workflow import timers
from workflow.doctor import examine
from workflow.engine import signing
from workflow.store.casework import cases
from workflow.store.casework.writes import Writes
from workflow.store.offices import organisation

pytestmark = pytest.mark.race

RACES, OF_RIGHTS_EACH = 30, 100
"""Of each kind on each database; and where somebody's right to act is raced for."""


@pytest.fixture
def track(story: Story) -> Iterator[Track]:
    track = Track(story)
    yield track
    track.close()


def faults(track: Track, kind: Kind, races: int, *, errors_too: bool = True) -> list[str]:
    """What went wrong in so many races; it stops at the first fault."""
    found: list[str] = []
    track.run_so_far = 0
    while track.run_so_far < races and not found:
        scene = kind(track.story)
        outcomes = track.run(scene.contenders)
        if errors_too:
            found += [f"an error: {bad!r}" for bad in outcomes if is_error(bad)]
            if all(isinstance(one, Exception) for one in outcomes):
                found.append(f"nobody came through: {outcomes}")
        found += scene.verdict(outcomes)
        track.run_so_far += scene.count
    track.story.sweep()
    report = examine(track.story.database, track.story.catalog, track.story.now)
    return found + [str(complaint) for complaint in report.complaints]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_rules_hold_in_every_race(
    kind: Kind, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "BATCH", 3)  # so that sweeps take turns
    assert faults(track, kind, OF_RIGHTS_EACH if kind in OF_RIGHTS else RACES) == []
    dialect = track.story.database.engine.dialect.name
    print(f"figure: races {kind.__name__} on {dialect} = {track.run_so_far}")


# Without locks the database still holds the rules; the loser is refused


LOCKED = [same_event, same_request, take_back_or_act]


@pytest.mark.parametrize("kind", LOCKED, ids=lambda kind: kind.__name__)
def test_the_database_decides_where_locks_are_missing(
    kind: Kind, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(track, monkeypatch)
    assert faults(track, kind, 3) == []


def without_locks(track: Track, patch: pytest.MonkeyPatch) -> None:
    """Take the locks of both lanes away."""
    for lane in track.lanes:
        careless(lane.database, patch)


def test_the_database_decides_where_the_engine_does_not_check_signers(
    track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_blindly(track, monkeypatch)
    assert faults(track, both_sides, 3) == []


def sign_blindly(track: Track, patch: pytest.MonkeyPatch) -> None:
    """Let everybody sign whatever they have signed already."""
    proper = signing.sign

    def sign(case: Any, definition: Any, event: Any, person: int, post: Any) -> Any:
        cycle = case.cycle
        others = {s: replace(g, person=-1) for s, g in cycle.signed.items() if g.person == person}
        blind = replace(cycle, signed={**cycle.signed, **others})
        return proper(replace(case, cycle=blind), definition, event, person, post)

    patch.setattr(signing, "sign", sign)


# Bugs: each must turn its check red


def no_history_key(track: Track, patch: pytest.MonkeyPatch) -> None:
    """Locks gone, and history and timers take what comes."""
    database = track.story.database
    drop_triggers(database, "history", "timer", "cases")
    for table in ("document", "sealed_document"):
        drop_foreign(database, table, ("case_id", "seq"), to="history")
    drop_primary(database, "history", "case_id", "seq")
    drop_unique(database, "timer", "case_id", "entry", "name", "rung")
    drop_unique(database, "outbox", "key")
    without_locks(track, patch)


def answers_forgotten(track: Track, patch: pytest.MonkeyPatch) -> None:
    """Request ids are ignored."""
    patch.setattr(Writes, "answer", lambda *ignored, **too: None)


def blind_and_twice(track: Track, patch: pytest.MonkeyPatch) -> None:
    """Nobody asks who has signed, neither the engine nor the database."""
    sign_blindly(track, patch)
    drop_unique(track.story.database, "sign_off", "case_id", "cycle", "person_id", "live")


def believed_as_asked(track: Track, patch: pytest.MonkeyPatch) -> None:
    """Who acts is whoever they were when the request came in."""
    patch.setattr(organisation, "locked", lambda actor, rows: actor)


def no_report_key(track: Track, patch: pytest.MonkeyPatch) -> None:
    """A unit may report twice a year, as far as the database is concerned."""
    drop_unique(track.story.database, "cases", "workflow", "unit_id", "period")


def no_cause_key(track: Track, patch: pytest.MonkeyPatch) -> None:
    """Nobody asks which level a cause has reached, neither Python nor the database."""
    drop_unique(track.story.database, "cases", "workflow", "cause", "level")
    patch.setattr(cases, "series_top", lambda *ignored: None)


def numbers_aside(track: Track, patch: pytest.MonkeyPatch) -> None:
    """A number is taken before the transaction that uses it."""
    drop_unique(track.story.database, "cases", "number")
    without_locks(track, patch)


BUGS = [
    (same_event, no_history_key),
    (same_request, answers_forgotten),
    (same_opening, answers_forgotten),
    (both_sides, blind_and_twice),
    (close_or_open_child, no_history_key),
    (revoke_or_act, believed_as_asked),
    (sign_or_return, no_history_key),
    (take_back_or_act, no_history_key),
    (timer_or_person, no_history_key),
    (two_sweeps, no_history_key),
    (two_calendars, no_report_key),
    (two_bulk_opens, numbers_aside),
    (two_interviews, no_cause_key),
]


@pytest.mark.parametrize(
    ("kind", "plant"), BUGS, ids=lambda pair: getattr(pair, "__name__", str(pair))
)
def test_a_planted_bug_turns_the_check_red(
    kind: Kind,
    plant: Callable[[Track, pytest.MonkeyPatch], None],
    track: Track,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(track, monkeypatch)
    assert faults(track, kind, RACES, errors_too=False) != []


def test_every_kind_of_race_has_its_bug() -> None:
    assert [kind for kind, _ in BUGS] == KINDS
