"""Cases over REST: open one, list them, read one, fire an event."""

import base64
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import Installation, SignedIn
from api.context import Duban
from api.rest.case_view import case_view
from api.rest.inputs import LARGEST_ID, CaseId, FireBody, Limit, OpenBody, Word
from api.rest.mistakes import all_in_place, in_place, units_of, workflow_named, wrong
from api.rest.outputs import AnswerOut, CaseOut, CasePage, Units, case_item, ledger_facts
from workflow.commands import Answer
from workflow.engine.calendar import ZONE
from workflow.engine.errors import NotFound
from workflow.engine.findings import nearest, short
from workflow.store.lists import queries
from workflow.store.lists.queries import Filter, Place
from workflow.store.offices.organisation import unit_by_code
from workflow.store.people.accounts import person_by_username
from workflow.store.sight.scope import check_scope

router = APIRouter(tags=["cases"])


@router.post("/cases", status_code=201)
def open_case(body: OpenBody, duban: Installation, someone: SignedIn) -> AnswerOut:
    """Open a case; the same request id gets the first answer again."""
    with all_in_place(duban, body):
        answer = duban.commands.open_case(
            workflow=body.workflow,
            parties=units_of(duban, body),
            facts=body.facts,
            actor=someone.actor,
            request=body.request,
            now=duban.clock(),
            draft=body.draft,
            period=body.period,
        )
    return _answer(answer)


@router.get("/cases")
def list_cases(
    duban: Installation,
    someone: SignedIn,
    workflow: Annotated[Word | None, Query()] = None,
    ledger: Annotated[Word | None, Query(description="give the facts of this ledger")] = None,
    state: Annotated[Word | None, Query()] = None,
    unit: Annotated[Word | None, Query(description="code of the unit a case is about")] = None,
    open: Annotated[bool | None, Query(description="true: not ended yet")] = None,
    due_before: Annotated[date | None, Query(description="the limit's last day is earlier")] = None,
    after: Annotated[str | None, Query(max_length=200, description="`next` of a page")] = None,
    limit: Limit = 50,
) -> CasePage:
    """Cases in one's scope, soonest limit first, in pages."""
    workflows = _workflows(duban, workflow, ledger)
    narrowed = Filter(
        workflows=workflows,
        state=None if state is None else _state(duban, state, workflows),
        unit=None if unit is None else _unit(duban, unit),
        closed=None if open is None else not open,
        due_before=None if due_before is None else _until(due_before),
    )
    place = None if after is None else _place(after)
    with duban.database.reading() as connection:
        page = queries.list_cases(connection, someone.actor, narrowed, after=place, limit=limit)
        named = Units(connection, {row["unit_id"] for row in page.rows})
        facts = (
            ledger_facts(connection, duban.catalog, page.rows, ledger, someone.actor)
            if ledger is not None
            else {}
        )
    items = [case_item(row, duban.catalog, named, facts.get(row["id"])) for row in page.rows]
    return CasePage(items=items, next=None if page.next is None else _mark(page.next))


@router.get("/cases/{case_id}")
def one_case(case_id: CaseId, duban: Installation, someone: SignedIn) -> CaseOut:
    """A case, whole, with what the asker can do about it now."""
    return case_view(duban, someone, case_id)


@router.post("/cases/{case_id}/fire")
def fire(case_id: CaseId, body: FireBody, duban: Installation, someone: SignedIn) -> AnswerOut:
    """Fire an event; the same request id gets the first answer again."""
    # Only whether the case may be known of is asked beforehand. Whether the event may be fired the
    # command decides by the actor's posts, which it reads again and locks with the case.
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
    unit = None if body.unit is None else _unit(duban, body.unit)
    person = None if body.person is None else _person(duban, body.person)
    with in_place():
        answer = duban.commands.fire(
            case_id=case_id,
            event=body.event,
            actor=someone.actor,
            request=body.request,
            now=duban.clock(),
            facts=body.facts,
            unit=unit,
            person=person,
            looked_at=body.looked_at,
            emptied=body.emptied,
        )
    return _answer(answer)


def _answer(answer: Answer) -> AnswerOut:
    return AnswerOut(case=answer.case, number=answer.number, state=answer.state, seq=answer.seq)


def _unit(duban: Duban, code: str) -> int:
    """The unit that a request names; the request is wrong where there is none, not its address."""
    try:
        with duban.database.reading() as connection:
            return unit_by_code(connection, code)
    except NotFound as error:
        raise wrong({"unit": error.sentence}) from None


def _person(duban: Duban, username: str) -> int:
    try:
        with duban.database.reading() as connection:
            return person_by_username(connection, username)
    except NotFound as error:
        raise wrong({"person": error.sentence}) from None


def _workflows(duban: Duban, workflow: str | None, ledger: str | None) -> tuple[str, ...] | None:
    """The workflows a list is narrowed to: the one named, of those that keep such a ledger."""
    if workflow is None and ledger is None:
        return None
    among = duban.catalog.workflows()
    if workflow is not None:
        among = {workflow: workflow_named(duban, workflow)}
    kept = {name: compiled.definition.ledgers for name, compiled in among.items()}
    found = tuple(name for name in kept if ledger is None or ledger in kept[name])
    if not found and ledger is not None:
        hint = nearest(ledger, {one for ledgers in kept.values() for one in ledgers})
        raise wrong({"ledger": f"没有“{short(ledger)}”这种台账（{hint}）"})
    return found


def _state(duban: Duban, state: str, workflows: tuple[str, ...] | None) -> str:
    """A state that some version of these workflows has: cases keep the version they began with."""
    known = {
        name
        for compiled in duban.catalog.every_version().values()
        if workflows is None or compiled.definition.workflow in workflows
        for name in compiled.definition.states
    }
    if state not in known:
        raise wrong({"state": f"没有“{short(state)}”这个环节（{nearest(state, known)}）"})
    return state


# Dates and places


def _until(day: date) -> datetime:
    """Limits end with their last day, at midnight: those before `day` end when it begins."""
    if not 2000 <= day.year <= 2100:
        raise wrong({"due_before": "年份应在 2000 至 2100 之间"})
    begins = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return begins + timedelta(microseconds=1)


def _mark(place: Place) -> str:
    return base64.urlsafe_b64encode(str(place).encode()).decode()


def _place(mark: str) -> Place:
    try:
        place = Place.parse(base64.urlsafe_b64decode(mark.encode()).decode())
        if place.at.tzinfo is None or not 0 <= place.case_id <= LARGEST_ID:
            raise ValueError("no place")
    except ValueError:
        raise wrong({"after": "翻页标记不对，请从第一页重新开始"}) from None
    return place
