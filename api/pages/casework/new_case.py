"""新建: choose a workflow, fill its form, open the case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection
from starlette.datastructures import FormData

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.casework.uploads import Filled, fill
from api.pages.forms import Posted, printable, text_in, whole
from api.pages.rendering import masthead_of, show
from api.pages.units import Picked, pick_unit, suggestions
from api.presenting.fields import fields_of
from api.presenting.opening import (
    ChoosePage,
    OpenChoice,
    OpeningPage,
    Units,
    asked_parties,
    hint_of,
    may_open,
    own_units,
    party_field,
    period_field,
    submit_title,
    wrong_facts,
)
from workflow.engine.calendar import local_day
from workflow.engine.case import Unit
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput, NotYourTurn, Refusal
from workflow.engine.periods import GREATEST
from workflow.store.lists import queries
from workflow.store.sight.scope import units_of

router = APIRouter()

_HERE = "/cases/new"
_MISTAKES = "有几处需要改正，请看下面的说明"


@dataclass(frozen=True, slots=True)
class _Filled:
    """What stands in the form, and what was wrong with it."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    parties: Mapping[str, Picked] = field(default_factory=dict)
    period: int | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@router.get("/cases/new")
def ask(duban: Installation, someone: SignedInPage, workflow: str = "") -> Response:
    """The workflows to choose from, or the form of one."""
    with duban.database.reading() as connection:
        units = _units(connection, someone)
        if not workflow:
            return _choose(duban, someone, units)
        definition = _definition(duban, someone, units, workflow)
        own = dict(own_units(definition, someone.actor, units))
        names = queries.unit_names(connection, set(own.values()))
        filled = _Filled(parties={party: Picked(names[unit]) for party, unit in own.items()})
        page = _form(connection, definition, filled, local_day(duban.clock()))
    return show("new_case.html", page, masthead_of(duban, someone, _HERE))


@router.post("/cases/new")
def open_case(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Open the case; a refusal shows the form again with what was typed."""
    with duban.database.reading() as connection:
        name = printable(text_in(form, "workflow"))
        definition = _definition(duban, someone, _units(connection, someone), name)
        parties = _parties(connection, definition, form)
    filled_in = fill(duban, someone, form, definition)
    period = _period(form)
    try:
        _check(definition, filled_in, parties)
        answer = duban.commands.open_case(
            workflow=definition.workflow,
            parties={name: one.unit for name, one in parties.items() if one.unit is not None},
            facts=filled_in.facts,
            actor=someone.actor,
            request=text_in(form, "request"),
            now=duban.clock(),
            draft=text_in(form, "draft") == "1",
            period=period,
        )
    except Refusal as refusal:
        filled = replace(_refused(filled_in, parties, refusal), period=period)
        with duban.database.reading() as connection:
            page = _form(connection, definition, filled, local_day(duban.clock()))
        masthead = masthead_of(duban, someone, _HERE)
        return show("new_case.html", page, masthead, refused=refusal)
    return RedirectResponse(f"/cases/{answer.case}?done={answer.seq}", 303)


def _check(definition: Definition, given: Filled, parties: Mapping[str, Picked]) -> None:
    """Raise InvalidInput where a unit or a file is not to be had, with all that is wrong besides:
    nobody sends a form twice to learn of its second mistake.
    """
    if given.problems or any(one.problem for one in parties.values()):
        facts = wrong_facts(definition, given.facts)
        raise InvalidInput(_MISTAKES, {"facts": facts | given.problems})


def _refused(given: Filled, parties: Mapping[str, Picked], refusal: Refusal) -> _Filled:
    problems = given.problems_beside(refusal)
    sentence = _MISTAKES if problems else refusal.sentence
    return _Filled(given.facts, parties, problems=problems, problem=sentence)


def _period(form: FormData) -> int | None:
    """The period that was chosen; 0, which is none, for what no form of ours sends."""
    text = text_in(form, "period")
    return (whole(text, GREATEST) or 0) if text else None


def _units(connection: Connection, someone: Someone) -> Units:
    rows = queries.units_by_id(connection, units_of(someone.actor))
    return {
        row["id"]: (
            Unit(row["id"], row["level"], row["kind"], row["class_"] or ""),
            row["function"],
        )
        for row in rows
    }


def _choose(duban: Duban, someone: Someone, units: Units) -> Response:
    choices = tuple(
        OpenChoice(f"{_HERE}?workflow={name}", compiled.definition.title, compiled.definition.basis)
        for name, compiled in duban.catalog.workflows().items()
        if may_open(compiled.definition, someone.actor, units)
    )
    return show("choose.html", ChoosePage(choices), masthead_of(duban, someone, _HERE))


def _definition(duban: Duban, someone: Someone, units: Units, name: str) -> Definition:
    definition = duban.catalog.newest(name).definition
    if not may_open(definition, someone.actor, units):
        raise NotYourTurn(f"你的岗位不能发起“{definition.title}”")
    return definition


def _parties(connection: Connection, definition: Definition, form: FormData) -> dict[str, Picked]:
    parties = {}
    for name, party, required in asked_parties(definition):
        picked = pick_unit(connection, form, f"party.{name}")
        if required and not picked.text and not picked.problem:
            picked = Picked("", problem=f"请填写{party.title}")
        parties[name] = picked
    return parties


def _form(
    connection: Connection, definition: Definition, filled: _Filled, today: date
) -> OpeningPage:
    opening = definition.opening
    pickers = []
    for name, party, required in asked_parties(definition):
        picked = filled.parties.get(name, Picked(""))
        pickers.append(
            party_field(
                name,
                party.title,
                required=required,
                hint=hint_of(party),
                text=picked.text,
                suggestions=suggestions(connection, party.among) if party.named else (),
                problem=picked.problem,
                options=picked.options,
            )
        )
    return OpeningPage(
        workflow=definition.workflow,
        title=definition.title,
        basis=definition.basis,
        parties=tuple(pickers),
        periods=tuple(
            period_field(asked, today, filled.period, filled.problems.get("period", ""))
            for asked in (opening.period,)
            if asked
        ),
        fields=fields_of(
            definition,
            "opening",
            needs=opening.needs,
            may=opening.may,
            given=filled.facts,
            problems=filled.problems,
        ),
        submit=submit_title(definition),
        draft=bool(opening.straight_through),
        backfill=definition.backfill is not None,
        problem=filled.problem,
    )
