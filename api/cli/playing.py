"""The verb demo: a year of the sample prefecture under a simulated clock; `run --demo` plays of it
what has passed.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.saying import CommandFailed, complain, note, say

if TYPE_CHECKING:
    from rich.console import Console

    from api.demo.stage import Stage
    from api.settings import Settings

_DATABASE = typer.Option(
    "--database", help="演在哪里：sqlite:///文件（演完保留）或 postgresql://…（另建 duban_demo 库）"
)
_FRESH = typer.Option("--fresh", help="那里已有内容时，清空重演")
_FULL = typer.Option("--full", help="各项工作流程一起运行的全年，每月输出一行数，约需两三分钟")


def demo(
    database: Annotated[str | None, _DATABASE] = None,
    fresh: Annotated[bool, _FRESH] = False,
    full: Annotated[bool, _FULL] = False,
) -> None:
    """演一年的督办，几十秒钟演完，再体检。

    演 2026 年 1 月至 2027 年 1 月；体检通过、消息逐封相符时退出码为 0。
    """
    from api.cli.logs import start_logging

    start_logging(quiet=True)
    began = time.monotonic()
    fine = (_play_in_figures if full else _play_and_tell)(_place(database), fresh)
    note(f"全部用时 {time.monotonic() - began:.0f} 秒")
    if not fine:
        raise typer.Exit(1)


def _play_and_tell(place: str | None, fresh: bool) -> bool:
    """Play a year, print everything that happened in it, and examine it; whether all is well."""
    _check_servers()
    from api.demo.diary import instant_of
    from api.demo.performance import set_up
    from api.demo.play import Play
    from api.demo.printing import Printer
    from api.demo.stage import SAMPLE
    from api.demo.story import read_story

    began = time.monotonic()
    story = read_story(SAMPLE / "story.yaml")
    with set_up(place, instant_of(story.begins), fresh=fresh) as stage:
        played = Play(stage, story, SAMPLE).run(_say_month())
        note(f"演了 {played.instants} 个时刻，用时 {time.monotonic() - began:.0f} 秒")
        printer = Printer(stage, story, played, _console())
        printer.everything()
        if not printer.all_arrived:
            complain("服务器收到的消息与发件箱的记载不相符")
        return _examine(stage) and printer.all_arrived


def _play_in_figures(place: str | None, fresh: bool) -> bool:
    """Play the whole year, say month by month and at the end how much of everything there was, and
    examine it; whether all is well.
    """
    from api.demo.annals import Annals
    from api.demo.diary import instant_of
    from api.demo.performance import set_up_without_servers
    from api.demo.play import Play
    from api.demo.stage import SAMPLE
    from api.demo.story import read_story

    story = read_story(SAMPLE / "year.yaml")
    with set_up_without_servers(place, instant_of(story.begins), fresh=fresh) as stage:
        annals = Annals(stage, story, _console())
        Play(stage, story, SAMPLE).run(annals.watch)
        kept = annals.end()
        return _examine(stage) and kept


def _check_servers() -> None:
    """The servers that take the demo's messages are an extra that production does without."""
    from importlib.util import find_spec

    if missing := [name for name in ("aiosmtpd", "smpp34") if find_spec(name) is None]:
        raise CommandFailed(f"缺少 {'、'.join(missing)}，请安装 duban[demo]")


def _place(database: str | None) -> str | None:
    """Where to play; DATABASE_URL only says on which PostgreSQL server, never which database."""
    if database is not None:
        return database
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else None


def _console() -> "Console":
    from rich.console import Console

    from api.demo.printing import WIDTH

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def play_first(settings: "Settings", now: datetime) -> None:
    """Play the sample story up to `now` into a new installation; raises CommandFailed."""
    from api.demo.stage import SAMPLE
    from api.demo.story import read_story
    from api.demo.until_now import NoRoomToPlay, play_until

    note("先把示例州今年的督办演到今天，约需半分钟")
    try:
        play_until(now, settings, read_story(SAMPLE / "story.yaml"), _say_month())
    except NoRoomToPlay as refused:
        raise CommandFailed(str(refused)) from None


def _say_month() -> Callable[[datetime], None]:
    """What says on stderr which month it is, once a month."""
    said = ""

    def watch(instant: datetime) -> None:
        nonlocal said
        if said != (month := f"{instant.year}年{instant.month}月"):
            said = month
            note(f"{month} …")

    return watch


def _examine(stage: "Stage") -> bool:
    from api.cli.figures import report_lines
    from workflow.doctor import examine

    duban = stage.duban
    report = examine(duban.database, duban.catalog, duban.clock())
    say()
    for line in report_lines(report, with_root=False):
        say(line)
    return report.clean
