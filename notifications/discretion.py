"""What leaves the house about a confidential case: its number, its limit, and that it is to be read
here.

Mail servers, SMS providers and the groups of chat robots read along. Whoever is told may see the
case and reads the rest after signing in; a group does not even learn the number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workflow.store.outgoing.folding import Item

HEADLINE = "限定知悉范围的事项，请登录查看"

_KEPT = ("due", "left", "person", "link", "settings", "fixed")
"""What a message may say beside the number; none of it is about the matter."""


def discreet(way: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a message about a confidential case, without what it is about."""
    kept = {name: variables[name] for name in _KEPT if name in variables}
    return kept | {"number": _number(way, variables)}


def discreet_items(way: str, items: Sequence[Item]) -> list[Item]:
    """The items of a digest, those of confidential cases without what they are about."""
    return [_discreet(way, item) if item.confidential else item for item in items]


def _discreet(way: str, item: Item) -> Item:
    return replace(item, unit="", variables=discreet(way, item.variables) | {"headline": HEADLINE})


def _number(way: str, variables: Mapping[str, str]) -> str:
    return "" if way == "chat" else variables.get("number", "")
