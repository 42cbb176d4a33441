"""A ledger counted by unit, state, light or class, each group a way into it."""

from collections.abc import Callable

from sqlalchemy import Connection

from api.auth import Someone
from api.pages.lists.ledger_filters import BY_LIGHT, GROUPS, Asked
from api.presenting.lights import LIGHTS
from api.presenting.lists import GroupRow, Summary
from workflow.engine.definition import Definition
from workflow.store.lists import queries
from workflow.store.lists.counting import Moments, count_cases

MOST_SHOWN = 60
_UNNAMED = "未分类"


def summary_of(
    connection: Connection,
    someone: Someone,
    definition: Definition,
    narrowed: queries.Filter,
    asked: Asked,
    moments: Moments,
) -> Summary:
    """The counts of what is filtered, the most first."""
    counted = count_cases(connection, someone.actor, narrowed, asked.group, moments)
    shown = dict(list(counted.items())[:MOST_SHOWN])
    words = _words(connection, definition, asked, shown)
    most = max(counted.values(), default=1)
    rows = [
        GroupRow(*words(key), f"{count:,}", max(1, 100 * count // most))
        for key, count in shown.items()
    ]
    if rest := sum(counted.values()) - sum(shown.values()):
        rows.append(GroupRow("其余", "", f"{rest:,}", max(1, min(100, 100 * rest // most))))
    return Summary(GROUPS[asked.group], f"{sum(counted.values()):,}", tuple(rows))


def _words(
    connection: Connection, definition: Definition, asked: Asked, keys: dict[object, int]
) -> Callable[[object], tuple[str, str]]:
    """What a group is called, and the address that narrows the ledger to it; none where no
    filter says it.
    """
    if asked.group == "unit":
        rows = queries.units_by_id(connection, [int(str(key)) for key in keys])
        found = {row["id"]: row for row in rows}
        return lambda key: (
            found[key]["short_name"],
            asked.address(unit=found[key]["code"], pick="", group=""),
        )
    if asked.group == "state":
        states = definition.states
        return lambda key: (
            states[str(key)].title if str(key) in states else "旧版本的环节",
            asked.address(state=str(key), group=""),
        )
    if asked.group == "light":
        return lambda key: (
            LIGHTS[str(key)],
            asked.address(opened=BY_LIGHT[str(key)], group=""),
        )
    return lambda key: (
        str(key) if key else _UNNAMED,
        asked.address(class_=str(key), group="") if key else "",
    )
