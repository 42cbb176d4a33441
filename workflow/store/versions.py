"""The published versions of definitions as rows: every one is kept, and none is ever changed."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from workflow.engine.definition import Definition
from workflow.engine.moves import moves_of
from workflow.store.evidence import audit, published
from workflow.store.evidence.audit import Act
from workflow.store.tables.handles import CASE, DEFINITION, MOVE, STATE

_BY_VERSION = select(DEFINITION.c.workflow, DEFINITION.c.id).order_by(DEFINITION.c.version)


def newest(connection: Connection) -> dict[str, int]:
    """The id of the newest version of every workflow."""
    return {row.workflow: row.id for row in connection.execute(_BY_VERSION)}


def all_of(connection: Connection, workflow: str) -> list[tuple[int, int, datetime]]:
    """The versions of a workflow, newest first: id, number, when published."""
    columns = (DEFINITION.c.id, DEFINITION.c.version, DEFINITION.c.published_at)
    query = select(*columns).where(DEFINITION.c.workflow == workflow)
    rows = connection.execute(query.order_by(DEFINITION.c.version.desc()))
    return [(id_, version, published_at) for id_, version, published_at in rows]


def every_id(connection: Connection) -> list[int]:
    """Every version of every workflow."""
    return list(connection.execute(select(DEFINITION.c.id)).scalars())


def text_of(connection: Connection, definition: int) -> tuple[str, str]:
    """A published version: the workflow's name with the version, and its text."""
    query = select(DEFINITION.c.workflow, DEFINITION.c.version, DEFINITION.c.body)
    row = connection.execute(query.where(DEFINITION.c.id == definition)).one()
    return f"{row.workflow} v{row.version}", row.body


def under_way(connection: Connection) -> dict[str, int]:
    """How many cases of each workflow have not ended."""
    query = select(CASE.c.workflow, func.count().label("n")).where(CASE.c.closed_at.is_(None))
    return {row.workflow: row.n for row in connection.execute(query.group_by(CASE.c.workflow))}


def publish(
    connection: Connection, definition: Definition, body: str, now: datetime, person: int | None
) -> bool:
    """Keep a definition whose text is new as its next version, with the states and moves that the
    database holds cases to; whether it was.
    """
    kept = published.keep(connection, DEFINITION, {"workflow": definition.workflow}, body, now)
    if kept is None:
        return False
    id_, told = kept
    _keep_rules(connection, definition, id_)
    audit.record(connection, Act("definition", person, ("definition", id_), data=told), now)
    return True


def _keep_rules(connection: Connection, definition: Definition, id_: int) -> None:
    states = [
        {
            "definition_id": id_,
            "state": name,
            "signatures": len(state.needs_signed),
            "final": state.final,
        }
        for name, state in definition.states.items()
    ]
    connection.execute(insert(STATE), states)
    moves = [
        {"definition_id": id_, "event": event, "from_state": source, "to_state": target}
        for event, source, target in moves_of(definition)
    ]
    connection.execute(insert(MOVE), moves)
