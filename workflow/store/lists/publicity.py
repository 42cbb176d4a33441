"""Cases that are shown to everybody (公示): those that stand in a public state of their version.

This is the one list without a reader, so it is a list of states and never of units. A case that is
confidential is not in it, whatever its state.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, and_, exists, or_, select

from workflow.store.lists.queries import Row, rows_of
from workflow.store.tables.handles import CASE, SCOPE

Places = Mapping[tuple[str, int], Collection[str]]
"""The public states of each version of each workflow, by the workflow and the version's id."""


def public_cases(
    connection: Connection,
    places: Places,
    *,
    case: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Row]:
    """Rows of cases in these states, newest first: all of them, or one `case` if it is there."""
    if not places:
        return []
    secret = exists().where(SCOPE.c.case_id == CASE.c.id, SCOPE.c.named.is_not(None))
    there = [
        and_(
            CASE.c.workflow == workflow,  # the index by states begins with it
            CASE.c.state.in_(states),
            CASE.c.definition_id == version,
        )
        for (workflow, version), states in places.items()
    ]
    query = select(CASE.c.id).where(or_(*there), CASE.c.closed_at.is_(None), ~secret)
    if case is not None:
        query = query.where(CASE.c.id == case)
    if before is not None:
        query = query.where(CASE.c.id < before)
    ids = connection.execute(query.order_by(CASE.c.id.desc()).limit(limit)).scalars().all()
    return rows_of(connection, ids)
