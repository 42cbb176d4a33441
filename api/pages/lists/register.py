"""发文登记簿: the numbers that were given, one after the other, and which of them are void."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.rendering import masthead_of, show
from api.presenting.fields import Option, options_of
from api.presenting.wording import in_full
from workflow.engine.calendar import local_day
from workflow.store.casework import documents

router = APIRouter()

_HERE = "/register"
MOST = 500
YEARS = 5
"""How many years back the register can be leafed through."""


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One number; a document that the reader does not see has no title and no address."""

    number: str
    title: str
    issued: str
    url: str
    void: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of one series of one unit, the latest first."""

    title: str
    lines: tuple[RegisterLine, ...]


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """The register of a year."""

    year: str
    years: tuple[Option, ...]
    series: tuple[Series, ...]
    more: bool
    most: int = MOST


@router.get("/register")
def register(duban: Installation, someone: SignedInPage, year: str = "") -> Response:
    """The numbers of a year that concern the reader."""
    this_year = local_day(duban.clock()).year
    years = [str(this_year - back) for back in range(YEARS)]
    shown = year if year in years else years[0]
    with duban.database.reading() as connection:
        rows, more = documents.register(connection, someone.actor, int(shown), MOST)
    page = RegisterPage(
        year=shown,
        years=options_of({one: f"{one}年" for one in years}, shown),
        series=tuple(_series(rows)),
        more=more,
    )
    return show("register.html", page, masthead_of(duban, someone, _HERE))


def _series(rows: Iterable[Mapping[str, Any]]) -> list[Series]:
    found: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["unit_id"], row["series"]), []).append(row)
    return [
        Series(f"{some[0]['unit']}“{series}”字号", tuple(map(_line, some)))
        for (_, series), some in found.items()
    ]


def _line(row: Mapping[str, Any]) -> RegisterLine:
    seen = row["title"] is not None
    return RegisterLine(
        number=row["number"],
        title=row["title"] or "（不在你的范围内）",
        issued=in_full(local_day(row["at"])),
        url=f"/cases/{row['case_id']}" if seen else "",
        void=row["void"] is not None,
        reason=row["void"] or "" if seen else "",
    )
