"""事项: one case with its ledgers, actions, history and dates; and firing an event on it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.auth.confirming import confirm_if_given
from api.context import Duban
from api.errors import note_refusal, status_of
from api.pages.casework.uploads import fill
from api.pages.forms import (
    PROOF_FIELD,
    CaseId,
    Posted,
    printable,
    request_id,
    secret_in,
    text_in,
)
from api.pages.messages import who_looks_after
from api.pages.rendering import masthead_of, show
from api.pages.units import Picked, pick_unit, suggestions
from api.papers.on_case import papers_of
from api.presenting.actions import (
    PERSON_FIELD,
    UNIT_FIELD,
    Refused,
    Situation,
    actions_of,
)
from api.presenting.case_outlook import posts_of
from api.presenting.case_page import CaseFile, Relative, case_page, people_in, relative, units_in
from api.presenting.fields import Option
from api.presenting.messages import MessageLine, message_line
from api.presenting.wording import Names
from workflow import ladder
from workflow.engine.case import Case, World
from workflow.engine.confidence import withheld
from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.engine.machine import Compiled
from workflow.engine.permits import units_of
from workflow.store.casework import cases
from workflow.store.lists import attention, queries
from workflow.store.offices import organisation
from workflow.store.outgoing import messages, proofs, reading
from workflow.store.outgoing.messages import Message
from workflow.store.sight import scope
from workflow.store.sight.scope import check_scope

router = APIRouter()

MOST_MESSAGES = 100
MOST_CHILDREN = 100


@router.get("/cases/{case_id}")
def show_case(
    case_id: CaseId, duban: Installation, someone: SignedInPage, done: int = 0
) -> Response:
    """The page of one case; `done` is the history row that the reader has just written."""
    return _page(duban, someone, case_id, done=done)


@router.post("/cases/{case_id}/events")
def fire(
    request: Request, case_id: CaseId, duban: Installation, someone: SignedInForm, form: Posted
) -> Response:
    """Fire an event; a refusal shows the page again with what was typed."""
    event = printable(text_in(form, "event"))
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        case, _ = cases.read_case(connection, case_id)
        compiled = duban.catalog.version(case.definition)
        picked = pick_unit(connection, form, UNIT_FIELD)
    filled = fill(duban, someone, form, compiled.definition, case_id)
    person = text_in(form, PERSON_FIELD)
    try:
        if picked.problem:
            raise InvalidInput(picked.problem, {UNIT_FIELD: picked.problem})
        filled.check()
        someone = confirm_if_given(duban, someone, secret_in(form, PROOF_FIELD), request)
        answer = duban.commands.fire(
            case_id=case_id,
            event=event,
            actor=someone.actor,
            request=text_in(form, "request"),
            now=duban.clock(),
            facts=filled.facts,
            unit=picked.unit,
            person=int(person) if person.isdecimal() and len(person) < 16 else None,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        note_refusal(request, refusal)
        refused = _refused(event, refusal, filled.facts, picked, person)
        return _page(duban, someone, case_id, refused=refused, status=status_of(refusal))
    return RedirectResponse(f"/cases/{case_id}?done={answer.seq}", 303)


def _refused(
    event: str, refusal: Refusal, facts: Mapping[str, Any], picked: Picked, person: str
) -> Refused:
    beside = refusal.data.get("facts")
    problems = {str(k): str(v) for k, v in beside.items()} if isinstance(beside, Mapping) else {}
    for field in (UNIT_FIELD, PERSON_FIELD):
        if field in refusal.data:
            problems[field] = refusal.sentence
    return Refused(
        event=event,
        sentence="有几处需要改正，请看下面的说明" if problems else refusal.sentence,
        given=facts,
        problems=problems,
        typed_unit=picked.text,
        chosen_person=person,
        options=picked.options,
    )


def _page(
    duban: Duban,
    someone: Someone,
    case_id: int,
    *,
    refused: Refused | None = None,
    done: int = 0,
    status: int = 200,
) -> Response:
    now = duban.clock()
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        case, _ = cases.read_case(connection, case_id)
        compiled = duban.catalog.version(case.definition)
        file = _read_file(connection, duban, someone, case, compiled)
        situation = Situation(
            compiled,
            case,
            someone.actor,
            World(duban.catalog.calendar, _open_children(connection, compiled, case)),
            now,
            refused,
            colleagues=_colleagues(connection, duban, compiled, case, someone),
            suggestions=_suggestions(connection, compiled, case),
        )
        unread = reading.unread_about(connection, someone.person, {case_id})
    if unread:
        with duban.database.unit_of_work() as connection:
            reading.note_opened(connection, unread, now)
    actions = actions_of(situation)
    lost = refused is not None and all(action.event != refused.event for action in actions)
    page = case_page(
        file,
        actions,
        calendar=duban.catalog.calendar,
        now=now,
        request=request_id(),
        problem=refused.sentence if refused and lost else "",
        done=done if not refused else 0,
        reader=someone.person,
    )
    return show("case.html", page, masthead_of(duban, someone, ""), status=status)


def _read_file(
    connection: Connection, duban: Duban, someone: Someone, case: Case, compiled: Compiled
) -> CaseFile:
    history = queries.history_of(connection, case.id)
    told = messages.messages(connection, reader=None, case=case.id, limit=MOST_MESSAGES)
    units = units_in(case, history) | {one.unit_id for one in told if one.unit_id is not None}
    posts = posts_of(case, compiled.definition)
    holders = organisation.read_recipients(connection, posts, duban.clock())
    people = {one.person for some in holders.values() for one in some}
    names = Names(
        units=queries.unit_names(connection, units),
        people=queries.person_names(connection, people | people_in(case, history)),
        workflows={name: c.definition.title for name, c in duban.catalog.workflows().items()},
        former=organisation.former_names(connection, units),
        fates=organisation.fates_of(connection, units),
    )
    parent, children = _relatives(connection, duban, someone, case, compiled)
    return CaseFile(
        case=case,
        definition=compiled.definition,
        history=history,
        timers=ladder.with_rungs_to_come(
            duban.catalog, case, queries.timers_of(connection, case.id)
        ),
        names=names,
        parent=parent,
        children=children,
        messages=_messages(connection, duban, someone, told, names),
        holders=holders,
        watched=attention.is_watched(connection, someone.actor, case.id),
        papers=papers_of(connection, duban, someone, case, names),
        withheld=withheld(compiled.definition, case.parties, someone.actor),
    )


def _messages(
    connection: Connection, duban: Duban, someone: Someone, told: list[Message], names: Names
) -> tuple[MessageLine, ...]:
    known = proofs.proofs(connection, told)
    resends = bool(who_looks_after(someone.actor).posts)
    calendar = duban.catalog.calendar
    return tuple(message_line(one, known[one.id], names, calendar, resends=resends) for one in told)


def _relatives(
    connection: Connection, duban: Duban, someone: Someone, case: Case, compiled: Compiled
) -> tuple[Relative | None, tuple[Relative, ...]]:
    """The parent and the children that are in scope."""
    above = queries.cases_by_id(connection, someone.actor, {case.parent}) if case.parent else []
    below: list[queries.Row] = []
    if compiled.definition.children:
        narrowed = queries.Filter(parent=case.id)
        below = queries.list_cases(connection, someone.actor, narrowed, limit=MOST_CHILDREN).rows

    def linked(row: queries.Row) -> Relative:
        return relative(row, duban.catalog.version(row["definition_id"]).definition)

    return (linked(above[0]) if above else None), tuple(linked(row) for row in below)


def _open_children(connection: Connection, compiled: Compiled, case: Case) -> Mapping[str, int]:
    return cases.open_children(connection, case.id) if compiled.definition.children else {}


def _colleagues(
    connection: Connection, duban: Duban, compiled: Compiled, case: Case, someone: Someone
) -> tuple[Option, ...]:
    """Whom the work of this state may be handed to, the reader left out."""
    definition = compiled.definition
    wanted = []
    for role in definition.states[case.state].hand_over:
        unit, post_role = units_of(case, definition, role)
        if unit is not None and unit in scope.units_of(someone.actor):
            wanted.append((unit, post_role))
    if not wanted:
        return ()
    found = organisation.read_recipients(connection, wanted, duban.clock())
    people = {one.person: definition.roles[role] for (_, role), who in found.items() for one in who}
    people.pop(someone.person, None)
    names = queries.person_names(connection, people)
    return tuple(Option(str(id_), f"{names[id_]}（{role}）") for id_, role in people.items())


def _suggestions(connection: Connection, compiled: Compiled, case: Case) -> tuple[str, ...]:
    parties = compiled.definition.parties
    for event in compiled.events[case.state].values():
        if event.reassigns:
            return suggestions(connection, parties[event.reassigns].among)
    return ()
