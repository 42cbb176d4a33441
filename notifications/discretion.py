"""What is said of a confidential case where others read along: in the group of a chat robot.

Whoever is told may see the case; the others of the group may not, so that only what is asked, until
when, and where to read the rest is said there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from workflow.store.outgoing.folding import Item
from workflow.store.sight.scope import confidential_among

DISCREET: Mapping[str, str] = {
    "workflow": "", "number": "", "headline": "保密事项，请登录查看", "state": "", "what": "",
    "why": "", "unit": "",
}  # fmt: skip
"""What stands in a message in place of what the case is about."""


def is_confidential(connection: Connection, case: int | None) -> bool:
    """Whether only people who are named see a case."""
    return case is not None and bool(confidential_among(connection, [case]))


def discreet_items(connection: Connection, items: Sequence[Item]) -> list[Item]:
    """The items of a digest, those of confidential cases without what they are about."""
    kept = confidential_among(connection, {item.case for item in items})
    return [_discreet(item) if item.case in kept else item for item in items]


def _discreet(item: Item) -> Item:
    return replace(item, unit="", variables={**item.variables, **DISCREET})
