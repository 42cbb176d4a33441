"""事项: one case with its ledgers, actions, history and dates; and firing an event on it."""

from dataclasses import replace
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.auth.confirming import confirm_if_given
from api.context import Duban
from api.pages.casework.uploads import Filled, fill
from api.pages.forms import (
    PROOF_FIELD,
    CaseId,
    Posted,
    printable,
    secret_in,
    text_in,
    whole,
)
from api.pages.rendering import masthead_of, show
from api.pages.units import Picked, pick_unit, suggestions
from api.papers.on_case import papers_of
from api.presenting.actions import (
    PERSON_FIELD,
    UNIT_FIELD,
    Refused,
    Situation,
    actions_of,
    asked_first,
)
from api.presenting.case_outlook import posts_of
from api.presenting.case_page import CaseFile, Relative, case_page, people_in, relative, units_in
from api.presenting.fields import Option
from api.presenting.wording import Names
from workflow import ladder
from workflow.engine.case import Case, World
from workflow.engine.confidence import withheld
from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.engine.machine import Compiled
from workflow.engine.permits import desk_of
from workflow.engine.scene import Scene
from workflow.recalling import recalled
from workflow.store.casework.cases import case_in_scope
from workflow.store.lists import attention, kin, queries
from workflow.store.lists.attention import Regard
from workflow.store.lists.kin import Kin
from workflow.store.offices import organisation
from workflow.store.offices.named import case_by_name
from workflow.store.offices.naming import names_of
from workflow.store.outgoing import reading
from workflow.store.sight.scope import units_of
from workflow.tallying import drafts, is_drafted, tallied_for

router = APIRouter()

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
        case = case_in_scope(connection, someone.actor, case_id)
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
            person=whole(person),
            looked_at=whole(text_in(form, "looked_at")),
            emptied=filled.emptied,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        refused = _refused(event, refusal, filled, picked, person)
        return _page(duban, someone, case_id, refused=refused, refusal=refusal)
    return RedirectResponse(f"/cases/{case_id}?done={answer.seq}", 303)


def _refused(event: str, refusal: Refusal, given: Filled, picked: Picked, person: str) -> Refused:
    problems = given.problems_beside(refusal)
    for field in (UNIT_FIELD, PERSON_FIELD):
        if field in refusal.data:
            problems[field] = refusal.sentence
    return Refused(
        event=event,
        sentence="有几处需要改正，请看下面的说明" if problems else refusal.sentence,
        given=given.facts,
        problems=problems,
        typed_unit=picked.text,
        chosen_person=person,
        options=picked.options,
        stood=given.stood,
    )


def _page(
    duban: Duban,
    someone: Someone,
    case_id: int,
    *,
    refusal: Refusal | None = None,
    refused: Refused | None = None,
    done: int = 0,
) -> Response:
    now = duban.clock()
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        compiled = duban.catalog.version(case.definition)
        history = queries.history_of(connection, case_id)
        facts, history = case_by_name(connection, compiled.definition, case.facts, history)
        case = replace(case, facts=facts)
        related = _kin(connection, someone, compiled, case)
        world = World(duban.catalog.calendar, related.open_children)
        regard = attention.regard_of(connection, someone.actor, case_id)
        scene = Scene(compiled, case, world, now)
        file = _read_file(connection, duban, someone, scene, history, related, regard)
        offered = _suggestions(connection, compiled, case)
        drafted = _drafts(connection, duban, someone, scene)
    if regard.unread:
        opened = partial(reading.note_opened_about, person=someone.person, case_id=case_id, now=now)
        duban.database.note(opened)
    actions = actions_of(
        Situation(
            compiled,
            case,
            someone.actor,
            world,
            now,
            refused,
            colleagues=_colleagues(file, someone),
            suggestions=offered,
            drafts=drafted,
        )
    )
    lost = refused is not None and all(action.event != refused.event for action in actions)
    page = case_page(
        file,
        actions,
        calendar=duban.catalog.calendar,
        now=now,
        settled=(case.workflow, case.state) in duban.catalog.settled(),
        problem=refused.sentence if refused and lost else "",
        done=done if not refused else 0,
        reader=someone.person,
    )
    return show("case.html", page, masthead_of(duban, someone, ""), refused=refusal)


def _drafts(connection: Connection, duban: Duban, someone: Someone, scene: Scene) -> dict[str, Any]:
    """What the system writes first into facts that the reader may be asked for now."""
    asked = asked_first(scene, someone.actor)
    is_new = scene.case.state == scene.definition.opening.state  # later, who left it empty meant it
    before = recalled(
        connection, scene.definition, scene.case, someone.actor, asked if is_new else ()
    )
    wanted = [name for name in asked if is_drafted(scene.definition.facts[name])]
    if not wanted:
        return before
    found = tallied_for(connection, duban.catalog, scene.case, scene.now)
    return before | drafts(connection, duban.catalog, scene.definition, found, wanted, scene.now)


def _kin(connection: Connection, someone: Someone, compiled: Compiled, case: Case) -> Kin:
    may_have_children = bool(case.cycle.children) or case.cycle.number > 1
    alone = case.parent is None and not (compiled.definition.children and may_have_children)
    return kin.NONE if alone else kin.kin_of(connection, someone.actor, case)


def _read_file(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    scene: Scene,
    history: list[queries.Row],
    related: Kin,
    regard: Regard,
) -> CaseFile:
    case, definition = scene.case, scene.definition
    posts = posts_of(case, definition)
    holders = organisation.read_recipients(connection, posts, scene.now)
    people = {one.person for some in holders.values() for one in some}
    known = names_of(
        connection, units_in(case, definition, history), people | people_in(case, history)
    )
    names = Names(
        units=known.units,
        people=known.people,
        workflows={name: c.definition.title for name, c in duban.catalog.known().items()},
        former=known.former,
        fates=known.fates,
    )
    return CaseFile(
        case=case,
        definition=definition,
        history=history,
        timers=ladder.with_rungs_to_come(
            duban.catalog, case, queries.timers_of(connection, case.id)
        ),
        names=names,
        parent=_linked(duban, related.parent) if related.parent else None,
        children=tuple(_linked(duban, row) for row in related.children[:MOST_CHILDREN]),
        messages=regard.messages,
        holders=holders,
        watched=regard.watched,
        papers=papers_of(connection, someone, scene, names, history),
        withheld=withheld(definition, case.parties, someone.actor),
        hidden=related.hidden,
    )


def _linked(duban: Duban, row: queries.Row) -> Relative:
    return relative(row, duban.catalog.version(row["definition_id"]).definition)


def _colleagues(file: CaseFile, someone: Someone) -> tuple[Option, ...]:
    """Whom the work of this state may be handed to, the reader left out."""
    case, definition = file.case, file.definition
    mine, people = units_of(someone.actor), {}
    for role in definition.states[case.state].hand_over:
        unit, post_role = desk_of(case, definition, role)
        if unit in mine:
            for one in file.holders.get((unit, post_role), ()):
                people[one.person] = definition.roles[post_role]
    people.pop(someone.person, None)
    return tuple(
        Option(str(person), f"{file.names.person(person)}（{role}）")
        for person, role in people.items()
    )


def _suggestions(connection: Connection, compiled: Compiled, case: Case) -> tuple[str, ...]:
    parties = compiled.definition.parties
    for event in compiled.events[case.state].values():
        if event.reassigns:
            return suggestions(connection, parties[event.reassigns].among)
    return ()
