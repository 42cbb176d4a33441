"""What a case is joined to (并入) is a case that there is: open, of the same workflow, and seen by
whoever joins it.
"""

from sqlalchemy import Connection, exists, select

from workflow.engine.case import Actor
from workflow.engine.decision import Step
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput
from workflow.store.sight.scope import in_sight
from workflow.store.tables.handles import CASE, SCOPE


def check_joined(connection: Connection, definition: Definition, step: Step, actor: Actor) -> None:
    """Raise InvalidInput for a step that joins a case to what is no such case."""
    fact = definition.alike.joins if definition.alike else None
    number = step.written.get(fact) if fact else None
    if fact is None or not number or _stands(connection, step.case.id, definition, number, actor):
        return
    title = definition.facts[fact].title
    sentence = f"{title}：没有编号为“{number[:40]}”的在办{definition.title}，请核对"
    raise InvalidInput.in_facts({fact: sentence})


def _stands(
    connection: Connection, joined: int, definition: Definition, number: str, actor: Actor
) -> bool:
    seen = exists().where(SCOPE.c.case_id == CASE.c.id, in_sight(actor))
    query = (
        select(CASE.c.id)
        .where(CASE.c.number == number.strip(), CASE.c.workflow == definition.workflow)
        .where(CASE.c.id != joined, CASE.c.closed_at.is_(None), seen)
    )
    return connection.execute(query).first() is not None
