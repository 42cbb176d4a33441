"""GET /definitions: the workflows in force, and one with its states, events and forms."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.auth import Installation, SignedIn
from api.rest.forms import FormField, form_of
from api.rest.inputs import Body, Word
from workflow.engine.definition import Definition, Event, Party
from workflow.engine.machine import Compiled
from workflow.schema import definition_schema
from workflow.yaml_text import read_definition

router = APIRouter(tags=["definitions"])


class DefinitionBrief(BaseModel):
    """A workflow; `definition` is the id of its version in force."""

    workflow: str
    title: str
    basis: str
    definition: int


class PartyOut(BaseModel):
    """A party; a `named` one is a unit that the opener names, others come from the definition's
    table.
    """

    party: str
    title: str
    named: bool
    optional: bool
    among: list[str]


class EventOut(BaseModel):
    """An event; `by` is empty where the clock or another case does it."""

    event: str
    title: str
    by: list[str]
    to: list[str]
    form: list[FormField]


class StateOut(BaseModel):
    """A state with what can happen in it."""

    state: str
    title: str
    turn: str | None
    final: bool
    events: list[EventOut]


class LedgerOut(BaseModel):
    """A ledger with its facts."""

    ledger: str
    title: str
    kept_by: str
    facts: list[FormField]


class DefinitionOut(DefinitionBrief):
    """A workflow, whole."""

    roles: dict[str, str]
    parties: list[PartyOut]
    ledgers: list[LedgerOut]
    opening: list[FormField]
    opened_by: list[str]
    periods: list[str]
    period_needed: bool
    states: list[StateOut]


class DefinitionText(Body):
    """The text of a definition to check; `source` is the file's name in answers."""

    text: str
    source: Word = "definition.yaml"


@router.get("/definitions")
def list_definitions(duban: Installation, _: SignedIn) -> list[DefinitionBrief]:
    """The workflows in force."""
    return [DefinitionBrief(**_brief(compiled)) for compiled in duban.catalog.workflows().values()]


@router.get("/definitions/schema")
def schema(_: SignedIn) -> dict[str, Any]:
    """The JSON Schema of definition files."""
    return definition_schema()


@router.post("/definitions/check")
def check(body: DefinitionText, _: SignedIn) -> dict[str, str]:
    """Check a definition without publishing it: its name, or every mistake with its place."""
    definition = read_definition(body.text, body.source)
    return {"workflow": definition.workflow, "title": definition.title}


@router.get("/definitions/{workflow}")
def one_definition(
    workflow: Annotated[Word, Path()], duban: Installation, _: SignedIn
) -> DefinitionOut:
    """One workflow with its states, events and forms."""
    compiled = duban.catalog.newest(workflow)
    definition = compiled.definition
    opening = definition.opening
    return DefinitionOut(
        **_brief(compiled),
        roles=dict(definition.roles),
        parties=[_party(name, party) for name, party in definition.parties.items()],
        ledgers=[
            LedgerOut(
                ledger=name,
                title=ledger.title,
                kept_by=ledger.kept_by,
                facts=form_of(definition, (), ledger.facts),
            )
            for name, ledger in definition.ledgers.items()
        ],
        opening=form_of(definition, opening.needs, opening.may),
        opened_by=list(opening.by),
        periods=list(opening.period.every) if opening.period else [],
        period_needed=bool(opening.period and opening.period.needed),
        states=[_state(compiled, name) for name in definition.states],
    )


def _brief(compiled: Compiled) -> dict[str, Any]:
    definition = compiled.definition
    return {
        "workflow": definition.workflow,
        "title": definition.title,
        "basis": definition.basis,
        "definition": compiled.version,
    }


def _party(name: str, party: Party) -> PartyOut:
    return PartyOut(
        party=name,
        title=party.title,
        named=party.named or party.choice,
        optional=party.optional or bool(party.table),
        among=list(party.among),
    )


def _state(compiled: Compiled, name: str) -> StateOut:
    definition = compiled.definition
    state = definition.states[name]
    events = compiled.events[name].items()
    return StateOut(
        state=name,
        title=state.title,
        turn=state.turn,
        final=state.final,
        events=[event_out(definition, key, event) for key, event in events],
    )


def event_out(definition: Definition, name: str, event: Event) -> EventOut:
    """An event with its form."""
    return EventOut(
        event=name,
        title=event.title,
        by=list(event.by),
        to=list(dict.fromkeys(branch.state for branch in event.to)),
        form=form_of(definition, event.needs, event.may),
    )
