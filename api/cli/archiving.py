"""`duban archive`: cases that ended long ago move with their history into the archive."""

from contextlib import closing
from typing import Annotated

import typer

from api.cli.saying import say

YEARS = 3
"""For how long an ended case stays among those at work, unless told."""

_YEARS = typer.Option("--years", help="办结满几年的事项移入档案，至少 1 年")


def archive(years: Annotated[int, _YEARS] = YEARS) -> None:
    """把早已办结的事项连同历史移入档案；仍可查看、查找和验证。"""
    from api.cli.installation import open_installation, settings
    from workflow.archiving import archive_ended

    with closing(open_installation(settings())) as duban:
        moved = archive_ended(duban.database, years, duban.clock())
    if not moved.cases:
        say(f"办结满 {years} 年的事项都已移入档案")
        return
    say(f"已移入档案：事项 {moved.cases:,} 件，历史 {moved.rows:,} 行，定时 {moved.timers:,} 个")
