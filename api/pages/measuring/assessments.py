"""考核: the scorecards, a year's ranking, a unit's sheet; deciding on deductions, and freezing."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.measured import Year, year_in_sight
from api.pages.boards.reading import HERE
from api.pages.forms import GREATEST_ID, Posted, printable, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.assessments import (
    CardLink,
    CardsPage,
    RankingPage,
    SheetPage,
    decision_lines,
    points,
    proposal_line,
    rank_row,
    ranked,
    sheet_lines,
)
from api.presenting.boards import tabs
from api.presenting.wording import in_full
from workflow.assessing import Sheet, lacking, proposals
from workflow.engine.calendar import local_day
from workflow.engine.errors import InvalidInput, NotFound, Refusal

router = APIRouter()

_OPEN = "/assessments"
UnitId = Annotated[int, Path(ge=1, le=GREATEST_ID)]
CardName = Annotated[str, Path(max_length=30)]
CardYear = Annotated[int, Path(ge=2000, le=2100)]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A decision that was refused, and what was typed for it."""

    refusal: Refusal
    rule: str
    case: str
    points: str
    reason: str


@router.get("/assessments")
def cards(duban: Installation, someone: SignedInPage) -> Response:
    """The scorecards to choose from."""
    found = tuple(
        CardLink(
            f"{_OPEN}/{card.scorecard}/{card.year}", f"{card.year}年{card.title}", card.note or ""
        )
        for card in duban.shelf.in_force().scorecards.values()
    )
    page = CardsPage(tabs(_OPEN), found)
    return show("assessments.html", page, masthead_of(duban, someone, HERE))


@router.get("/assessments/{card}/{year}")
def ranking(card: CardName, year: CardYear, duban: Installation, someone: SignedInPage) -> Response:
    """The ranking of a year."""
    return _ranking(duban, someone, card, year)


@router.post("/assessments/{card}/{year}/freeze")
def freeze(
    card: CardName,
    year: CardYear,
    duban: Installation,
    someone: SignedInForm,
    _: Posted,
) -> Response:
    """Freeze the results; a refusal shows the ranking with the reason."""
    in_force = duban.shelf.in_force()
    chosen = in_force.scorecard(card, year)
    try:
        duban.assessing.freeze(in_force, chosen, someone.actor, duban.clock())
    except Refusal as refusal:
        return _ranking(duban, someone, card, year, refusal)
    return RedirectResponse(f"{_OPEN}/{card}/{year}", 303)


@router.get("/assessments/{card}/{year}/{unit}")
def sheet(
    card: CardName, year: CardYear, unit: UnitId, duban: Installation, someone: SignedInPage
) -> Response:
    """One unit's sheet."""
    return _sheet(duban, someone, card, year, unit)


@router.post("/assessments/{card}/{year}/{unit}")
def decide(
    card: CardName,
    year: CardYear,
    unit: UnitId,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Confirm a proposed deduction or bonus, or waive it; a refusal shows the sheet again."""
    rule, case = text_in(form, "rule"), text_in(form, "case")
    typed, reason = text_in(form, "points"), printable(text_in(form, "reason"), 400)
    with duban.database.reading() as connection:
        here = year_in_sight(connection, duban, someone.actor, card, year)
        one = _of(here, unit)
        waiting = proposals(connection, here.card, one, someone.actor)
    try:
        chosen = [w for w in waiting if w.rule == rule and str(w.evidence.case) == case]
        if not chosen:
            raise InvalidInput("这一项已经有人处理，请刷新后再看")
        waived = text_in(form, "act") == "waive"
        given = None if waived else _points(typed)
        duban.assessing.decide(
            here.card, chosen[0], unit, given, reason, someone.actor, duban.clock()
        )
    except Refusal as refusal:
        tried = _Tried(refusal, rule, case, typed, reason)
        return _sheet(duban, someone, card, year, unit, tried)
    return RedirectResponse(f"{_OPEN}/{card}/{year}/{unit}", 303)


def _points(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput("分值应为数字") from None


def _of(here: Year, unit: int) -> Sheet:
    found = next((one for one in here.sheets if one.unit == unit), None)
    if found is None:
        raise NotFound("没有这张计分表，或不在你的范围内", {"unit": unit})
    return found


def _ranking(
    duban: Duban, someone: Someone, card: str, year: int, refusal: Refusal | None = None
) -> Response:
    with duban.database.reading() as connection:
        here = year_in_sight(connection, duban, someone.actor, card, year)
    frozen = here.results[0]["at"] if here.results else None
    page = RankingPage(
        title=f"{year}年{here.card.title}",
        basis=here.card.basis,
        note=here.card.note or "",
        url=f"{_OPEN}/{card}/{year}",
        frozen=in_full(local_day(frozen)) if frozen else "",
        may_freeze=here.keeps and not frozen,
        lacking=lacking(here.sheets),
        rows=ranked(here.card, here.sheets),
        problem=refusal.sentence if refusal else "",
    )
    masthead = masthead_of(duban, someone, HERE)
    return show("ranking.html", page, masthead, refused=refusal)


def _sheet(
    duban: Duban,
    someone: Someone,
    card: str,
    year: int,
    unit: int,
    tried: _Tried | None = None,
) -> Response:
    with duban.database.reading() as connection:
        here = year_in_sight(connection, duban, someone.actor, card, year)
        one = _of(here, unit)
        waiting = proposals(connection, here.card, one, someone.actor)
    case = one.case
    page = SheetPage(
        title=f"{year}年{here.card.title}",
        note=here.card.note or "",
        up=f"{_OPEN}/{card}/{year}",
        here=f"{_OPEN}/{card}/{year}/{unit}",
        unit=one.name,
        class_=one.class_,
        row=rank_row(here.card, one),
        points=points(one.standing.points),
        added=points(one.standing.added) if one.standing.added else "",
        lines=tuple(sheet_lines(one.lines, here.indicators)),
        decisions=tuple(decision_lines(here.card, one.adjustments)),
        proposals=tuple(map(proposal_line, waiting)),
        decides=here.keeps and not here.results,
        case=(f"/cases/{case['id']}", case["number"]) if case else ("", ""),
        problem=tried.refusal.sentence if tried else "",
        tried=(tried.rule, tried.case) if tried else ("", ""),
        typed_points=tried.points if tried else "",
        typed_reason=tried.reason if tried else "",
    )
    masthead = masthead_of(duban, someone, HERE)
    return show("sheet.html", page, masthead, refused=tried.refusal if tried else None)
