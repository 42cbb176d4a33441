"""`duban org let-in`: a way back for the security administrator, who lets everybody else in again.

Whoever may run it could read the database anyway; the log tells that it was run.
"""

from contextlib import closing
from typing import Annotated

import typer

from api.cli.saying import note, say

_LOGIN = typer.Argument(help="安全管理员的登录名")


def add_to(app: typer.Typer) -> None:
    """Make this command part of `duban org`."""
    app.command("let-in")(let_in)


def let_in(login: Annotated[str, _LOGIN]) -> None:
    """给丢了口令或手机的安全管理员一次性口令，并停用二次验证。"""
    from api.cli.installation import open_installation, settings
    from workflow.store.people import standing
    from workflow.store.people.passwords import ONE_TIME_LASTS, give_passwords, make_passwords

    with closing(open_installation(settings())) as duban:
        made, now = make_passwords([login]), duban.clock()
        with duban.database.unit_of_work() as connection:
            standing.let_security_in(connection, login, now)
            give_passwords(connection, made, now, one_time=True)
    say(f"{login} 的一次性口令：{made[login].password}")
    note(f"只显示这一次，{ONE_TIME_LASTS.days} 天内有效；原有登录已失效，二次验证须重新设置")
