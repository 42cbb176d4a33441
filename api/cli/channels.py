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
    CHAT = "chat"


_TO = typer.Option("--to", help="收件人：登录名、邮箱地址、手机号码或群机器人的地址")


def channel(action: Action, way: Way, to: Annotated[str, _TO]) -> None:
    """试发一条消息，显示与服务器的对话：duban channel test email --to 登录名。"""
    from api.cli.installation import open_installation, settings
    from api.presenting.trial import lines_of
    from notifications.trying import try_channel
    from notifications.ways import UnusableWay, open_ways

    del action  # there is one
    with closing(open_installation(settings())) as duban:
        address, name, secret = _addressee(duban, way, to)
        try:
            ways = open_ways(duban.database, duban.clock, **duban.settings.ways)
        except UnusableWay as unusable:
            raise CommandFailed(str(unusable)) from None
        trial = try_channel(ways[way.value], way.value, address, name, duban.clock(), secret)
    for line in lines_of(trial, address):
        say(line)
    if trial.receipt.provider_id:
        say(f"对方编号：{trial.receipt.provider_id}")
    say(trial.meaning)
    if trial.receipt.outcome.value != "accepted":
        raise CommandFailed("试发没有成功")


def _addressee(duban: "Duban", way: Way, to: str) -> tuple[str, str, str]:
    """Address, name and what to sign with: of an account, or as it was written."""
    from api.trials import secret_for
    from notifications.ways import ADDRESSES
    from workflow.store.offices.robot_address import as_kept, is_robot
    from workflow.store.outgoing import addressees
    from workflow.store.people.accounts import person_by_username

    if "@" in to or to.lstrip("+").replace(" ", "").replace("-", "").isdigit():
        return to, "同事", ""
    if way is Way.CHAT and is_robot(as_kept(to)):
        return as_kept(to), "同事", ""
    with duban.database.reading() as connection:
        known = person_by_username(connection, to)
        person = addressees.addressee(connection, known)
    address = person.address(way.value) if person else None
    if person is None or not address:
        raise CommandFailed(f"没有登记“{to}”的{ADDRESSES[way]}")
    return address, person.name, secret_for(duban, person, known, way.value)
