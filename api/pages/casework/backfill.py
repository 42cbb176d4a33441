"""补录: take over an office's own ledger. A file is chosen, its columns are read as they seem to be
meant and corrected by the person, every row is looked at, and then all are taken over or none.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection
from starlette.datastructures import FormData, UploadFile

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import GREATEST_ID, Posted, printable, text_in
from api.pages.kept_files import MOST_KEPT, content_of, kept_in
from api.pages.rendering import masthead_of, show
from api.presenting.backfill import BackfillPage, ColumnChoice, PastLine, TakenFile, WordChoice
from api.presenting.fields import Option, options_of
from api.presenting.wording import to_the_minute
from api.spreadsheets.past_columns import Reading, Target, targets_of
from api.spreadsheets.past_import import Ledger, Looked, PastReport, look, open_ledger, take_over
from workflow.engine.definition import Definition
from workflow.engine.errors import Refusal
from workflow.store.casework import backfills
from workflow.store.lists import queries
from workflow.store.sight.scope import units_of

router = APIRouter()

BackfillId = Annotated[int, Path(ge=1, le=GREATEST_ID)]
_HERE = "/cases/new"
MOST_SHOWN = 300
"""Rows of the report that a page shows, wrong ones first; the command line tells of all."""


@router.get("/cases/backfill")
def ask(duban: Installation, someone: SignedInPage, workflow: str = "", done: int = 0) -> Response:
    """Choose a file; what was taken over before stands below. Without a workflow: choose one."""
    if not workflow:
        return RedirectResponse(_HERE, 303)
    definition = duban.catalog.newest(workflow).definition
    targets_of(definition)
    said = f"已补录 {done:,} 件。" if done else ""
    return _show(duban, someone, definition, said)


@router.post("/cases/backfill")
def look_or_take(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Say how the file is read and what would become of every row, or take it over."""
    definition = duban.catalog.newest(printable(text_in(form, "workflow"))).definition
    ledger, looked = None, None
    try:
        name, content = _name_in(form), content_of(form)
        ledger = open_ledger(duban, someone.actor, definition.workflow, name, content)
        looked = look(
            duban, someone.actor, definition.workflow, ledger, _reading(duban, someone, form)
        )
        if called := printable(text_in(form, "keep_as"), 30):
            _keep(duban, someone, definition.workflow, called, looked.reading)
        if text_in(form, "act") == "take":
            request = text_in(form, "request")
            made = take_over(duban, someone.actor, definition.workflow, ledger, looked, request)
            address = f"/cases/backfill?workflow={definition.workflow}&done={len(made)}"
            return RedirectResponse(address, 303)
    except Refusal as refusal:
        return _show(duban, someone, definition, "", ledger, looked, refusal)
    return _show(duban, someone, definition, "", ledger, looked)


@router.post("/cases/backfill/{backfill}/undo")
def undo(
    backfill: BackfillId, duban: Installation, someone: SignedInForm, form: Posted
) -> Response:
    """Let all cases of a file leave again, while nobody has acted on one."""
    definition = duban.catalog.newest(printable(text_in(form, "workflow"))).definition
    try:
        gone = duban.commands.undo_backfill(
            backfill=backfill,
            reason=text_in(form, "reason"),
            actor=someone.actor,
            request=text_in(form, "request"),
            now=duban.clock(),
        )
    except Refusal as refusal:
        return _show(duban, someone, definition, refused=refusal)
    return _show(duban, someone, definition, f"已撤销补录 {len(gone):,} 件。")


# What the form says


def _name_in(form: FormData) -> str:
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return printable(file.filename, 80)
    return printable(text_in(form, "name"), 80)


def _reading(duban: Duban, someone: Someone, form: FormData) -> Reading | None:
    """How the form says the file is read: as typed, or as kept under a name; None to guess."""
    workflow = printable(text_in(form, "workflow"))
    if name := printable(text_in(form, "use"), 30):
        with duban.database.reading() as connection:
            kept = backfills.readings_of(connection, someone.person, workflow)
        if name in kept:
            return Reading.of(kept[name])
    if not text_in(form, "head").isdecimal():
        return None
    return Reading(
        int(text_in(form, "head")[:6]),
        dict(_pairs(form, "column")),
        dict(_pairs(form, "word")),
        text_in(form, "state"),
    )


