"""One event on many cases that were ticked in a ledger: each a command of its own, with a report
row by row.

What one case refuses leaves the others done. The form sent twice acts once: every case's command
has a request id that follows from the form's.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, QueryParams

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.auth.confirming import confirm_if_given
from api.context import Duban
from api.gatekeeping.gate import record_one
from api.pages.forms import (
    PROOF_FIELD,
    Posted,
    facts_in,
    secret_in,
    text_in,
    whole,
)
from api.pages.lists.case_rows import Worded, work_items
from api.pages.rendering import masthead_of, show
from api.presenting.actions import TAKE_BACK
from api.presenting.bulk import BulkPage, BulkRow, Choice, choices_of, form_of
from api.presenting.lists import forms_of
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.engine.flow import events_in
from workflow.engine.machine import Compiled
from workflow.store.lists import queries

router = APIRouter()

MOST_AT_ONCE = 50
"""As many as a page of a ledger has."""


@router.get("/ledgers/{workflow}/{ledger}/bulk")
def prepare(
    workflow: str, ledger: str, request: Request, duban: Installation, someone: SignedInPage
) -> Response:
    """What can be done with the cases that were ticked; with an event, its form."""
    _check_ledger(duban, workflow, ledger)
    ticked = ticked_in(request.query_params)
    event = request.query_params.get("event", "")
    return _page(duban, someone, workflow, ledger, ticked, event)


@router.post("/ledgers/{workflow}/{ledger}/bulk")
def act(
    workflow: str,
    ledger: str,
    request: Request,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Fire the event on each, and say what came of each."""
    definition = _check_ledger(duban, workflow, ledger)
    ticked, event = ticked_in(form), text_in(form, "event")
    facts = facts_in(form, definition)
    try:
        if not ticked:
            raise InvalidInput("没有选中事项，请回到台账勾选")
        someone = confirm_if_given(duban, someone, secret_in(form, PROOF_FIELD), request)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(duban, someone, workflow, ledger, ticked, event, facts, refusal)
    shown = _shown(form)
    with duban.database.reading() as connection:  # out of scope is the same as absent: not tried
        rows = queries.cases_by_id(connection, someone.actor, ticked)
    seen = {row["id"] for row in rows}
    said: dict[int, tuple[bool, str]] = {}
    for case in (one for one in ticked if one in seen):
        id_ = f"{text_in(form, 'request')}:{case}"
        try:
            state = _fired(duban, someone, case, event, facts, id_, shown.get(case))
            said[case] = True, state
        except Refusal as refusal:
            record_one(request, case, refusal)
            said[case] = False, refusal.sentence
    return _page(duban, someone, workflow, ledger, ticked, event, said=said)


def _shown(form: FormData) -> Mapping[int, int]:
    """The history row of each case that the signer was shown."""
    pairs = (one.partition(":") for one in form.getlist("looked_at") if isinstance(one, str))
    rows = {whole(case): whole(seq) for case, _, seq in pairs}
    return {case: seq for case, seq in rows.items() if case is not None and seq is not None}


def _fired(
    duban: Duban,
    someone: Someone,
    case: int,
    event: str,
    facts: Mapping[str, Any],
    request: str,
    looked_at: int | None,
) -> str:
    """The state that it led to; raises a Refusal."""
    answer = duban.commands.fire(
        case_id=case,
        event=event,
        actor=someone.actor,
        request=request,
        now=duban.clock(),
        facts=facts,
        looked_at=looked_at,
    )
    return answer.state


def _page(
    duban: Duban,
    someone: Someone,
    workflow: str,
    ledger: str,
    ticked: list[int],
    event: str,
    facts: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
    said: Mapping[int, tuple[bool, str]] | None = None,
) -> Response:
    definition = duban.catalog.newest(workflow).definition
    with duban.database.reading() as connection:
        rows = queries.cases_by_id(connection, someone.actor, ticked)
        worded = list(work_items(connection, duban, someone, rows))
    versions = [(_version(duban, row), row["state"]) for _, row, _ in worded]
    choices = choices_of(versions, someone.actor, [row for _, row, _ in worded])
    chosen = next((one for one in choices if one.event == event), None)
    page = BulkPage(
        title=definition.ledgers[ledger].title,
        workflow_title=definition.title,
        back=f"/ledgers/{workflow}/{ledger}",
        address=f"/ledgers/{workflow}/{ledger}/bulk",
        rows=tuple(_rows(worded, chosen, said, undone=event == TAKE_BACK)),
        choices=choices,
        chosen=chosen,
        fields=form_of(versions, chosen, facts or {}) if chosen else (),
        problem=refusal.sentence if refusal else "",
        asked=len(ticked),
        done=sum(was for was, _ in said.values()) if said else 0,
        reported=said is not None,
        forms=forms_of(definition, ledger, "?" + urlencode({"case": ticked}, doseq=True)),
        undo=tuple(row["id"] for _, row, one in worded if _may_undo(one, event, said, row["id"])),
        undone=event == TAKE_BACK,
    )
    return show("bulk.html", page, masthead_of(duban, someone, "/ledgers"), refused=refusal)


def _may_undo(
    definition: Definition, event: str, said: Mapping[int, tuple[bool, str]] | None, case: int
) -> bool:
    """Whether what was just done to the case may be taken back (撤回)."""
    was, _ = (said or {}).get(case, (False, ""))
    return was and any(
        name == event and one.take_back
        for state in definition.states
        for name, one in events_in(definition, state)
    )


def _rows(
    worded: list[Worded],
    chosen: Choice | None,
    said: Mapping[int, tuple[bool, str]] | None,
    *,
    undone: bool,
) -> Iterator[BulkRow]:
    for item, row, definition in worded:
        was, told = (said or {}).get(row["id"], (False, ""))
        if was:
            done = "已撤回" if undone else "已办理"
            told = f"{done}，现处“{definition.states[told].title}”"
        fits = chosen is None or row["id"] in chosen.cases
        yield BulkRow(row["id"], row["seq"], item, fits, was, told)


def _version(duban: Duban, row: queries.Row) -> Compiled:
    return duban.catalog.version(row["definition_id"])


def _check_ledger(duban: Duban, workflow: str, ledger: str) -> Definition:
    definition = duban.catalog.newest(workflow).definition
    if ledger not in definition.ledgers:
        raise NotFound("没有这本台账", {"ledger": ledger[:40]})
    return definition


def ticked_in(given: QueryParams | FormData) -> list[int]:
    """The cases that were ticked, each once, as many as are done at once."""
    ids = (whole(one) for one in given.getlist("case") if isinstance(one, str))
    return [one for one in dict.fromkeys(ids) if one][:MOST_AT_ONCE]
