"""`duban run --demo`: a newcomer finds the sample prefecture at work, up to the present day, in an
installation that is sound and goes on from there.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.cli.first_run import Prepared, prepare, show_passwords, waiting_for
from api.clock import SimulatedClock
from api.demo.stage import SAMPLE
from api.demo.story import read_story
from api.demo.until_now import NoRoomToPlay, play_until
from api.settings import Settings
from workflow.doctor import examine
from workflow.store.offices.administrators import list_administrators
from workflow.store.tables.handles import CASE, HISTORY, OUTBOX

pytestmark = pytest.mark.journey

TODAY = datetime(2026, 2, 13, 3, tzinfo=UTC)
STORY = read_story(SAMPLE / "story.yaml")


def at(folder: Path) -> Settings:
    return Settings(data=folder, database_url=f"sqlite:///{folder / 'duban.db'}")


def nobody_watches(_: datetime) -> None:
    """Months pass unseen."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """An installation that was played until today and then started."""
    settings = at(tmp_path_factory.mktemp("played"))
    play_until(TODAY, settings, STORY, nobody_watches)
    prepared = prepare(settings, reset=True, clock=SimulatedClock(TODAY))
    yield prepared
    prepared.close()


def test_there_is_something_to_see_and_somebody_to_see_it(opened: Prepared) -> None:
    with opened.duban.database.reading() as connection:
        cases = connection.execute(select(func.count()).select_from(CASE)).scalar_one()
        sent = select(func.count()).where(OUTBOX.c.status == "sent")
        messages = connection.execute(sent).scalar_one()
    assert cases >= 20
    assert messages > 0
    assert "xingyi.head" in opened.passwords
    with opened.duban.database.reading() as connection:
        roles = {one["username"]: one["role"] for one in list_administrators(connection)}
    assert set(roles.values()) == {"system", "security", "audit"}, "their pages can be seen too"
    assert roles.keys() <= opened.passwords.keys()


def test_whoever_signs_in_as_the_first_who_is_named_finds_something_to_do(
    opened: Prepared, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = waiting_for(opened.duban, opened.passwords)
    assert set(waiting) == set(opened.passwords)
    assert next(iter(waiting.values())) > 0
    show_passwords(opened)
    printed = capsys.readouterr().out
    assert printed.index(next(iter(waiting))) == min(map(printed.index, opened.passwords))
    assert all(password in printed for password in opened.passwords.values())


def test_what_happened_lately_waits_where_the_story_left_it(opened: Prepared) -> None:
    """Both sign-offs among it: what the system is for is seen at once."""
    headlines = {one.facts["description"]: one.waits for one in STORY.lately}
    with opened.duban.database.reading() as connection:
        query = select(CASE.c.headline, CASE.c.state).where(CASE.c.headline.in_(headlines))
        found = dict(tuple(row) for row in connection.execute(query))
    assert found == headlines
    assert {"first_review", "second_review"} <= {*found.values()}


def test_nothing_lies_in_the_future(opened: Prepared) -> None:
    with opened.duban.database.reading() as connection:
        last = connection.execute(select(func.max(HISTORY.c.at))).scalar_one()
    assert last < TODAY


def test_it_is_sound(opened: Prepared) -> None:
    assert examine(opened.duban.database, opened.duban.catalog, TODAY).clean


def test_nothing_is_played_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "duban.db").write_bytes(b"somebody's")
    with pytest.raises(NoRoomToPlay, match="已经有数据"):
        play_until(TODAY, at(tmp_path), STORY, nobody_watches)
    assert (tmp_path / "duban.db").read_bytes() == b"somebody's"


def test_a_play_that_is_broken_off_leaves_no_installation(tmp_path: Path) -> None:
    def broken_off(_: datetime) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play_until(TODAY, at(tmp_path), STORY, broken_off)
    assert not (tmp_path / "duban.db").exists()
    play_until(datetime(2026, 1, 2, tzinfo=UTC), at(tmp_path), STORY, nobody_watches)
    assert (tmp_path / "duban.db").exists()
