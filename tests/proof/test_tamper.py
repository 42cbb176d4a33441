"""Whoever has the database and its superuser's rights changes a row, takes one away or adds one:
doctor finds it, or the root that was exported before does.

Triggers and foreign keys are out of the way, as they would be for somebody who means it. Each
trial is undone by its transaction's rollback.
"""

import random
from collections import Counter
from collections.abc import Callable
from typing import cast

import pytest

from tests.proof.intruder import Held, Intruder, leave_unguarded
from tests.proof.story import Story
from tests.proof.tampering import BY_DOCTOR, BY_ROOT, CHANGES, EDITS, Deed, change, edit
from workflow.doctor import Report, examine
from workflow.store.database import Database

pytestmark = pytest.mark.tamper

TRIALS = 50
"""On each database."""

After = Callable[[Deed, random.Random], Report]


@pytest.fixture(scope="module")
def before(open_house: Story) -> Report:
    """What doctor says before any deed: on SQLite that the guards are gone, and nothing else."""
    report = examine(open_house.database, open_house.catalog, open_house.now)
    assert [one for one in report.complaints if not one.sentence.endswith("已被去掉")] == []
    return report


@pytest.fixture(scope="module")
def after(open_house: Story, before: Report) -> After:
    """What doctor says of a deed, and did not say before; the deed is then undone."""

    def says(deed: Deed, chance: random.Random) -> Report:
        with open_house.database.reading() as connection:
            leave_unguarded(connection)
            deed(Intruder(connection, chance))
            held = cast(Database, Held(connection))
            report = examine(held, open_house.catalog, open_house.now)
            connection.rollback()
        report.complaints = [one for one in report.complaints if one not in before.complaints]
        return report

    return says


@pytest.mark.parametrize("deed", BY_DOCTOR, ids=lambda deed: deed.__name__)
def test_doctor_finds(deed: Deed, after: After) -> None:
    assert not after(deed, random.Random(2)).clean


@pytest.mark.parametrize("column", sorted(EDITS))
def test_doctor_finds_an_edit_in_any_column_of_history(column: str, after: After) -> None:
    assert not after(lambda who: edit(who, column), random.Random(1)).clean


@pytest.mark.parametrize("what", CHANGES)
def test_doctor_finds_any_change_to_a_case(what: str, after: After) -> None:
    assert not after(lambda who: change(who, what), random.Random(1)).clean


@pytest.mark.parametrize("deed", BY_ROOT, ids=lambda deed: deed.__name__)
def test_an_exported_root_finds_what_left_no_trace(
    deed: Deed, before: Report, after: After
) -> None:
    assert after(deed, random.Random(1)).root != before.root


def test_all_of_many_random_deeds_are_found(
    open_house: Story, before: Report, after: After, seed: int
) -> None:
    chance = random.Random(seed)
    unseen: Counter[str] = Counter()
    for _ in range(TRIALS):
        deed = chance.choice(BY_DOCTOR + BY_ROOT)
        report = after(deed, chance)
        if report.clean and report.root == before.root:
            unseen[deed.__name__] += 1
    assert not unseen
    dialect = open_house.database.engine.dialect.name
    print(f"figure: random tamperings found on {dialect} = {TRIALS}")
