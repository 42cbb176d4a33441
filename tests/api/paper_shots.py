"""Pictures of everything that is printed: each document, ledger, form and template of every shipped
definition, made by our own programs, turned into pages by LibreOffice.

    ./dev shots --papers [WORDS …]

With words only papers whose file name has one of them. LibreOffice has other fonts than an office's
machine: what is looked for is margins, heads, cut texts, `####`, photos, pages. Not a test:
somebody looks at them. Needs soffice and pdftoppm (Debian: libreoffice-calc, libreoffice-writer,
poppler-utils, fonts-noto-cjk).
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from api.context import Duban
from api.papers.docx_file import docx_of
from api.papers.values import filling
from api.presenting.lights import Clock, clock_of
from api.presenting.lists import stamps_of
from api.presenting.printed import Around, around_the_table, filled
from api.settings import Settings
from api.spreadsheets import case_template, figure_list, ledger, org_lists, printed_form
from api.spreadsheets.ledger import SheetRow
from api.spreadsheets.paper import Imprint
from tests.api.specimens import Specimens, photographs
from tests.furnished import furnish
from tests.prefecture import NOW
from workflow.engine.calendar import local_day
from workflow.engine.case import Case, World
from workflow.engine.errors import Refusal
from workflow.engine.machine import Compiled
from workflow.engine.scene import Scene
from workflow.measuring.shelf import Shelf
from workflow.papers.composing import compose
from workflow.store.casework.documents import number_in_words
from workflow.store.database import Database
from workflow.store.lists import queries
from workflow.store.offices.named import roster
from workflow.store.people.accounts import person_by_username

ROWS = 25
"""Rows of a ledger or form: more than one page of them."""

Paper = tuple[str, bytes]


def main(folder: Path, words: Sequence[str]) -> None:
    """Draw everything, and leave PDFs and pictures of pages in a folder."""
    for program in ("soffice", "pdftoppm"):
        if shutil.which(program) is None:
            sys.exit(f"no {program} here; see the first lines of {__file__}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        made = list(_everything(Path(place)))
    papers = [one for one in made if not words or any(word in one[0] for word in words)]
    for name, content in papers:
        (folder / name).write_bytes(content)
    _convert(folder, [name for name, _ in papers])
    print(f"{len(papers)} 份，页面的图片在 {folder}")


def _convert(folder: Path, names: Sequence[str]) -> None:
    """One LibreOffice for all, with a profile of its own; then a picture a page."""
    with tempfile.TemporaryDirectory() as place:
        profile = f"-env:UserInstallation=file://{place}"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
        subprocess.run([*command, *(str(folder / name) for name in names)], check=True)
    for name in names:
        pdf = (folder / name).with_suffix(".pdf")
        subprocess.run(
            ["pdftoppm", "-r", "60", "-png", str(pdf), str(pdf.with_suffix(""))], check=True
        )


def _everything(place: Path) -> Iterator[Paper]:
    database = Database(f"sqlite:///{place / 'papers.db'}")
    furnish(database)
    duban = Duban.on(database, Settings(data=place), lambda: NOW)
    with database.reading() as connection:
        person = person_by_username(connection, "zhou-dc.specialist1")
    photos = photographs(duban, person, NOW)
    with database.reading() as connection:
        specimens = Specimens(duban, connection, NOW, photos)
        for name, definition in sorted(duban.catalog.workflows().items()):
            compiled = duban.catalog.newest(name)
            yield from _documents(specimens, compiled)
            yield from _ledgers(specimens, compiled)
            yield from _forms(specimens, compiled)
            try:
                units = [
                    case_template.Offered(code, short, f"中共{short}委 {short}人民政府", "黔西南州")
                    for code, short in (("522301", "兴义市"), ("522302", "兴仁市"))
                ]
                content = case_template.template(definition.definition, units)
                yield f"导入模板-{name}.xlsx", content
            except Refusal:
                continue  # its cases are opened by others, or by the calendar
    yield "导入模板-指标.xlsx", figure_list.template(Shelf(database).in_force().indicators)
    for which in org_lists.COLUMNS:
        yield f"导入模板-{which}.xlsx", org_lists.template_of(which)
    database.dispose()


def _documents(specimens: Specimens, compiled: Compiled) -> Iterator[Paper]:
    for name, paper in compiled.definition.documents.items():
        case = specimens.case(compiled, paper.from_[0])
        scene = Scene(compiled, case, World(specimens.duban.catalog.calendar), specimens.now)
        filled_in = filling(specimens.connection, specimens.duban.catalog, scene, name, "韦小兰")
        _, template = specimens.duban.catalog.template(paper.template or name)
        number = ""
        if template.series is not None:
            number = number_in_words("州督查局", template.series, specimens.now.year, 12)
        composed = compose(template, filled_in.values, filled_in.tables, filled_in.envelope, number)
        yield f"公文-{compiled.definition.workflow}-{name}.docx", docx_of(composed)


def _ledgers(specimens: Specimens, compiled: Compiled) -> Iterator[Paper]:
    definition = compiled.definition
    cases = list(_cases(specimens, compiled))
    people = roster(specimens.connection, ((definition, case.facts) for case in cases))
    for name, spec in definition.ledgers.items():
        parties = ledger.parties_of(definition, spec)
        rows = [
            SheetRow(
                case.number,
                tuple(_unit(specimens, case, one) for one in parties),
                definition.states[case.state].title,
                _clock(specimens, case),
                people.by_name(definition, case.facts),
                stamps_of(definition, specimens.row(case)["body"]),
            )
            for case in cases
        ]
        made = Imprint("黔西南州督查局", local_day(specimens.now))
        content = ledger.ledger_sheet(definition, spec, rows, made)
        yield f"台账-{definition.workflow}-{name}.xlsx", content


def _unit(specimens: Specimens, case: Case, party: str) -> str:
    seat = case.parties.get(party)
    return specimens.names[seat.unit] if seat else ""


def _forms(specimens: Specimens, compiled: Compiled) -> Iterator[Paper]:
    definition, connection = compiled.definition, specimens.connection
    cases = list(_cases(specimens, compiled))
    people = queries.person_names(connection, {specimens.person})
    units = {row["id"]: row for row in queries.units_by_id(connection, set(specimens.units))}
    around = Around(people, units, {}, {})
    for name, form in definition.printed.items():
        rows = [
            filled(
                form,
                definition,
                nth,
                specimens.row(case),
                case.facts,
                _clock(specimens, case),
                around,
            )
            for nth, case in enumerate(cases, start=1)
        ]
        lead, foot = (
            around_the_table(texts, "黔西南州督查局", local_day(specimens.now), len(rows))
            for texts in (form.lead, form.foot)
        )
        sheet = printed_form.Sheet(form, rows, lead, foot)
        content = printed_form.printed_form(sheet, specimens.duban.files.small)
        yield f"表格-{definition.workflow}-{name}.xlsx", content


def _cases(specimens: Specimens, compiled: Compiled) -> Iterator[Case]:
    states = list(compiled.definition.states)
    for nth in range(1, ROWS + 1):
        yield specimens.case(compiled, states[nth % len(states)], nth=nth)


def _clock(specimens: Specimens, case: Case) -> Clock:
    assert case.due is not None
    return clock_of(
        case.due.at,
        "",
        provisional=False,
        stopped=False,
        closed=False,
        calendar=specimens.duban.catalog.calendar,
        now=specimens.now,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2:])
