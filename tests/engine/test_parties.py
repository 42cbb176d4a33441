"""Which unit stands where: named by the opener, or found in the table, and never typed."""

from collections.abc import Mapping
from json import dumps

import pytest

from tests.engine.definitions import (
    COUNTY,
    COUNTY_LEAD,
    COUNTY_SUPERVISION,
    LEAD,
    LINEAGES,
    OTHER_TOWNSHIP,
    PREFECTURE,
    SUPERVISION,
    TOWNSHIP,
    VILLAGE,
    Walk,
    define,
    person,
)
from workflow.engine.case import Lineage, Unit
from workflow.engine.errors import InvalidInput, RelationNotAllowed
from workflow.engine.parties import reseat, seat_parties

STATES = """
states:
  start:
    title: 开始
    turn: worker
    events: { finish: { title: 完成, by: worker.clerk, to: end } }
  end: { title: 结束, final: true }
"""
DEFINITION = define(STATES)
CHOOSING = define(
    STATES
    + """
parties:
  principal:
    title: 约谈单位
    of: worker
    choice: true
    table: { county: prefecture.government, township: [county.government, prefecture.government] }
    apart_from: worker
"""
)


def seats(named: Mapping[str, int]) -> dict[str, int]:
    return {name: seat.unit for name, seat in seat_parties(DEFINITION, named, LINEAGES).items()}


@pytest.mark.parametrize(
    ("worker", "checker", "keeper"),
    [(COUNTY, LEAD, SUPERVISION), (TOWNSHIP, COUNTY_LEAD, COUNTY_SUPERVISION)],
    ids=["county", "township"],
)
def test_the_table_says_who_answers_for_what_by_level(
    worker: int, checker: int, keeper: int
) -> None:
    assert seats({"worker": worker}) == {"worker": worker, "checker": checker, "keeper": keeper}


@pytest.mark.parametrize("unit", [PREFECTURE, SUPERVISION, VILLAGE])
def test_a_unit_of_another_kind_is_refused(unit: int) -> None:
    with pytest.raises(RelationNotAllowed, match="该单位不能作为承办单位"):
        seats({"worker": unit})


def test_a_party_left_out_is_asked_for_and_an_unknown_one_refused() -> None:
    with pytest.raises(InvalidInput, match="请指明承办单位"):
        seats({})
    with pytest.raises(InvalidInput, match="没有“boss”这一方"):
        seats({"worker": COUNTY, "boss": PREFECTURE})


@pytest.mark.parametrize("other", [COUNTY_LEAD, SUPERVISION, PREFECTURE])
def test_a_tabled_party_is_never_typed(other: int) -> None:
    with pytest.raises(RelationNotAllowed, match="不在规定的关系之内"):
        seats({"worker": COUNTY, "checker": other})


def test_naming_what_the_table_says_anyway_is_accepted() -> None:
    assert seats({"worker": COUNTY, "checker": LEAD})["checker"] == LEAD


def test_the_second_office_of_a_row_is_for_rising_not_for_naming() -> None:
    with pytest.raises(RelationNotAllowed):
        seats({"worker": TOWNSHIP, "keeper": SUPERVISION})


@pytest.mark.parametrize(
    ("unit", "chosen", "allowed"),
    [
        (TOWNSHIP, COUNTY, True),
        (TOWNSHIP, PREFECTURE, True),
        (COUNTY, PREFECTURE, True),
        (COUNTY, SUPERVISION, False),  # a department may not interview a county (art. 26)
        (TOWNSHIP, COUNTY_SUPERVISION, False),
        (TOWNSHIP, TOWNSHIP, False),
    ],
)
def test_a_choice_stays_within_the_row(unit: int, chosen: int, allowed: bool) -> None:
    named = {"worker": unit, "principal": chosen}
    if allowed:
        assert seat_parties(CHOOSING, named, LINEAGES)["principal"].unit == chosen
    else:
        with pytest.raises(RelationNotAllowed):
            seat_parties(CHOOSING, named, LINEAGES)


def test_without_a_choice_the_first_office_of_the_row_is_taken() -> None:
    assert seat_parties(CHOOSING, {"worker": TOWNSHIP}, LINEAGES)["principal"].unit == COUNTY


def test_an_office_missing_in_the_organisation_is_named() -> None:
    lonely = Lineage(Unit(50, "county", "government"), {"prefecture.lead": LEAD})
    with pytest.raises(RelationNotAllowed, match=r"补上：prefecture\.supervision"):
        seat_parties(DEFINITION, {"worker": 50}, {50: lonely})


def test_a_row_without_its_first_office_begins_at_the_next() -> None:
    offices = {"prefecture.lead": LEAD, "prefecture.supervision": SUPERVISION, "county.lead": 12}
    lonely = Lineage(Unit(50, "township", "government"), offices)
    assert seat_parties(DEFINITION, {"worker": 50}, {50: lonely})["keeper"].unit == SUPERVISION


def test_seats_know_to_whom_they_may_rise() -> None:
    township = seat_parties(DEFINITION, {"worker": TOWNSHIP}, LINEAGES)["keeper"]
    county = seat_parties(DEFINITION, {"worker": COUNTY}, LINEAGES)["keeper"]
    assert (township.higher, county.higher) == (SUPERVISION, None)


def given_to(before: int, after: int) -> dict[str, int]:
    seats_before = seat_parties(DEFINITION, {"worker": before}, LINEAGES)
    seats_after = reseat(DEFINITION, seats_before, "worker", LINEAGES[after])
    return {name: seat.unit for name, seat in seats_after.items()}


def test_a_party_given_to_another_unit_takes_its_tables_along() -> None:
    after = given_to(TOWNSHIP, COUNTY)
    assert after == {"worker": COUNTY, "checker": LEAD, "keeper": SUPERVISION}


def test_who_held_the_case_keeps_it_where_the_new_unit_s_row_has_that_office() -> None:
    after = given_to(COUNTY, TOWNSHIP)
    assert after == {"worker": TOWNSHIP, "checker": LEAD, "keeper": SUPERVISION}


def test_a_unit_does_not_sit_on_two_sides_that_must_be_apart() -> None:
    """The department in charge has a problem of its own: it cannot review itself."""
    department = {"prefecture department": ["prefecture.lead"]}
    tables = {
        name: {"title": name, "of": "worker", "table": department, "apart_from": "worker"}
        for name in ("checker", "keeper")
    }
    worker = {"title": "承办单位", "among": "prefecture department"}
    apart = define(STATES + dumps({"parties": {"worker": worker, **tables}})[1:-1])
    with pytest.raises(RelationNotAllowed, match="承办单位和checker不能是同一个单位"):
        seat_parties(apart, {"worker": LEAD}, LINEAGES)


OPENED = STATES + "opening: { state: start, by: keeper.clerk, needs: what }\n"


@pytest.mark.parametrize("office", [COUNTY_SUPERVISION, SUPERVISION])
def test_who_finds_a_problem_supervises_it(office: int) -> None:
    """An opener from a higher office of the row takes the seat."""
    walk = Walk(OPENED, unit=TOWNSHIP, actor=person(9, (office, "clerk")))
    assert walk.case.parties["keeper"].unit == office
    assert walk.again() == walk.case


def test_the_case_is_about_the_unit_of_its_anchor() -> None:
    assert Walk(STATES, unit=OTHER_TOWNSHIP).case.unit == OTHER_TOWNSHIP
