"""办法第二十三条: “建立客观反映乡村振兴进展的指标和统计体系”, and each place is assessed by it.

A series comes in as a table from the office that keeps it, is drawn, settles its lines of the
scorecard, and stands in the result that is frozen.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.api.callers import API
from tests.api.pages.page import Element
from tests.api.sheets import xlsx
from tests.engine.definitions import at
from tests.journeys.assessments import (
    GOOD,
    JUDGED,
    KEEPER,
    OFFICE,
    Round,
    approved,
    to_approval,
)
from tests.journeys.front import Front
from tests.journeys.play import COUNTY, Play, a_story
from workflow.measuring import periods
from workflow.store.database import Database
from workflow.store.measuring import figures

pytestmark = pytest.mark.journey

HEADS = ("指标", "单位", "期别", "数值", "说明")
INCOME = "income_growth"
PAGE = f"/indicators?indicator={INCOME}"
CARD = "/assessments/rural/2026"


@pytest.fixture
def play(database: Database) -> Iterator[Play]:
    """The year's assessment is open since 10 November."""
    with a_story(database, at("2026-11-09 18:00")) as play:
        play.until("2026-11-10 09:30")
        yield play


def table(front: Front, year: int, values: Mapping[str, float], *codes: str) -> bytes:
    """The same figures for some counties, or for all, in every period of a year."""
    known = front.duban.shelf.in_force().indicators
    rows = [
        (known[name].title, code, periods.in_words(period), value, "")
        for name, value in values.items()
        for code in codes or Round(front.play).codes()
        for period in periods.of_year(known[name].every, year)
    ]
    return xlsx(HEADS, *rows)


def sent(front: Front, who: str, content: bytes, *, commit: bool = True) -> dict[str, Any]:
    """What became of a table that somebody sends."""
    answer = front.client.post(
        f"{API}/figures/import",
        params={"commit": commit},
        headers=front.rest(who).headers,
        files={"file": ("指标数值.xlsx", content)},
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def row_of(front: Front, who: str, county: str) -> Element:
    """A county's row on the page of the indicator."""
    rows = front.browser(who).get(PAGE).main.all("tr")
    return next(row for row in rows if row.text.startswith(county))


def score(front: Front, code: str = COUNTY) -> dict[str, Any]:
    """The sheet of a county, as the office's program reads it."""
    unit = front.play.unit(code)
    answer = front.rest(OFFICE).get(f"{CARD}/{unit}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def line(sheet: Mapping[str, Any], part: str) -> dict[str, Any]:
    """A line of a sheet."""
    lines = [inner for one in sheet["lines"] for inner in (one, *one["lines"])]
    return next(one for one in lines if one["part"] == part)


def test_a_series_is_entered_drawn_scored_and_frozen(play: Play, front: Front) -> None:
    last_year = table(front, 2025, {INCOME: 6.5})
    assert sent(front, OFFICE, last_year, commit=False)["wrong"] == 0
    assert "还没有这个指标的数值" in front.browser(OFFICE).get(PAGE).text, "it was looked at"
    assert sent(front, KEEPER, last_year, commit=False)["ok"] == 0, "another office keeps it"
    for content in (last_year, table(front, 2026, GOOD)):
        assert sent(front, OFFICE, content)["committed"]

    row = row_of(front, OFFICE, "兴义市")
    assert [cell.text for cell in row.all("td")][1:] == ["6.5", "8"]
    assert len(row.one("polyline").attributes["points"].split()) == 2
    assert "兴仁市" not in front.browser("xingyi.head").get(PAGE).text, "nobody else's figures"

    waiting = score(front)
    assert (waiting["standing"]["final"], waiting["standing"]["pending"]) == (False, 36)
    sent(front, KEEPER, table(front, 2026, JUDGED))
    settled = score(front)
    assert (settled["standing"]["final"], settled["standing"]["total"]) == (True, 90.43)
    income = line(settled, INCOME)
    assert (income["value"], income["weight"], income["points"]) == (8, 6, 4.8)

    sent(front, OFFICE, table(front, 2026, {INCOME: 9}, COUNTY))  # the statistics were corrected
    assert score(front)["standing"]["total"] == 91.03
    with play.database.reading() as connection:
        kept = figures.history(connection, INCOME, play.unit(COUNTY), "2026")
    assert [(one["value"], one["live"]) for one in kept] == [(9, 1), (8, None)]

    round_ = Round(play)
    to_approval(round_)
    approved(round_)
    round_.freeze()
    assert play.case(round_.case(COUNTY)).facts["total"] == 91.03
    sent(front, OFFICE, table(front, 2026, {INCOME: 1}, COUNTY))
    assert play.case(round_.case(COUNTY)).facts["total"] == 91.03, "a result stays as it stood"
    for_what = "列为领导班子综合评价的依据"
    assert play.act(OFFICE, round_.case(COUNTY), "archive", use=for_what) == "archived"


def test_a_table_with_a_mistake_enters_nothing_and_says_where(play: Play, front: Front) -> None:
    wrong = xlsx(
        HEADS, ("粮食产量", "兴义市", "2026年", 1, ""), ("粮食产量", "天上", "2026年", 1, "")
    )
    looked = sent(front, OFFICE, wrong, commit=False)
    assert [(row["row"], row["ok"]) for row in looked["rows"]] == [(2, True), (3, False)]
    assert "没有“天上”这个单位" in looked["rows"][1]["errors"]["单位"]
    answer = front.client.post(
        f"{API}/figures/import",
        params={"commit": True},
        headers=front.rest(OFFICE).headers,
        files={"file": ("指标数值.xlsx", wrong)},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "rows_refused")
    with play.database.reading() as connection:
        assert figures.of_units(connection, {play.unit(COUNTY)}, 2026) == []