def _pairs(form: FormData, what: str) -> list[tuple[str, str]]:
    """Heads, or words, with what was chosen for each: `column.3` beside `column.3.of`."""
    found = []
    for key in form:
        if key.startswith(f"{what}.") and key.endswith(".of"):
            chosen = text_in(form, key.removesuffix(".of"))
            if chosen:
                found.append((printable(text_in(form, key), 60), chosen))
    return found


def _keep(duban: Duban, someone: Someone, workflow: str, name: str, reading: Reading) -> None:
    with duban.database.unit_of_work() as connection:
        backfills.keep_reading(
            connection,
            person=someone.person,
            workflow=workflow,
            name=name,
            body=reading.as_dict(),
            now=duban.clock(),
        )


# The page


def _show(
    duban: Duban,
    someone: Someone,
    definition: Definition,
    done: str = "",
    ledger: Ledger | None = None,
    looked: Looked | None = None,
    refused: Refusal | None = None,
) -> Response:
    with duban.database.reading() as connection:
        readings = backfills.readings_of(connection, someone.person, definition.workflow)
        taken = _taken(connection, someone, definition.workflow)
    more: dict[str, Any] = _looked(definition, ledger, looked) if ledger and looked else {}
    page = BackfillPage(
        workflow=definition.workflow,
        title=definition.title,
        problem=refused.sentence if refused else "",
        done=done,
        readings=tuple(readings),
        taken=taken,
        **more,
    )
    return show("backfill.html", page, masthead_of(duban, someone, _HERE), refused=refused)


def _looked(definition: Definition, ledger: Ledger, looked: Looked) -> dict[str, Any]:
    reading, targets = looked.reading, targets_of(definition)
    spec = definition.backfill
    assert spec is not None
    titles = {name: definition.states[name].title for name in spec.into}
    rows = sorted(looked.rows, key=lambda row: (row.ok, not row.left_out, row.row))[:MOST_SHOWN]
    return {
        "file": ledger.name,
        "kept": kept_in(ledger.content) if len(ledger.content) <= MOST_KEPT else "",
        "head": reading.head,
        "columns": tuple(
            ColumnChoice(
                f"column.{at}", head, example, _options(targets, reading.columns.get(head, ""))
            )
            for at, (head, example) in enumerate(looked.heads)
        ),
        "words": tuple(
            WordChoice(f"word.{at}", word, options_of(titles, reading.words.get(word, "")))
            for at, word in enumerate(looked.said)
        ),
        "states": options_of(titles, reading.state),
        "problems": looked.problems,
        "lines": tuple(map(_line, rows)),
        "total": len(looked.rows),
        "wrong": looked.wrong,
        "pictures": looked.pictures.many,
        "left_out": len(looked.pictures.said),
        "elsewhere": looked.pictures.elsewhere,
        "unplaced": looked.pictures.unplaced,
        "skipped": "、".join(map(str, looked.skipped[:20])),
        "ready": looked.ready,
    }


def _options(targets: tuple[Target, ...], chosen: str) -> tuple[Option, ...]:
    titles = {one.key: one.title + ("（必填）" if one.required else "") for one in targets}
    return options_of(titles, chosen)


def _line(report: PastReport) -> PastLine:
    limit = f"，时限 {report.due}" if report.due else ""
    pictures = f"（照片 {report.pictures} 张）" if report.pictures else ""
    said = f"{report.state}{limit}：{report.headline}{pictures}" if report.ok else ""
    return PastLine(report.row, report.ok, said, tuple(report.errors.items()), report.left_out)


def _taken(connection: Connection, someone: Someone, workflow: str) -> tuple[TakenFile, ...]:
    found = backfills.of_units(connection, workflow, units_of(someone.actor))
    people = {one.person for one in found} | {one.undone_by for one in found if one.undone_by}
    names = queries.person_names(connection, people)
    return tuple(
        TakenFile(
            file=one.file,
            who=names.get(one.person, ""),
            when=to_the_minute(one.at),
            lines=one.lines,
            undo="" if one.undone_at else f"/cases/backfill/{one.id}/undo",
            undone=f"{names.get(one.undone_by or 0, '')}已撤销：{one.reason}"
            if one.undone_at
            else "",
        )
        for one in found
    )
