"""Indicators with their figures, and assessments: who stands where, and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, UploadFile
from pydantic import BaseModel

from api.auth import Installation, SignedIn
from api.measured import year_in_sight
from api.rest.inputs import LARGEST_ID, Word
from api.spreadsheets.figure_list import import_figures
from workflow.assessing import Sheet, proposals
from workflow.engine.errors import NotFound
from workflow.measuring.model import Indicator
from workflow.measuring.scoring import Line
from workflow.store.measuring import figures

router = APIRouter(tags=["measuring"])


class IndicatorOut(BaseModel):
    """An indicator; `duty` says whose duty it is, and how much is wanted."""

    indicator: str
    title: str
    measure: str
    every: str
    better: str
    kept_by: str
    source: str | None
    duty: dict[str, Any] | None


class FigureOut(BaseModel):
    """A figure of a unit and period; null where the indicator does not apply, as `note` says."""

    unit: str
    period: str
    value: float | None
    note: str | None


class FigureRowOut(BaseModel):
    """What became of a row; `errors` are sentences by column."""

    row: int
    ok: bool
    errors: dict[str, str]


class FigureReportOut(BaseModel):
    """What became of a file; without `committed` nothing was entered."""

    committed: bool
    ok: int
    wrong: int
    rows: list[FigureRowOut]


class StandingOut(BaseModel):
    """How a unit stands; `final` once every line is settled. Ranks are null for who is exempt."""

    unit: int
    name: str
    class_name: str
    total: float | None
    settled: float
    pending: float
    deducted: float
    added: float
    final: bool
    grade: str | None
    rank: int | None
    class_rank: int | None
    case: int | None


class LineOut(BaseModel):
    """A line of the sheet with the lines below it."""

    part: str
    title: str
    weight: float
    points: float | None
    known: str
    value: float | None
    lines: list["LineOut"]


class EvidenceOut(BaseModel):
    """A case on which a deduction or bonus rests, null for one out of scope; `points` are null
    while nobody has decided.
    """

    rule: str
    case: int | None
    number: str
    proposed: float | None
    points: float | None
    reason: str | None


class SheetOut(BaseModel):
    """One unit's sheet."""

    standing: StandingOut
    lines: list[LineOut]
    evidence: list[EvidenceOut]


@router.get("/indicators")
def indicators(duban: Installation, _: SignedIn) -> list[IndicatorOut]:
    """Every indicator in force."""
    fields = IndicatorOut.model_fields.keys() & Indicator.model_fields.keys()
    return [
        IndicatorOut(indicator=name, **one.model_dump(include=set(fields)))
        for name, one in duban.shelf.in_force().indicators.items()
    ]


@router.get("/indicators/{indicator}/figures")
def figures_of(indicator: Word, duban: Installation, someone: SignedIn) -> list[FigureOut]:
    """The figures in force of the units in sight, by code of the unit and period."""
    duban.shelf.in_force().indicator(indicator)
    with duban.database.reading() as connection:
        homes = figures.homes(connection, someone.actor)
        rows = figures.series(connection, indicator, homes)
    return [
        FigureOut(unit=row["code"], period=row["period"], value=row["value"], note=row["note"])
        for row in rows
    ]


@router.post("/figures/import")
def import_table(
    file: UploadFile,
    duban: Installation,
    someone: SignedIn,
    commit: Annotated[bool, Query(description="enter the figures, not only look")] = False,
) -> FigureReportOut:
    """Enter figures from an xlsx or CSV file, or say what would become of every row."""
    report = import_figures(duban, someone, file.file.read(), commit=commit)
    rows = [
        FigureRowOut(row=line.row, ok=line.entry is not None, errors=dict(line.errors))
        for line in report.lines
    ]
    ok = len(rows) - report.wrong
    return FigureReportOut(committed=report.committed, ok=ok, wrong=report.wrong, rows=rows)


CardYear = Annotated[int, Path(ge=2000, le=2100)]


@router.get("/assessments/{card}/{year}")
def standings(
    card: Word, year: CardYear, duban: Installation, someone: SignedIn
) -> list[StandingOut]:
    """How the units in sight stand, in the order of their codes."""
    with duban.database.reading() as connection:
        here = year_in_sight(connection, duban, someone.actor, card, year)
    return [_standing(one) for one in here.sheets]


@router.get("/assessments/{card}/{year}/{unit}")
def sheet(
    card: Word,
    year: CardYear,
    unit: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    duban: Installation,
    someone: SignedIn,
) -> SheetOut:
    """One unit's sheet, with the cases on which deductions rest or would."""
    with duban.database.reading() as connection:
        here = year_in_sight(connection, duban, someone.actor, card, year)
        one = next((sheet for sheet in here.sheets if sheet.unit == unit), None)
        if one is None:
            raise NotFound("没有这张计分表，或不在你的范围内", {"unit": unit})
        waiting = proposals(connection, here.card, one, someone.actor)
    decided = [_decided(row) for row in one.adjustments]
    proposed = [
        EvidenceOut(
            rule=w.rule,
            case=w.evidence.case,
            number=w.evidence.number,
            proposed=w.points,
            points=None,
            reason=None,
        )
        for w in waiting
    ]
    lines = [_line(line) for line in one.lines]
    return SheetOut(standing=_standing(one), lines=lines, evidence=[*decided, *proposed])


def _decided(row: Any) -> EvidenceOut:
    return EvidenceOut(
        rule=row["rule"],
        case=row["case_id"],
        number=row["number"],
        proposed=None,
        points=row["points"] / 100,
        reason=row["reason"],
    )


def _standing(one: Sheet) -> StandingOut:
    stands, place = one.standing, one.place
    return StandingOut(
        unit=one.unit,
        name=one.name,
        class_name=one.class_,
        total=None if stands.total is None else float(stands.total),
        settled=float(stands.settled),
        pending=float(stands.pending),
        deducted=float(stands.deducted),
        added=float(stands.added),
        final=stands.final,
        grade=one.grade or None,
        rank=place.rank if place else None,
        class_rank=place.class_rank if place else None,
        case=one.case["id"] if one.case else None,
    )


def _line(line: Line) -> LineOut:
    return LineOut(
        part=line.path[-1],
        title=line.part.title,
        weight=float(line.weight),
        points=float(line.points) if line.settled else None,
        known=str(line.known),
        value=None if line.value is None else float(line.value),
        lines=[_line(inner) for inner in line.lines],
    )
