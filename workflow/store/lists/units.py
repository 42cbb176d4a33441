"""Units to choose from: by what somebody typed, by kind, by class, level by level."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, or_, select, text

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


def find_units(connection: Connection, text: str, limit: int = 12) -> list[Row]:
    """Units that a typed text may mean, each with the short name of its parent as `above`.

    A code or a whole name means that unit alone; otherwise every unit whose name contains the text.
    """
    if not text.isprintable():  # a NUL ends a pattern on SQLite and is refused by PostgreSQL
        return []
    above = UNIT.alias("above")
    query = select(UNIT, above.c.short_name.label("above")).outerjoin(
        above, above.c.id == UNIT.c.parent_id
    )
    query = query.where(UNIT.c.until.is_(None))
    exact = or_(UNIT.c.code == text, UNIT.c.short_name == text, UNIT.c.name == text)
    like = or_(
        UNIT.c.short_name.contains(text, autoescape=True),
        UNIT.c.name.contains(text, autoescape=True),
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
    above = UNIT.alias("above")
    query = select(UNIT, above.c.short_name.label("above")).outerjoin(
        above, above.c.id == UNIT.c.parent_id
    )
    rows = connection.execute(query.where(_of(kinds)).order_by(UNIT.c.path).limit(limit)).mappings()
    return [dict(row) for row in rows]


def names_of_kinds(connection: Connection, kinds: Kinds, most: int) -> list[tuple[str, str]]:
    """Short names of the living units of these kinds with their parents' (or nothing), in the
    order of the tree; none at all if there are more than `most`, which is found out without
    sorting them.
    """
    above = UNIT.alias("above")
    query = select(UNIT.c.path, UNIT.c.short_name, above.c.short_name.label("above")).outerjoin(
        above, above.c.id == UNIT.c.parent_id
    )
    rows = connection.execute(query.where(_of(kinds)).limit(most + 1)).all()
    return [(row[1], row[2] or "") for row in sorted(rows)] if len(rows) <= most else []


def _of(kinds: Kinds) -> ColumnElement[bool]:
    """Living units of kinds, so that each kind is a range of an index."""
    level, kind, living = UNIT.c.level, UNIT.c.kind, UNIT.c.until.is_(None)
    if kinds is None:
        return living
    return and_(living, or_(*(and_(level == one, kind == of) for one, of in kinds)))


def unit_classes(connection: Connection) -> list[str]:
    """The classes (分类) that units have, in order."""
    return list(connection.execute(_CLASSES).scalars())
