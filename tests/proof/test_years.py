"""Years pass in an office: nothing due is forgotten, everything owed arrives once and by day, every
year has its reports, and doctor finds nothing.
"""

from collections.abc import Callable
from typing import Any

import pytest

from notifications import delivery
from tests.proof.story import Story
from tests.proof.years import Years
from workflow.engine.calendar import Calendar
from workflow.store.casework import cases
from workflow.store.database import Database

SEED = 20260302


def lived(story: Story, seed: int, years: int) -> tuple[Years, list[str]]:
    """So many years, and the first things that were wrong."""
    life = Years(story, seed, years)
    wrong = []
    for sentence in life.live():
        wrong.append(sentence)
        if len(wrong) > 5:
            break
    return life, wrong


def test_years_pass_and_nothing_is_forgotten(
    sqlite_database: Database, story_on: Callable[[Database], Story]
) -> None:
    life, wrong = lived(story_on(sqlite_database), SEED, 2)
    assert wrong == []
    assert life.outages
    assert life.copies
    print(f"figure: simulated years, seed {SEED} = {life.years}")
    print(f"figure: steps in them = {life.steps}")


# Bugs: each must turn the check red


def too_late_is_dropped(patch: pytest.MonkeyPatch) -> None:
    """What an outage of more than a day has missed is not made good."""
    proper = cases.due_timers

    def due_timers(connection: Any, now: Any, which: Any) -> Any:
        return [row for row in proper(connection, now, which) if (now - row["due_at"]).days < 1]

    patch.setattr(cases, "due_timers", due_timers)


def rest_days_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Every day is a working day."""
    patch.setattr(Calendar, "is_working", lambda self, day: True)


def sent_and_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What was sent is not marked the first time."""
    proper, seen = delivery._Round._mark, set()

    def mark(self: Any, connection: Any, message: Any, letter: Any, receipt: Any) -> None:
        if message.key in seen:
            proper(self, connection, message, letter, receipt)
        seen.add(message.key)

    patch.setattr(delivery._Round, "_mark", mark)


BUGS = [too_late_is_dropped, rest_days_forgotten, sent_and_forgotten]


@pytest.mark.parametrize("plant", BUGS)
def test_a_planted_bug_turns_the_check_red(
    plant: Callable[[pytest.MonkeyPatch], None],
    sqlite_database: Database,
    story_on: Callable[[Database], Story],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    _, wrong = lived(story_on(sqlite_database), SEED, 1)
    assert wrong
