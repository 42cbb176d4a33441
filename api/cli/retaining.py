"""`duban audit …`: old rows leave the log for a file."""

import os
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.saying import CommandFailed, note, say

app = typer.Typer(help="审计日志：把过期的日志移出到文件。", no_args_is_help=True)

_BEFORE = typer.Option("--before", help="移出这一天以前的，如 2026-01-01", formats=["%Y-%m-%d"])
_TO = typer.Option("--to", help="先写到这个文件，每行一条记录（JSON）；不能是已有的文件")


@app.callback()
def audit() -> None:
    """审计日志：把过期的日志移出到文件。"""


@app.command("move-out")
def move_out(before: Annotated[datetime, _BEFORE], to: Annotated[Path, _TO]) -> None:
    """把某天以前的日志移出到文件；不满 180 天的不能移出，其余的日志仍可验证。"""
    from api.cli.installation import open_installation, settings
    from workflow.store.evidence import retention

    with closing(open_installation(settings())) as duban:
        with duban.database.reading() as connection:
            leaving = retention.plan(connection, before.date(), duban.clock())
            if leaving.rows:
                _write(to, retention.lines(connection, leaving))
        if not leaving.rows:
            say(f"没有 {before.date()} 以前的日志")
            return
        with duban.database.unit_of_work() as connection:
            retention.move_out(connection, leaving, duban.clock())
    say(f"已移出 {leaving.rows} 行到 {to}")
    note("请妥善保存这个文件：验证时与 duban dump 的文件一并交给 verify.py")


def _write(file: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Write a new file and force it, and its name, to the disk."""
    from workflow.store.casework.files import to_disk
    from workflow.store.plain import dumps

    try:
        opened = file.open("x", encoding="utf-8")
    except FileExistsError:
        raise CommandFailed(f"已有文件 {file}，请换一个文件名") from None
    with opened:
        for line in lines:
            opened.write(dumps(line) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    to_disk(file.parent)
