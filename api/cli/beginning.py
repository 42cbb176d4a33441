"""The verb that begins an installation for real: init."""

from contextlib import closing
from typing import Annotated

import typer

from api.cli.saying import say

_LOGIN = typer.Argument(help="第一位管理员的登录名，自己起，不要用 admin 之类的", metavar="登录名")
_NAME = typer.Option("--name", help="管理员的姓名")


def init(login: Annotated[str, _LOGIN], name: Annotated[str, _NAME] = "安全管理员") -> None:
    """建库并设立第一位管理员（安全管理员），显示只能用来换口令的一次性口令。"""
    from api.cli.first_run import begin
    from api.cli.installation import settings
    from workflow.store.people.passwords import ONE_TIME_LASTS

    chosen = settings()
    with closing(begin(chosen, login, name)) as prepared:
        say(f"安全管理员 {login} 的一次性口令（只显示这一次）：{prepared.passwords[login]}")
        say(f"请在 {ONE_TIME_LASTS.days} 天内登录 {chosen.base_url} 更换口令，再任命其他管理员")
