"""Units to choose from: by what somebody typed, by kind, by class, level by level."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, text

from workflow.store.lists.queries import Row
from workflow.store.tables.handles import UNIT

Kinds = Collection[tuple[str, str]] | None
"""Levels and kinds of units; None for all."""

_CLASSES = text(
    "WITH RECURSIVE seen (class) AS (SELECT min(class_) FROM unit UNION ALL"
    " SELECT (SELECT min(class_) FROM unit WHERE class_ > seen.class) FROM seen"
    " WHERE class IS NOT NULL) SELECT class FROM seen WHERE class IS NOT NULL"
)
"""Goes from one value to the next in an index instead of reading every unit."""


def find_units(connection: Connection, typed: str, limit: int = 12) -> list[Row]:
    """Units that a typed text may mean, each with the short name of its parent as `above`.

    A code or a whole name means that unit alone; otherwise every unit whose name contains the text.
    """
    if not typed.isprintable():  # a NUL ends a pattern on SQLite and is refused by PostgreSQL
        return []
    query = _with_above(UNIT).where(UNIT.c.until.is_(None))
    exact = or_(UNIT.c.code == typed, UNIT.c.short_name == typed, UNIT.c.name == typed)
    like = or_(
        UNIT.c.short_name.contains(typed, autoescape=True),
        UNIT.c.name.contains(typed, autoescape=True),
    )
    for condition in (exact, like):
        rows = connection.execute(query.where(condition).order_by(UNIT.c.path).limit(limit))
        if found := [dict(row) for row in rows.mappings()]:
            return found
    return []


def top_units(connection: Connection, above: int | None = None, limit: int = 200) -> list[Row]:
    """Living units right below one, or those below none."""
    query = select(UNIT).where(UNIT.c.parent_id == above, UNIT.c.until.is_(None))
    rows = connection.execute(query.order_by(UNIT.c.code).limit(limit)).mappings()
    return [dict(row) for row in rows]


def units_of_kinds(connection: Connection, kinds: Kinds, limit: int) -> list[Row]:
    """Living units of these kinds in the order of the tree, each with its parent's short name as
    `above`.
    """
    query = _with_above(UNIT).where(_of(kinds)).order_by(UNIT.c.path).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def names_of_kinds(connection: Connection, kinds: Kinds, most: int) -> list[tuple[str, str]]:
    """Short names of the living units of these kinds with their parents' (or nothing), in the
    order of the tree; none at all if there are more than `most`, which is found out without
    sorting them.
    """
    query = _with_above(UNIT.c.path, UNIT.c.short_name).where(_of(kinds))
    rows = connection.execute(query.limit(most + 1)).all()
    return [(row[1], row[2] or "") for row in sorted(rows)] if len(rows) <= most else []


def _with_above(*columns: Any) -> Select[Any]:
    """Columns of units, and the short name of each one's parent."""
    above = UNIT.alias("above")
    query = select(*columns, above.c.short_name.label("above"))
    return query.outerjoin(above, above.c.id == UNIT.c.parent_id)


def _of(kinds: Kinds) -> ColumnElement[bool]:
    """Living units of kinds, so that each kind is a range of an index."""
    level, kind, living = UNIT.c.level, UNIT.c.kind, UNIT.c.until.is_(None)
    if kinds is None:
        return living
    return and_(living, or_(*(and_(level == one, kind == of) for one, of in kinds)))


def unit_classes(connection: Connection) -> list[str]:
    """The classes (分类) that units have, in order."""
    return list(connection.execute(_CLASSES).scalars())
