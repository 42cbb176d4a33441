"""监测指标: one indicator of the units below, with its line; and the figures from a table."""

from collections.abc import Collection, Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.downloads import disposition
from api.pages.boards.reading import HERE, chosen_of
from api.pages.forms import Posted, text_in
from api.pages.kept_files import MOST_KEPT, content_of, kept_in
from api.pages.rendering import masthead_of, show
from api.presenting.boards import tabs
from api.presenting.fields import options_of
from api.presenting.importing import FigureImportPage, figure_rows
from api.presenting.indicators import IndicatorPage, facts_of, series_rows
from api.presenting.workflows import office_in_words
from api.spreadsheets.figure_list import FigureReport, import_figures, template
from workflow.engine.errors import Refusal
from workflow.measuring.model import Indicator
from workflow.store.measuring import figures
from workflow.store.measuring.figures import Home

router = APIRouter()

_OPEN = "/indicators"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/indicators")
def series(
    duban: Installation,
    someone: SignedInPage,
    indicator: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """The page of one indicator."""
    in_force = duban.shelf.in_force()
    known = in_force.indicators
    with duban.database.reading() as connection:
        homes = figures.homes(connection, someone.actor)
        chosen = _chosen(connection, known, indicator, homes)
        found = figures.series(connection, chosen, homes) if chosen else []
    heads, rows = series_rows(found)
    of = next((one for one in in_force.lists.values() if chosen in one.items), None)
    page = IndicatorPage(
        tabs=tabs(_OPEN),
        note=of.note or "" if of else "",
        options=options_of({name: one.title for name, one in known.items()}, chosen),
        title=known[chosen].title if chosen else "监测指标",
        facts=facts_of(known[chosen], office_in_words(known[chosen].kept_by)) if chosen else (),
        heads=heads,
        rows=rows,
    )
    return show("indicators.html", page, masthead_of(duban, someone, HERE))


def _chosen(
    connection: Connection, known: Mapping[str, Indicator], asked: str, homes: Collection[Home]
) -> str:
    """What is asked for if it exists, otherwise the first of which the reader sees figures."""
    if asked in known:
        return asked
    told = figures.told_of(connection, homes)
    return chosen_of({name: one for name, one in known.items() if name in told} or known, "")


@router.get("/indicators/import")
def ask(duban: Installation, someone: SignedInPage) -> Response:
    """The empty form."""
    return _show(duban, someone, FigureImportPage())


@router.get("/indicators/import/template.xlsx")
def blank(duban: Installation, _: SignedInPage) -> Response:
    """The xlsx to fill in."""
    headers = {"Content-Disposition": disposition("指标数值导入模板.xlsx")}
    return Response(template(duban.shelf.in_force().indicators), headers=headers, media_type=_XLSX)


@router.post("/indicators/import")
def look_or_enter(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Say what would become of every row, or enter the figures; a refusal shows the form again."""
    try:
        content = content_of(form)
        looked = import_figures(duban, someone, content, commit=False)
        if text_in(form, "act") == "open" and not looked.wrong:
            looked = import_figures(duban, someone, content, commit=True)
    except Refusal as refusal:
        page = FigureImportPage(problem=refusal.sentence)
        return _show(duban, someone, page, refusal)
    keeps = len(content) <= MOST_KEPT and not (looked.wrong or looked.committed)
    return _show(duban, someone, _looked(duban, looked, content if keeps else b""))


def _looked(duban: Duban, report: FigureReport, kept: bytes) -> FigureImportPage:
    return FigureImportPage(
        looked=True,
        committed=report.committed,
        wrong=report.wrong,
        rows=figure_rows(report, duban.shelf.in_force().indicators),
        total=len(report.lines),
        kept=kept_in(kept),
    )


def _show(
    duban: Duban, someone: Someone, page: FigureImportPage, refused: Refusal | None = None
) -> Response:
    return show("figure_import.html", page, masthead_of(duban, someone, HERE), refused=refused)
