"""Choices about messages in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.presenting.fields import Option, options_of
from workflow.store.offices.preferences import CHOICES, Preferences

_KINDS = {
    "task": ("待办", "事情转到你这里，请你办理"),
    "reminder": ("期限前的提醒", "期限还没有过"),
    "told": ("情况告知", "你经手或关注的事情有了新情况"),
}
_WAYS = {
    "email": "只用邮件",
    "sms": "只用短信",
    "chat": "只发到群机器人",
    "in_app": "不发送，登录后在系统里看",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message and the ways it may come by."""

    name: str
    title: str
    hint: str
    options: tuple[Option, ...]


def kinds(chosen: Preferences, *, robot: bool) -> tuple[Kind, ...]:
    """Every kind of which something may be chosen; chat only by who has a `robot`."""
    return tuple(
        Kind(name, *_KINDS[name], options=_options(ways, chosen.only.get(name, ""), robot))
        for name, ways in CHOICES.items()
    )


def _options(ways: Iterable[str], chosen: str, robot: bool) -> tuple[Option, ...]:
    usual = Option("", "按规定：邮件，紧急的再加短信", chosen == "")
    open_ = [way for way in ways if robot or way != "chat"]
    return (usual, *(Option(way, _WAYS[way], way == chosen) for way in open_))


def hour_options(hours: Iterable[int], chosen: int) -> tuple[Option, ...]:
    """Hours of the day to choose from."""
    return options_of({str(hour): f"{hour}:00" for hour in hours}, str(chosen))
