"""The installation that a verb works on, by the settings in the environment."""

import os
from contextlib import suppress
from itertools import islice
from pathlib import Path

from api.cli.saying import CommandFailed
from api.context import Duban, build
from api.settings import Settings
from workflow.doctor.glance import glance
from workflow.store.safety import check_safe


def settings() -> Settings:
    """The settings; a bad one is refused with a sentence."""
    return Settings.read(os.environ)


def open_installation(chosen: Settings) -> Duban:
    """The installation, its schema checked; raises CommandFailed where there is none yet.

    Opening a SQLite file that does not exist would make an empty one. One that others may read is
    closed to them: it was made before that was seen to.
    """
    file = Path(chosen.database_url.removeprefix("sqlite:///"))
    if chosen.database_url.startswith("sqlite:///") and not file.exists():
        raise CommandFailed(
            f"还没有数据库 {file}，请先运行 duban init（正式使用）或 duban run（带示例州）"
        )
    for end in ("", "-wal", "-shm", "-journal") if file.exists() else ():
        with suppress(OSError):  # somebody else's, who see to it; or gone by now
            _close_to_others(file.with_name(file.name + end))
    return build(chosen)


def _close_to_others(file: Path) -> None:
    mode = file.stat().st_mode
    if mode & 0o077:
        file.chmod(mode & 0o700)


def check_sound(duban: Duban) -> None:
    """Raise unless the database is safe to work on: better no answer than a wrong one.

    Raises DatabaseUnusable for a setting by which commits would not last, CommandFailed where
    history, log or rules are not as they were written.
    """
    check_safe(duban.database)
    with duban.database.snapshot() as connection:  # others may be at work on it
        faults = list(islice(glance(connection, duban.clock()), 1))
    for fault in faults:
        raise CommandFailed(
            f"数据被改动过或已损坏，不能启动：{fault.case}：{fault.sentence}；"
            "请运行 duban doctor 查看全部，再从备份恢复"
        )


def check_furnished(duban: Duban) -> None:
    """Raise unless there are units and holiday notices, without which nothing can be done."""
    if not duban.catalog.calendars:
        raise CommandFailed("数据库里还没有单位和放假通知，请先运行 duban init 或 duban run")
