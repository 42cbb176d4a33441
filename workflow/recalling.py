"""What stood in a form the last time: facts that begin as they are in the case before."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from workflow.engine.case import Actor, Case
from workflow.engine.definition import Definition
from workflow.store.lists import queries
from workflow.store.offices.named import by_name

if TYPE_CHECKING:
    from sqlalchemy import Connection


def recalled(
    connection: "Connection",
    definition: Definition,
    case: Case,
    reader: Actor,
    names: Collection[str],
) -> dict[str, Any]:
    """Of these facts those that the latest other case about the same unit has, as far as the
    reader sees that case.
    """
    wanted = {name for name in names if definition.facts[name].as_before}
    if not wanted:
        return {}
    before = queries.case_before(connection, reader, case)
    return by_name(
        connection, definition, {name: before[name] for name in wanted if before.get(name)}
    )
