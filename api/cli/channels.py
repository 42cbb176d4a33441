"""The verb about channels: try one of them."""

from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.saying import CommandFailed, say

if TYPE_CHECKING:
    from api.context import Duban


class Action(StrEnum):
    """What can be done about a channel."""

    TEST = "test"


class Way(StrEnum):
    """The ways outside."""

    EMAIL = "email"
    SMS = "sms"


_TO = typer.Option("--to", help="收件人：登录名、邮箱地址或手机号码")


def channel(action: Action, way: Way, to: Annotated[str, _TO]) -> None:
    """试发一条消息，显示与服务器的对话：duban channel test email --to 登录名。"""
    from api.cli.installation import open_installation, settings
    from api.presenting.trial import lines_of
    from notifications.trying import try_channel
    from notifications.ways import UnusableWay, open_ways

    del action  # there is one
    with closing(open_installation(settings())) as duban:
        address, name = _addressee(duban, way, to)
        email, sms = duban.settings.email, duban.settings.sms
        try:
            ways = open_ways(duban.database, duban.clock, email=email, sms=sms)
        except UnusableWay as unusable:
            raise CommandFailed(str(unusable)) from None
        trial = try_channel(ways[way.value], way.value, address, name, duban.clock())
    for line in lines_of(trial, address):
        say(line)
    if trial.receipt.provider_id:
        say(f"对方编号：{trial.receipt.provider_id}")
    say(trial.meaning)
    if trial.receipt.outcome.value != "accepted":
        raise CommandFailed("试发没有成功")


def _addressee(duban: "Duban", way: Way, to: str) -> tuple[str, str]:
    """The address and name: of an account, or as it was written."""
    from workflow.store.outgoing import outbox
    from workflow.store.people.accounts import person_by_username

    if "@" in to or to.lstrip("+").replace(" ", "").replace("-", "").isdigit():
        return to, "同事"
    with duban.database.reading() as connection:
        person = outbox.addressee(connection, person_by_username(connection, to))
    address = person.address(way.value) if person else None
    if person is None or not address:
        raise CommandFailed(f"通讯录里没有“{to}”的{'邮箱地址' if way is Way.EMAIL else '手机号码'}")
    return address, person.name
