"""Tokens that people make for their programs."""

from datetime import datetime, timedelta

from api.auth.asking import Someone
from api.auth.refusals import Forged
from api.context import Duban
from workflow.store.people import tokens


def make_token(duban: Duban, someone: Someone, name: str, lasts: timedelta) -> tuple[str, datetime]:
    """A token for a program, and when it expires; raises Forged for a program that asks for one."""
    if someone.csrf is None:
        raise Forged("令牌只能由本人登录后生成")
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        return tokens.make_token(connection, someone.person, name, now, lasts), now + lasts


def delete_tokens(duban: Duban, someone: Someone, name: str) -> None:
    """Delete one's own tokens of a name."""
    with duban.database.unit_of_work() as connection:
        tokens.delete_tokens(connection, someone.person, name)
