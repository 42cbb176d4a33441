"""What REST says of cases: models, and the rows and values they are made from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection

from api.rest.forms import FormField
from workflow.catalog import Catalog
from workflow.engine.case import Actor, Due
from workflow.engine.confidence import shown_to
from workflow.engine.definition import Definition
from workflow.engine.sight import due_day
from workflow.store.lists.queries import units_by_id
from workflow.store.offices.named import roster
from workflow.store.offices.organisation import former_names

Row = Mapping[str, Any]


class UnitRef(BaseModel):
    """A unit by code and short name."""

    code: str
    name: str


class AnswerOut(BaseModel):
    """What a command did: the case and where it stands now."""

    case: int
    number: str
    state: str
    seq: int


class CaseItem(BaseModel):
    """A case in a list; `facts` are those of the ledger asked for."""

    id: int
    number: str
    workflow: str
    title: str
    headline: str
    unit: UnitRef
    state: str
    state_title: str
    cycle: int
    due_at: datetime | None
    provisional: bool
    opened_at: datetime
    closed_at: datetime | None
    period: int | None
    facts: dict[str, Any] | None = None


class CasePage(BaseModel):
    """Some cases; `next` is `after` for the page that follows, null at the end."""

    items: list[CaseItem]
    next: str | None


class DueOut(BaseModel):
    """The limit of the present state: its last day, the instant it ends, how that came about."""

    day: date
    at: datetime
    derivation: str
    provisional: bool


class PartyOut(BaseModel):
    """A party of the case and the unit that fills it."""

    party: str
    title: str
    unit: UnitRef


class FactOut(BaseModel):
    """A fact and its value; null while it is empty."""

    name: str
    title: str
    type: str
    value: Any


class LedgerOut(BaseModel):
    """One ledger of the case; facts of no ledger stand in one without a name."""

    ledger: str | None
    title: str
    kept_by: str | None
    facts: list[FactOut]


class PersonRef(BaseModel):
    """Somebody by login name and name."""

    username: str
    name: str


class PossibleEvent(BaseModel):
    """An event of this state that the asker's posts allow; `why_not` says what hinders it now, if
    anything does.

    `unit` is true where a unit must be named; `people` are those one of whom must be named.
    """

    event: str
    title: str
    why_not: str | None
    form: list[FormField]
    unit: bool
    people: list[PersonRef]


class SignOffOut(BaseModel):
    """A sign-off; not `live` once it lost force."""

    side: str
    title: str
    cycle: int
    person: str
    unit: UnitRef
    at: datetime
    live: bool


class CaseOut(CaseItem):
    """A case, whole."""

    seq: int
    due: DueOut | None
    stopped_at: datetime | None
    marks: list[str]
    counts: dict[str, int]
    handler: str | None
    parties: list[PartyOut]
    ledgers: list[LedgerOut]
    events: list[PossibleEvent]
    sign_offs: list[SignOffOut]
    children: list[CaseItem]
    parent: CaseItem | None


class Units:
    """Units by id as references, read in one query."""

    def __init__(self, connection: Connection, ids: Collection[int | None]) -> None:
        wanted = {id_ for id_ in ids if id_ is not None}
        rows = units_by_id(connection, wanted)
        self._refs = {r["id"]: UnitRef(code=r["code"], name=r["short_name"]) for r in rows}
        self._former = former_names(connection, wanted)

    def __getitem__(self, id_: int) -> UnitRef:
        return self._refs[id_]

    def get(self, id_: int | None, at: datetime | None = None) -> UnitRef | None:
        """The unit, by the name it has now or had at an instant; None for none."""
        found = self._refs.get(id_) if id_ is not None else None
        if found is not None and id_ is not None and at is not None:
            for until, name in self._former.get(id_, ()):
                if at < until:
                    return UnitRef(code=found.code, name=name)
        return found


def case_item(
    row: Row,
    catalog: Catalog,
    units: Units,
    facts: Mapping[str, Any] | None = None,
) -> CaseItem:
    """A row of `queries.list_cases`, with the facts that a reader is given."""
    definition = catalog.version(row["definition_id"]).definition
    plain = ("id", "number", "workflow", "headline", "state", "cycle", "provisional", "period")
    times = ("due_at", "opened_at", "closed_at")
    return CaseItem(
        **{name: row[name] for name in (*plain, *times)},
        title=definition.title,
        unit=units[row["unit_id"]],
        state_title=definition.states[row["state"]].title,
        facts=facts,
    )


def ledger_facts(
    connection: Connection, catalog: Catalog, rows: Sequence[Row], ledger: str, reader: Actor
) -> dict[int, dict[str, Any]]:
    """The facts of a ledger that a reader sees, by case, of the cases that keep such a ledger."""
    known = [(catalog.version(row["definition_id"]).definition, row) for row in rows]
    known = [(definition, row) for definition, row in known if ledger in definition.ledgers]
    people = roster(connection, ((one, row["body"]["facts"]) for one, row in known))
    found = {}
    for one, row in known:
        held = shown_to(reader, one, row["body"]["parties"], row["body"]["facts"])
        held = people.by_name(one, held)
        found[row["id"]] = {name: held.get(name) for name in one.ledgers[ledger].facts}
    return found


def due_out(due: Due | None) -> DueOut | None:
    """A limit, or None for none."""
    if due is None:
        return None
    return DueOut(
        day=due_day(due.at), at=due.at, derivation=due.derivation, provisional=due.provisional
    )


def ledgers_out(definition: Definition, facts: Mapping[str, Any]) -> list[LedgerOut]:
    """Every ledger with its facts, and last the facts of none that have a value."""
    kept = {name for ledger in definition.ledgers.values() for name in ledger.facts}
    others = [name for name in definition.facts if name not in kept and name in facts]
    ledgers = [
        LedgerOut(
            ledger=name,
            title=ledger.title,
            kept_by=ledger.kept_by,
            facts=[_fact(definition, fact, facts) for fact in ledger.facts],
        )
        for name, ledger in definition.ledgers.items()
    ]
    rest = [_fact(definition, name, facts) for name in others]
    return [*ledgers, LedgerOut(ledger=None, title="其他", kept_by=None, facts=rest)]


def _fact(definition: Definition, name: str, facts: Mapping[str, Any]) -> FactOut:
    fact = definition.facts[name]
    return FactOut(name=name, title=fact.title, type=fact.type, value=facts.get(name))
