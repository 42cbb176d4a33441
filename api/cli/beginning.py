"""The verb that begins an installation for real: init."""

from contextlib import closing
from typing import Annotated

import typer

from api.cli.saying import say

_LOGIN = typer.Argument(help="第一位管理员的登录名，自己起，不要用 admin 之类的", metavar="登录名")
_NAME = typer.Option("--name", help="管理员的姓名")

_NEXT = """
接下来：
  1. duban serve 启动网页，另开一个终端 duban worker 启动后台；
  2. 在 {days} 天内登录 {address}，更换口令，设置二次验证；
  3. 在“管理”里任命系统管理员和审计管理员（还没有账号的，当场新建），到“账号”里给他们一次性口令；
  4. 系统管理员登录，在“组织机构”里先导入单位，再导入人员（命令行是 duban org units、people）；
  5. duban org passwords 口令.csv 给还没有口令的人各生成一个一次性口令，发到本人手里后删除这个文件。
只想先看看：duban run 会装入一个示例州。"""


def init(login: Annotated[str, _LOGIN], name: Annotated[str, _NAME] = "安全管理员") -> None:
    """建库并设立第一位管理员，显示其一次性口令。

    第一位是安全管理员；这个口令只能用来换口令。
    """
    from api.cli.first_run import begin
    from api.cli.installation import settings
    from workflow.store.people.passwords import ONE_TIME_LASTS

    chosen = settings()
    with closing(begin(chosen, login, name)) as prepared:
        say(f"安全管理员 {login} 的一次性口令（只显示这一次）：{prepared.passwords[login]}")
        say(_NEXT.format(days=ONE_TIME_LASTS.days, address=chosen.base_url))
