"""Real processes die under clients that retry: nothing acknowledged is lost, nothing is done twice.

A few kills; `./dev soak T3` does a thousand, and kills PostgreSQL as well.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.kills import BUGS
from tests.soak.nursery import Nursery
from tests.soak.siege import Siege

pytestmark = pytest.mark.crash

KILLS, SEED, PATIENCE_SECONDS = 4, 20260302, 120


@pytest.fixture(scope="module")
def nursery(sqlite_template: Path) -> Iterator[Nursery]:
    """Bears processes."""
    made = Nursery(f"sqlite:///{sqlite_template}")
    yield made
    made.close()


def besieged(
    nursery: Nursery, template: Path, folder: Path, bug: str = ""
) -> tuple[Siege, list[str]]:
    """A siege of so many kills, and what was wrong in the end."""
    copy = folder / "duban.db"
    copy.write_bytes(template.read_bytes())
    with Siege(nursery, f"sqlite:///{copy}", folder, SEED, bug=bug, clients=3) as siege:
        siege.rage(KILLS, PATIENCE_SECONDS)
        return siege, siege.end()


def test_nothing_is_lost_or_done_twice(
    nursery: Nursery, sqlite_template: Path, tmp_path: Path
) -> None:
    siege, wrong = besieged(nursery, sqlite_template, tmp_path)
    assert wrong == []
    assert siege.toll.total
    assert siege.book.acknowledged
    print(f"figure: kills under load, seed {SEED} = {siege.toll.total}")
    print(f"figure: requests acknowledged under them = {len(siege.book.acknowledged)}")


def test_a_planted_bug_turns_the_check_red(
    nursery: Nursery, sqlite_template: Path, tmp_path: Path
) -> None:
    """Those that `./dev soak T3` plants before it begins. A few kills may all miss the moment in
    which a bug shows, so one after the other is planted until one is seen.
    """
    assert any(_is_seen(bug, nursery, sqlite_template, tmp_path / bug) for bug in reversed(BUGS))


def _is_seen(bug: str, nursery: Nursery, template: Path, folder: Path) -> bool:
    folder.mkdir()
    return bool(besieged(nursery, template, folder, bug)[1])
