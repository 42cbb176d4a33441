"""A story played up to the present into a new installation, so that a newcomer finds a prefecture
at work: ledgers with rows in them, limits that run out this week, messages that were sent.

Its messages stay in the local mailbox. It is played in a file beside the installation's, which
takes its place when all is written: a play that is broken off leaves nothing behind.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from api.clock import SimulatedClock
from api.demo.diary import instant_of
from api.demo.play import Play
from api.demo.played import Played
from api.demo.stage import SAMPLE, Stage, do_without_syncing, furnish
from api.demo.story import Story
from api.settings import Settings
from notifications.ways import open_ways
from workflow.engine.errors import DubanError
from workflow.store.database import Database

_FILE = "sqlite:///"


class NoRoomToPlay(DubanError):
    """The story cannot be played here; the text is Chinese and says why."""


def play_until(
    now: datetime, settings: Settings, story: Story, watch: Callable[[datetime], None]
) -> Played:
    """Fill the SQLite file of the settings with the story up to `now`; raises NoRoomToPlay.

    `watch` is told of every instant.
    """
    file = _free_file(settings)
    if now <= (begins := instant_of(story.begins)):
        raise NoRoomToPlay(f"示例故事从 {story.begins} 开始，还没有到")
    being_played = file.with_name(f"{file.name}.playing")
    being_played.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = f"{_FILE}{being_played}"
    played = _play(replace(settings, database_url=url, checkpoints=None), story, begins, now, watch)
    being_played.rename(file)
    return played


def _free_file(settings: Settings) -> Path:
    if not settings.database_url.startswith(_FILE):
        raise NoRoomToPlay("示例故事只演在内置的 SQLite 数据库里，请去掉 DATABASE_URL")
    file = Path(settings.database_url.removeprefix(_FILE))
    if file.exists():
        raise NoRoomToPlay(f"{file} 里已经有数据；另选一个文件夹：DUBAN_DATA=文件夹")
    return file


def _play(
    settings: Settings,
    story: Story,
    begins: datetime,
    now: datetime,
    watch: Callable[[datetime], None],
) -> Played:
    clock = SimulatedClock(begins)
    database = Database(settings.database_url, settings.chain)
    do_without_syncing(database)
    try:
        duban = furnish(database, settings, clock)
        stage = Stage(duban, clock, open_ways(database, clock))
        return Play(stage, story, SAMPLE, until=now).run(watch)
    finally:
        database.dispose()
