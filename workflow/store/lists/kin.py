"""The cases next to a case: in the tree the one it came from and those that came from it, in time
those about the same unit that were opened before.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, exists, or_, select

from workflow.engine.case import Actor, Case
from workflow.store.lists.queries import Filter, Row, in_scope
from workflow.store.sight.scope import in_sight
from workflow.store.tables.handles import CASE, SCOPE


@dataclass(frozen=True, slots=True)
class Kin:
    """The parent and the children that the reader sees; `open_children` counts all that have not
    ended, seen or not, by name: guards ask for them. `hidden` are the names of confidential ones
    that the reader does not see: of these the case says nothing.
    """

    parent: Row | None
    children: tuple[Row, ...]
    open_children: Mapping[str, int]
    hidden: frozenset[str] = frozenset()


NONE = Kin(None, (), {})


def kin_of(connection: Connection, reader: Actor, case: Case) -> Kin:
    """Both in one statement; children that are open first, of these the soonest limit first."""
    seen = exists().where(SCOPE.c.case_id == CASE.c.id, in_sight(reader)).label("seen")
    secret = exists().where(SCOPE.c.case_id == CASE.c.id, SCOPE.c.named.is_not(None))
    above = [CASE.c.id == case.parent] if case.parent is not None else []
    names = ("id", "definition_id", "number", "headline", "state", "child_name", "closed_at")
    query = (
        select(*(CASE.c[name] for name in names), seen, secret.label("secret"))
        .where(or_(CASE.c.parent_id == case.id, *above))
        .order_by(CASE.c.closed_at.is_not(None), CASE.c.due_at.is_(None), CASE.c.due_at, CASE.c.id)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    below = [row for row in rows if row["id"] != case.parent]
    return Kin(
        parent=next((row for row in rows if row["id"] == case.parent and row["seen"]), None),
        children=tuple(row for row in below if row["seen"]),
        open_children=Counter(row["child_name"] for row in below if row["closed_at"] is None),
        hidden=frozenset(row["child_name"] for row in below if row["secret"] and not row["seen"]),
    )


MOST_BEFORE = 10
"""How far back it is looked for what stood in a form."""


def cases_before(connection: Connection, reader: Actor, case: Case) -> list[Mapping[str, Any]]:
    """The facts of the cases of a workflow about the same unit that were opened before and are in
    scope, the latest first.
    """
    seen = in_scope(reader, Filter(workflows=(case.workflow,), unit=case.unit))
    latest = seen.where(SCOPE.c.case_id < case.id).order_by(SCOPE.c.case_id.desc())
    query = select(CASE.c.body).where(CASE.c.id.in_(latest.limit(MOST_BEFORE)))
    bodies = connection.execute(query.order_by(CASE.c.id.desc())).scalars()
    return [orjson.loads(body)["facts"] for body in bodies]
