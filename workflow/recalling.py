"""What stood in a form the last time: facts that begin as they are in the latest case before that
has them. One that was called off, or waits beside this one, has nothing to say.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from workflow.engine.case import Actor, Case
from workflow.engine.definition import Definition
from workflow.store.lists import kin
from workflow.store.offices.named import by_name


def recalled(
    connection: Connection,
    definition: Definition,
    case: Case,
    reader: Actor,
    names: Collection[str],
) -> dict[str, Any]:
    """Of these facts what was last written about the same unit, as far as the reader sees it."""
    wanted = {name for name in names if definition.facts[name].as_before}
    if not wanted:
        return {}
    before: dict[str, Any] = {}
    for facts in kin.cases_before(connection, reader, case):
        before = {name: facts[name] for name in wanted & facts.keys()} | before
    return by_name(connection, definition, before)
