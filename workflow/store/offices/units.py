"""Units as the commands of the organisation read and write them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, distinct, func, insert, literal, select, text, update

from workflow.engine.errors import InvalidInput
from workflow.store.sight.sights import ABOVE, INHERITED
from workflow.store.tables.handles import FORMER_NAME, HOLDING, POST, SCOPE, UNIT

if TYPE_CHECKING:
    from workflow.store.offices.changes import Change

COLUMNS = (
    "code",
    "name",
    "short_name",
    "level",
    "kind",
    "function",
    "class_",
    "reports",
    "assessed_with",
)
"""What a unit is, beside its place in the tree."""


@dataclass(frozen=True, slots=True)
class Known:
    """A unit as it is."""

    id: int
    code: str
    name: str
    short_name: str
    level: str
    kind: str
    function: str
    class_: str | None
    reports: bool
    assessed_with: str | None
    parent_id: int | None
    until: datetime | None
    successor_id: int | None


def known_units(connection: Connection) -> list[Known]:
    """Every unit, those that are gone included."""
    columns = [UNIT.c[name] for name in ("id", *COLUMNS, "parent_id", "until", "successor_id")]
    return [Known(*row) for row in connection.execute(select(*columns))]


def places(connection: Connection) -> dict[str, tuple[int, str]]:
    """Id and path of every unit by its code."""
    query = select(UNIT.c.code, UNIT.c.id, UNIT.c.path)
    return {code: (id_, path) for code, id_, path in connection.execute(query)}


def open_cases_of(connection: Connection, units: Collection[int]) -> Mapping[int, int]:
    """How many open cases each unit is a party of, where it is of any."""
    found: dict[int, int] = {}
    ids = sorted(units)
    for at in range(0, len(ids), 500):
        query = (
            select(SCOPE.c.unit_id, func.count(distinct(SCOPE.c.case_id)))
            .where(SCOPE.c.unit_id.in_(ids[at : at + 500]), SCOPE.c.closed.is_(False))
            .where(SCOPE.c.why.not_in((ABOVE, INHERITED)))
            .group_by(SCOPE.c.unit_id)
        )
        found |= {unit: int(count) for unit, count in connection.execute(query)}
    return found


def keep_name(connection: Connection, unit: int, until: datetime) -> None:
    """Keep what a unit is called, until an instant, for the pages of its time."""
    query = select(UNIT.c.id, literal(until, FORMER_NAME.c.until.type), UNIT.c.name)
    query = query.add_columns(UNIT.c.short_name).where(UNIT.c.id == unit)
    columns = ["unit_id", "until", "name", "short_name"]
    connection.execute(insert(FORMER_NAME).from_select(columns, query))


def close(change: "Change", unit: int, successor: int | None = None) -> None:
    """A unit is no more: nobody holds its posts, and another may have taken over."""
    after = {"until": change.now, "successor_id": successor}
    change.set("unit", unit, {"until": None, "successor_id": None}, after)
    held = (
        select(HOLDING.c.id, HOLDING.c.begins_at, HOLDING.c.ends_at)
        .join(POST, POST.c.id == HOLDING.c.post_id)
        .where(POST.c.unit_id == unit)
    )
    for id_, begins, ends in change.connection.execute(held).all():
        if begins >= change.now:
            change.remove("holding", id_)
        elif ends is None or ends > change.now:
            change.set("holding", id_, {"ends_at": ends}, {"ends_at": change.now})


_PATHS = text(
    "UPDATE unit SET path ="
    " (SELECT above.path FROM unit AS above WHERE above.id = unit.parent_id) || id || '/'"
    " WHERE path LIKE :old AND EXISTS (SELECT 1 FROM unit AS above"
    " WHERE above.id = unit.parent_id AND above.path LIKE :new)"
)


def place_below(change: "Change", unit: int, parent: str | None) -> None:
    """The same under another one by its code."""
    query = select(UNIT.c.id).where(UNIT.c.code == parent)
    id_ = change.connection.execute(query).scalar_one() if parent is not None else None
    place_below_id(change, unit, id_)


def place_below_id(change: "Change", unit: int, parent: int | None) -> None:
    """Put a unit, with all below it, under another one; raises InvalidInput for one below itself.

    Level by level from the top, for a path that does not go on from its parent's is refused.
    """
    connection = change.connection
    before = connection.execute(select(UNIT).where(UNIT.c.id == unit)).mappings().one()
    paths = select(UNIT.c.path).where(UNIT.c.id == parent)
    above = (parent, "/" if parent is None else connection.execute(paths).scalar_one())
    if above[1].startswith(before["path"]):
        raise InvalidInput(
            f"“{before['short_name']}”不能归到自己的下级单位之下", {"unit": before["code"]}
        )
    path = f"{above[1]}{unit}/"
    moved = {"parent_id": above[0], "path": path}
    connection.execute(update(UNIT).where(UNIT.c.id == unit).values(moved))
    change.was("unit", unit, {"parent_id": before["parent_id"]}, {"parent_id": above[0]})
    while connection.execute(_PATHS, {"old": f"{before['path']}%", "new": f"{path}%"}).rowcount:
        pass


def below(connection: Connection, unit: int) -> Sequence[Any]:
    """Living units right below one: id and code."""
    query = select(UNIT.c.id, UNIT.c.code).where(UNIT.c.parent_id == unit, UNIT.c.until.is_(None))
    return connection.execute(query.order_by(UNIT.c.id)).all()


def only(unit: int) -> Select[Any]:
    """One unit, as those are given that are asked for by a condition."""
    return select(UNIT.c.id).where(UNIT.c.id == unit)


def predecessors(connection: Connection, unit: int) -> set[int]:
    """Every unit that has come to be part of one, however many steps before."""
    found: set[int] = set()
    asked = {unit}
    while asked:
        query = select(UNIT.c.id).where(UNIT.c.successor_id.in_(asked))
        asked = set(connection.execute(query).scalars()) - found
        found |= asked
    return found
