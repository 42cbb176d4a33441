"""A printed form as it is fetched from a ledger: for what is filtered, or for what is ticked."""

from collections.abc import Sequence

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.presenting.lists import Clocks, facts_of
from api.presenting.printed import Around, Filled, around_the_table, events_shown, filled
from api.spreadsheets.ledger_rows import made_by
from api.spreadsheets.printed_form import Sheet, printed_form
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput, NotFound
from workflow.engine.printed import Printed
from workflow.store.lists import happened, queries
from workflow.store.offices.named import roster

MOST_PRINTED = 1_000
"""Rows of one form: what somebody may still leaf through, photos and all."""


def form_of(definition: Definition, name: str) -> Printed:
    """The form of this name; raises NotFound."""
    if name not in definition.printed:
        raise NotFound(f"“{definition.title}”没有这张表格", {"form": name[:40]})
    return definition.printed[name]


def printed(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    definition: Definition,
    form: Printed,
    rows: Sequence[queries.Row],
) -> bytes:
    """The xlsx of a form for these rows; raises InvalidInput when they are too many."""
    if len(rows) > MOST_PRINTED:
        raise InvalidInput(f"超过 {MOST_PRINTED:,} 行，请先筛选，再分几次打印")
    clocks = Clocks.at(duban.clock(), duban.catalog)
    around = _around(connection, form, rows)
    versions = [duban.catalog.version(row["definition_id"]).definition for row in rows]
    known = ((one, row["body"]["facts"]) for one, row in zip(versions, rows, strict=True))
    people = roster(connection, known)
    told: list[Filled] = []
    for number, (own, row) in enumerate(zip(versions, rows, strict=True), start=1):
        facts = facts_of(row, own, someone.actor, people)
        told.append(filled(form, definition, number, row, facts, clocks.of(row, own), around))
    unit = made_by(connection, someone)
    today = local_day(duban.clock())
    lead, foot = (
        around_the_table(texts, unit, today, len(rows)) for texts in (form.lead, form.foot)
    )
    return printed_form(Sheet(form, told, lead, foot), duban.files.small)


def _around(connection: Connection, form: Printed, rows: Sequence[queries.Row]) -> Around:
    cases = [row["id"] for row in rows]
    events = happened.events_of(connection, cases, events_shown(form))
    signed = [given for row in rows for given in row["body"]["signed"].values()]
    people = {one for some in events.values() for each in some for one in each.people}
    units = {one for some in events.values() for each in some for one in each.units}
    units |= {seat[0] for row in rows for seat in row["body"]["parties"].values()}
    people |= {person for person, _, _ in signed}
    units |= {unit for _, unit, _ in signed}
    return Around(
        people=queries.person_names(connection, people),
        units={row["id"]: row for row in queries.units_by_id(connection, units)},
        happened=events,
        signed_at=happened.signed_at(connection, cases),
    )
