"""`duban org passwords`: a one-time password for everybody who has come by a list and has none."""

import csv
import os
from contextlib import closing
from pathlib import Path
from typing import Annotated, TextIO

import typer

from api.cli.saying import CommandFailed, note, say

_INTO = typer.Argument(help="写到哪个新的 CSV 文件；只有本机当前用户能读")
BATCH = 20
"""So many in one transaction, and as many lost at most when the power fails."""


def add_to(app: typer.Typer) -> None:
    """Make this command part of `duban org`."""
    app.command()(passwords)


def passwords(into: Annotated[Path, _INTO]) -> None:
    """给有岗位而还没有口令的人各生成一个一次性口令，写成 CSV。"""
    from api.cli.installation import open_installation, settings
    from workflow.store.people.passwords import (
        ONE_TIME_LASTS,
        give_passwords,
        make_passwords,
        without_password,
    )

    with closing(open_installation(settings())) as duban:
        with duban.database.reading() as connection:
            people = without_password(connection, duban.clock())
        if not people:
            say("有岗位的人都有口令了")
            return
        with _new_file(into) as file:
            rows = csv.writer(file)
            rows.writerow(["登录名", "姓名", "一次性口令"])
            for at in range(0, len(people), BATCH):
                names = dict(people[at : at + BATCH])
                made = make_passwords(names)
                with duban.database.unit_of_work() as connection:
                    give_passwords(connection, made, duban.clock(), one_time=True)
                rows.writerows([login, names[login], one.password] for login, one in made.items())
                file.flush()
    say(f"已为 {len(people):,} 人生成一次性口令，写在 {into}，{ONE_TIME_LASTS.days} 天内有效")
    note("请当面或分别交给本人，然后删除这个文件；过期的由安全管理员在“账号”里重置")


def _new_file(path: Path) -> TextIO:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandFailed(f"不能新建 {path}（{error.strerror}）") from None
    return os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
