"""What goes into the audit log of everything here: who, from where, and a code; never a secret."""

from fastapi import Request
from sqlalchemy import Connection

from api.auth.tries import address_of
from api.context import Duban
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act


def note(
    connection: Connection,
    duban: Duban,
    request: Request,
    kind: str,
    person: int,
    **data: str | int,
) -> None:
    """Write an act into the log, in the transaction of the act."""
    act = Act(kind, person, data=data, address=address_of(request) or None)
    audit.record(connection, act, duban.clock())


def note_refused(duban: Duban, request: Request, kind: str, person: int | None, code: str) -> None:
    """Write into the log that a secret was wrong; `person` is None where nobody has such a name.

    Tries that have to wait are not written: a flood of them would fill the log.
    """
    act = Act(kind, person, None, "refused", {"code": code}, address_of(request) or None)
    with duban.database.unit_of_work() as connection:
        audit.record(connection, act, duban.clock())
