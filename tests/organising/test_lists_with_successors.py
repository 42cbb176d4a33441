"""A list of units names who takes over: the unit merges, its cases follow, and it is taken back."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from api.spreadsheets.org_lists import unit_lines
from tests.journeys.play import PROBLEM
from tests.prefecture import NOW, Prefecture
from workflow import following
from workflow.commands import Commands
from workflow.folder import SHIPPED
from workflow.organising import Organising
from workflow.organising.lines import ListRefused
from workflow.organising.unit_list import UnitLine
from workflow.store.casework.cases import read_case
from workflow.store.database import Database
from workflow.store.offices.changes import Asked
from workflow.store.tables.handles import UNIT

TOWNSHIP, HEIR, COUNTY = "522301100", "522301001", "522301"


@pytest.fixture
def organising(database: Database) -> Organising:
    return Organising(database)


@pytest.fixture
def lines() -> dict[str, UnitLine]:
    """The sample's units by code."""
    content = (SHIPPED / "sample" / "units.csv").read_bytes()
    return {line.code: line for line in unit_lines(content)}


def units(database: Database) -> list[object]:
    with database.reading() as connection:
        return list(connection.execute(select(UNIT).order_by(UNIT.c.id)).all())


def said(organising: Organising, *given: UnitLine) -> str:
    """What a preview says: of the first wrong line, or else of the first that is not the same."""
    found = organising.preview_units(given, NOW).lines
    return sorted(found, key=lambda line: line.verdict != "wrong")[0].sentence


def test_a_unit_merges_with_its_cases_and_is_taken_back_while_none_has_followed(
    organising: Organising,
    lines: dict[str, UnitLine],
    commands: Commands,
    prefecture: Prefecture,
    database: Database,
) -> None:
    case = commands.open_case(
        workflow="rectification",
        parties={"responsible": prefecture.unit(TOWNSHIP)},
        facts=PROBLEM,
        actor=prefecture.actor("xingyi-dc.specialist"),
        request="open",
        now=NOW,
    ).case
    merging = replace(lines[TOWNSHIP], successor=HEIR)
    assert said(organising, merging) == f"“敬南镇”并入“{HEIR}”"
    before = units(database)
    first = organising.import_units(Asked("first", NOW), [merging])
    assert first.change is not None
    organising.undo(Asked("undo", NOW), first.change)
    assert units(database) == before

    organising.import_units(Asked("second", NOW), [merging])
    assert following.follow_all(database, commands.catalog, NOW) == 1
    with database.reading() as connection:
        seats = read_case(connection, case)[0].parties
    assert seats["responsible"].unit == prefecture.unit(HEIR)
    again = organising.preview_units([merging], NOW)
    assert again.in_words() == "不变 1 行"


def test_a_county_merges_with_all_below_it_in_one_list(
    organising: Organising, lines: dict[str, UnitLine], database: Database
) -> None:
    below = [line for line in lines.values() if line.parent == COUNTY]
    county = replace(lines[COUNTY], successor="522302")
    refused = said(organising, county)
    assert refused == f"下面还有 {len(below)} 个单位，请在同一份名单里一并划转或合并"
    moved = [replace(line, parent="522302") for line in below if line.kind == "government"]
    merged = [
        replace(line, successor=line.code.replace(COUNTY, "522302"))
        for line in below
        if line.kind != "government"
    ]
    organising.import_units(Asked("county", NOW), [county, *moved, *merged])
    with database.reading() as connection:
        living = select(UNIT.c.code).where(UNIT.c.until.is_(None))
        codes = set(connection.execute(living).scalars())
    assert not {COUNTY, *(line.code for line in merged)} & codes
    assert {line.code for line in moved} <= codes


@pytest.mark.parametrize(
    ("code", "successor", "sentence"),
    [
        (TOWNSHIP, TOWNSHIP, "不能并入自己"),
        (TOWNSHIP, "52230100l", "没有编码为“52230100l”的承接单位，是不是"),
        ("522399", HEIR, "还没有这个单位"),
    ],
)
def test_a_successor_that_cannot_be_is_said(
    organising: Organising,
    lines: dict[str, UnitLine],
    code: str,
    successor: str,
    sentence: str,
) -> None:
    line = replace(lines[TOWNSHIP], code=code, successor=successor)
    assert sentence in said(organising, line)
    with pytest.raises(ListRefused):
        organising.import_units(Asked("wrong", NOW), [line])


def test_whoever_takes_over_must_stay(organising: Organising, lines: dict[str, UnitLine]) -> None:
    chain = [replace(lines[TOWNSHIP], successor=HEIR), replace(lines[HEIR], successor="522302")]
    assert "也要并入别的单位" in said(organising, *chain)
    new = replace(lines[TOWNSHIP], code="522301998", parent=TOWNSHIP)
    assert "要并入别的单位" in said(organising, new, chain[0])
