"""The installation that a verb works on, by the settings in the environment."""

import os
from pathlib import Path

from api.cli.saying import CommandFailed
from api.context import Duban, build
from api.settings import Settings


def settings() -> Settings:
    """The settings; a bad one is refused with a sentence."""
    return Settings.read(os.environ)


def open_installation(chosen: Settings) -> Duban:
    """The installation, its schema checked; raises CommandFailed where there is none yet.

    Opening a SQLite file that does not exist would make an empty one.
    """
    file = Path(chosen.database_url.removeprefix("sqlite:///"))
    if chosen.database_url.startswith("sqlite:///") and not file.exists():
        raise CommandFailed(
            f"还没有数据库 {file}，请先运行 duban init（正式使用）或 duban run（带示例州）"
        )
    return build(chosen)


def check_furnished(duban: Duban) -> None:
    """Raise unless there are units and holiday notices, without which nothing can be done."""
    if not duban.catalog.calendars:
        raise CommandFailed("数据库里还没有单位和放假通知，请先运行 duban init 或 duban run")
