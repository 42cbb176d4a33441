"""What became of a case: GET its history, its timers, its messages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Connection

from api.auth import Installation, SignedIn, Someone
from api.context import Duban
from api.presenting.timeline import what_happened, without_children
from api.rest.inputs import Before, CaseId, Limit
from api.rest.outputs import UnitRef, Units
from workflow import ladder
from workflow.engine.confidence import withheld
from workflow.store.casework import cases
from workflow.store.lists import queries
from workflow.store.lists.kin import kin_of
from workflow.store.offices.named import history_by_name
from workflow.store.outgoing import messages as told
from workflow.store.sight.scope import check_scope

router = APIRouter(tags=["cases"])

_T = TypeVar("_T")


class HistoryOut(BaseModel):
    """One row of a case's history; `hash` covers the row and `prev`, the hash of the row before.

    `withheld` are facts that the row gave and the reader does not see; a confidential case that it
    opened and that the reader does not see is not among its effects. The hash covers them, too:
    it is null from that row on, for every later hash hangs on it, and a telephone number can be
    guessed from any of them. Whoever sees all facts can prove the chain.
    """

    seq: int
    cycle: int
    at: datetime
    event: str
    title: str
    from_state: str
    to_state: str
    actor: str
    person: str | None
    for_person: str | None
    unit: UnitRef | None
    inputs: dict[str, Any]
    withheld: list[str]
    effects: dict[str, Any]
    alg: str
    prev: str | None
    hash: str | None


class TimerOut(BaseModel):
    """A timer; `wake_at` is null once it is settled."""

    name: str
    rung: int
    due_at: datetime
    wake_at: datetime | None
    derivation: str
    status: str
    settled_at: datetime | None
    seq: int | None
    error: str | None


class MessageOut(BaseModel):
    """A message that this case owed to somebody by one way; addresses are not shown."""

    id: int
    seq: int | None
    person: str
    way: str
    urgency: str
    template: str
    variables: dict[str, str]
    status: str
    created_at: datetime
    sent_at: datetime | None
    text: str | None
    outcome: str | None


class MessagePage(BaseModel):
    """Some messages, newest first; `next` is `before` for the page that follows."""

    items: list[MessageOut]
    next: int | None


@router.get("/cases/{case_id}/history")
def history(case_id: CaseId, duban: Installation, someone: SignedIn) -> list[HistoryOut]:
    """What happened, row by row."""
    return _in_scope(
        duban, someone, case_id, lambda connection: _history(connection, duban, someone, case_id)
    )


@router.get("/cases/{case_id}/timers")
def timers(case_id: CaseId, duban: Installation, someone: SignedIn) -> list[TimerOut]:
    """The case's timers, those to come first."""
    rows = _in_scope(duban, someone, case_id, lambda c: _timers(c, duban, case_id))
    return [TimerOut(**{name: row[name] for name in TimerOut.model_fields}) for row in rows]


def _timers(connection: Connection, duban: Duban, case_id: int) -> list[dict[str, Any]]:
    case, _ = cases.read_case(connection, case_id)
    return ladder.with_rungs_to_come(duban.catalog, case, queries.timers_of(connection, case.id))


@router.get("/cases/{case_id}/messages")
def messages(
    case_id: CaseId,
    duban: Installation,
    someone: SignedIn,
    before: Before = None,
    limit: Limit = 50,
) -> MessagePage:
    """Who was told what about the case, newest first."""
    rows = _in_scope(
        duban,
        someone,
        case_id,
        lambda c: told.messages(c, reader=None, case=case_id, before=before, limit=limit + 1),
    )
    more, rows = len(rows) > limit, rows[:limit]
    return MessagePage(items=[_message(row) for row in rows], next=rows[-1].id if more else None)


def _in_scope(duban: Duban, someone: Someone, case_id: int, read: Callable[[Connection], _T]) -> _T:
    """What `read` gives, in the transaction that has found the case in scope; raises NotFound."""
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        return read(connection)


def _history(
    connection: Connection, duban: Duban, someone: Someone, case_id: int
) -> list[HistoryOut]:
    case, _ = cases.read_case(connection, case_id)
    definition = duban.catalog.version(case.definition).definition
    kept = withheld(definition, case.parties, someone.actor)
    hidden = kin_of(connection, someone.actor, case).hidden if definition.children else frozenset()
    rows = history_by_name(connection, definition, queries.history_of(connection, case_id))
    ids = {row[name] for row in rows for name in ("person_id", "holder_id")} - {None}
    names = queries.person_names(connection, ids)
    units = Units(connection, {row["unit_id"] for row in rows})
    provable = _provable(rows, kept, hidden)
    return [
        HistoryOut(
            **{
                **{name: row[name] for name in HistoryOut.model_fields if name in row},
                **_inputs(without_children(row, hidden), kept),
                "prev": row["prev"] if row["seq"] <= provable + 1 else None,
                "hash": row["hash"] if row["seq"] <= provable else None,
            },
            title=what_happened(definition, row),
            person=names.get(row["person_id"]),
            for_person=names.get(row["holder_id"]),
            unit=units.get(row["unit_id"], row["at"]),
        )
        for row in rows
    ]


def _provable(rows: Sequence[queries.Row], kept: Collection[str], hidden: Collection[str]) -> int:
    """The last row up to which nothing was kept from the reader; 0 for none."""
    for row in rows:
        opened = row["effects"].get("opened", ())
        if row["inputs"].get("facts", {}).keys() & set(kept) or set(opened) & set(hidden):
            return int(row["seq"]) - 1
    return len(rows)


def _inputs(row: Mapping[str, Any], kept: Collection[str]) -> dict[str, Any]:
    """What a row was given, and what it drew, without the facts that are kept from the reader."""
    facts, drawn = row["inputs"].get("facts", {}), row["effects"].get("drawn", {})
    inputs, effects = row["inputs"], row["effects"]
    if facts:
        inputs = {**inputs, "facts": _without(facts, kept)}
    if drawn:
        effects = {**effects, "drawn": _without(drawn, kept)}
    hidden = sorted({*facts, *drawn} & {*kept})
    return {"inputs": inputs, "effects": effects, "withheld": hidden}


def _without(facts: dict[str, Any], kept: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in kept}


def _message(row: told.Message) -> MessageOut:
    plain = [name for name in MessageOut.model_fields if name != "person"]
    return MessageOut(**{name: getattr(row, name) for name in plain}, person=row.person_name)
