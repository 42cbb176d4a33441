"""Tokens that people make for their programs."""

from datetime import datetime, timedelta

from fastapi import Request

from api.auth.asking import Someone
from api.auth.noting import note
from api.auth.refusals import Forged
from api.context import Duban
from workflow.engine.case import Pen
from workflow.engine.errors import NotConfirmed
from workflow.store.people import tokens
from workflow.store.people.tokens import Scope

TOKEN_DAYS, LONGEST_TOKEN_DAYS = 90, 366
"""How long a token lasts if nobody says, and at most."""


def make_token(
    duban: Duban, someone: Someone, name: str, scope: Scope, lasts: timedelta, request: Request
) -> tuple[str, datetime]:
    """A token for a program, and when it expires.

    Raises Forged for a program that asks for one, NotConfirmed where the session is not fresh.
    """
    if someone.csrf is None:
        raise Forged("令牌只能由本人登录后生成")
    if someone.actor.pen is not Pen.READY:
        raise NotConfirmed("生成令牌前，请再次确认是你本人")
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        token = tokens.make_token(connection, someone.person, name, scope, now, lasts)
        note(connection, duban, request, "token", someone.person, act="made", scope=scope.value)
    return token, now + lasts


def delete_tokens(duban: Duban, someone: Someone, name: str, request: Request) -> None:
    """Delete one's own tokens of a name."""
    with duban.database.unit_of_work() as connection:
        deleted = tokens.delete_tokens(connection, someone.person, name)
        note(connection, duban, request, "token", someone.person, act="deleted", count=deleted)
