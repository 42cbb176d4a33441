"""One case for one reader, read in one transaction: ledgers, limit, parties, sign-offs, what can be
done.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.presenting.actions import HAND_OVER, Action, Situation, actions_of
from api.presenting.fields import Option
from api.rest.forms import form_of
from api.rest.outputs import (
    CaseItem,
    CaseOut,
    PartyOut,
    PersonRef,
    PossibleEvent,
    SignOffOut,
    Units,
    case_item,
    due_out,
    ledgers_out,
)
from workflow.engine.case import Case, World
from workflow.engine.circles import units_of_parties, units_of_party
from workflow.engine.confidence import shown_to
from workflow.engine.definition import Definition
from workflow.engine.machine import Compiled
from workflow.engine.permits import desk_of
from workflow.store.casework import cases
from workflow.store.casework.cases import case_in_scope
from workflow.store.lists import queries
from workflow.store.offices.named import by_name
from workflow.store.people.accounts import holders_of

MOST_CHILDREN = 200


def case_view(duban: Duban, someone: Someone, case_id: int) -> CaseOut:
    """The case as this reader sees it; raises NotFound outside their scope."""
    reader = someone.actor
    with duban.database.reading() as connection:
        case = case_in_scope(connection, reader, case_id)
        compiled = duban.catalog.version(case.definition)
        children = queries.list_cases(
            connection, reader, queries.Filter(parent=case_id), limit=MOST_CHILDREN
        ).rows
        wanted = [case_id] if case.parent is None else [case_id, case.parent]
        rows = {row["id"]: row for row in queries.cases_by_id(connection, reader, wanted)}
        named = Units(connection, _units_in(case, compiled.definition, [*rows.values(), *children]))
        items = {id_: case_item(row, duban.catalog, named) for id_, row in rows.items()}
        case = replace(case, facts=by_name(connection, compiled.definition, case.facts))
        shown = shown_to(reader, compiled.definition, case.parties, case.facts)
        return CaseOut(
            **{**items[case_id].model_dump(), "facts": shown},
            **_standing(case, compiled.definition),
            handler=_name_of(connection, case.stay.handler),
            parties=_parties(case, compiled.definition, named),
            ledgers=ledgers_out(compiled.definition, shown),
            events=_events(connection, duban, someone, compiled, case),
            sign_offs=_sign_offs(connection, case_id, compiled.definition),
            children=[case_item(row, duban.catalog, named) for row in children],
            parent=_parent(case, items),
        )


def _units_in(case: Case, definition: Definition, rows: Iterable[queries.Row]) -> list[int | None]:
    seats = units_of_parties(case, definition)
    return [*seats, *(row["unit_id"] for row in rows)]


def _parent(case: Case, items: dict[int, CaseItem]) -> CaseItem | None:
    return items.get(case.parent) if case.parent is not None else None


def _standing(case: Case, definition: Definition) -> dict[str, object]:
    return {
        "seq": case.seq,
        "due": due_out(case.due),
        "stopped_at": case.stopped_at,
        "marks": [definition.marks[mark].title for mark in case.marks],
        "counts": {
            title: case.cycle.counts.get(name, 0) for name, title in definition.counts.items()
        },
    }


def _name_of(connection: Connection, person: int | None) -> str | None:
    return None if person is None else queries.person_names(connection, [person]).get(person)


def _parties(case: Case, definition: Definition, units: Units) -> list[PartyOut]:
    return [
        PartyOut(party=name, title=party.title, unit=units[unit])
        for name, party in definition.parties.items()
        for unit in units_of_party(case, definition, name)
    ]


def _sign_offs(connection: Connection, case_id: int, definition: Definition) -> list[SignOffOut]:
    rows = queries.sign_offs_of(connection, case_id)
    names = queries.person_names(connection, {row["person_id"] for row in rows})
    units = Units(connection, {row["unit_id"] for row in rows})
    return [
        SignOffOut(
            side=row["side"],
            title=definition.sign_offs[row["side"]].title,
            cycle=row["cycle"],
            person=names[row["person_id"]],
            unit=units[row["unit_id"]],
            at=row["at"],
            live=row["live"] == 1,
        )
        for row in rows
    ]


# What the reader can do


def _events(
    connection: Connection, duban: Duban, someone: Someone, compiled: Compiled, case: Case
) -> list[PossibleEvent]:
    now = duban.clock()
    children = cases.open_children(connection, case.id)
    world = World(calendar=duban.catalog.calendar, open_children=children)
    state = compiled.definition.states[case.state]
    desks = [desk_of(case, compiled.definition, role) for role in state.hand_over]
    colleagues = [
        (username, name)
        for person, username, name in holders_of(connection, desks, now)
        if person != someone.person
    ]
    options = tuple(Option(username, name) for username, name in colleagues)
    at = Situation(compiled, case, someone.actor, world, now, colleagues=options)
    refs = [PersonRef(username=username, name=name) for username, name in colleagues]
    return [_possible(compiled, case, action, refs) for action in actions_of(at)]


def _possible(
    compiled: Compiled, case: Case, action: Action, colleagues: list[PersonRef]
) -> PossibleEvent:
    event = compiled.events[case.state].get(action.event)
    return PossibleEvent(
        event=action.event,
        title=action.title,
        why_not=action.reason or None,
        form=form_of(compiled.definition, event.needs, event.may) if event else [],
        unit=event is not None and event.reassigns is not None,
        people=colleagues if action.event == HAND_OVER else [],
    )
