"""The verb that erases a person: erase-person."""

from contextlib import closing
from typing import Annotated

import typer

from api.cli.saying import note, say

_WHO = typer.Argument(help="登录名")
_APPLY = typer.Option("--apply", help="真正注销；不写则只说明将注销谁")


def erase_person(username: Annotated[str, _WHO], apply: Annotated[bool, _APPLY] = False) -> None:
    """注销一个人：清除个人信息，不能恢复。

    姓名、电话、邮箱和登录信息都清除，办理记录只留编号。
    """
    from api.cli.installation import open_installation, settings
    from workflow.store.people.accounts import person_by_username
    from workflow.store.people.erasing import erase, prospect

    with closing(open_installation(settings())) as duban:
        with duban.database.reading() as connection:
            person = person_by_username(connection, username)
            seen = prospect(connection, person, duban.clock())
        if not apply:
            say(seen)
            note("加上 --apply 才会注销")
            return
        with duban.database.unit_of_work() as connection:
            name = erase(connection, person, by=None, now=duban.clock())
    say(f"已注销，今后各处显示为“{name}”")
