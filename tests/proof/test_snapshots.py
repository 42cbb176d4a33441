"""Who verifies a database sees one state of it, however much people work meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from api.cli import installation
from api.context import Duban
from api.settings import Settings
from tests.proof.story import SPECIALIST, Story
from workflow.doctor import examine
from workflow.store.database import Database

pytestmark = pytest.mark.race


@contextmanager
def meanwhile(database: Database, act: Callable[[], object]) -> Iterator[None]:
    """Before the first look into histories somebody acts: cases have been read by then."""
    waiting = [act]

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "archived_history" in statement and "every_row" in statement and waiting:
            waiting.pop()()

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert not waiting, "somebody has acted"


@pytest.fixture
def acts(story: Story) -> Iterator[Callable[[], object]]:
    """What somebody does in another process."""
    case = story.open()
    other = story.elsewhere("other")
    yield lambda: other.at_once(case, SPECIALIST, "dispatch")
    other.database.dispose()


def test_doctor_finds_a_database_clean_that_is_at_work(
    story: Story, acts: Callable[[], object]
) -> None:
    with meanwhile(story.database, acts):
        report = examine(story.database, story.catalog, story.now)
    assert report.complaints == []
    assert examine(story.database, story.catalog, story.now).complaints == []


def test_a_process_begins_on_a_database_that_is_at_work(
    story: Story, acts: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more `duban serve` in the middle of a busy morning is not told of broken chains."""
    monkeypatch.setattr(installation, "check_safe", lambda _: None)  # tests turn fsync off
    duban = Duban.on(story.database, Settings(data=tmp_path), lambda: story.now)
    with meanwhile(story.database, acts):
        installation.check_sound(duban)
