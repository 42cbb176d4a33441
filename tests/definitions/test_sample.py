"""The sample organisation: one tree, a desk for every step, nobody real in it."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "definitions" / "sample"
FILES = ("units.csv", "people.csv", "cast.csv", "administrators.csv")


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


UNITS = {unit["code"]: unit for unit in rows("units.csv")}
PEOPLE = {person["username"]: person for person in rows("people.csv")}
GOVERNMENTS = {code: unit for code, unit in UNITS.items() if unit["kind"] == "government"}
TOWNSHIPS = {code: unit for code, unit in UNITS.items() if unit["level"] == "township"}
COUNTIES = {code: unit for code, unit in GOVERNMENTS.items() if unit["level"] == "county"}
PREFECTURE = "522300"

POSTS = {
    "government": {"head": 1, "officer": 1, "liaison": 1},
    "supervision": {"head": 1, "officer": 1, "specialist": 1, "inspector": 2},
    "lead": {"head": 1, "officer": 1, "liaison": 1, "inspector": 2},
    "office": {"head": 1, "officer": 1, "liaison": 1},
    "department": {"head": 1, "officer": 1, "liaison": 1},
}


def posts_of(code: str) -> Counter[str]:
    return Counter(person["role"] for person in PEOPLE.values() if person["unit_code"] == code)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_plain_utf8_with_unix_line_ends(name: str) -> None:
    content = (SAMPLE / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_every_column_and_no_stray_blanks(name: str) -> None:
    for row in rows(name):
        assert None not in row
        assert None not in row.values()
        assert all(value == value.strip() for value in row.values())


@pytest.mark.parametrize(
    ("name", "column"),
    [
        *[("units.csv", column) for column in ("code", "name", "short_name")],
        *[("people.csv", column) for column in ("username", "name", "phone", "email")],
        ("cast.csv", "username"),
    ],
)
def test_what_identifies_a_row_is_unique(name: str, column: str) -> None:
    values = Counter(row[column] for row in rows(name))
    assert [value for value, times in values.items() if times > 1 or not value] == []


def test_the_units_are_one_tree_with_parents_first() -> None:
    seen: set[str] = set()
    for code, unit in UNITS.items():
        assert unit["parent_code"] in seen or (code == PREFECTURE and not unit["parent_code"])
        seen.add(code)


def test_a_parent_is_a_government_one_level_up_or_the_own_level_for_a_department() -> None:
    above = {"prefecture": "", "county": "prefecture", "township": "county"}
    for unit in UNITS.values():
        parent = GOVERNMENTS.get(unit["parent_code"])
        level = parent["level"] if parent else ""
        assert level == (unit["level"] if unit["kind"] == "department" else above[unit["level"]])


def test_a_government_and_only_a_government_governs() -> None:
    assert {unit["function"] for unit in UNITS.values()} == set(POSTS)
    for unit in UNITS.values():
        assert (unit["function"] == "government") == (unit["kind"] == "government")


def test_the_classes_are_those_of_the_opinion() -> None:
    assert {unit["short_name"]: unit["class"] for unit in UNITS.values() if unit["class"]} == {
        "兴义市": "引领示范",
        "义龙新区": "引领示范",
        "兴仁市": "引领示范",
        "安龙县": "引领示范",
        "贞丰县": "重点推进",
        "普安县": "重点推进",
        "晴隆县": "夯实基础",
        "册亨县": "夯实基础",
        "望谟县": "夯实基础",
    }


def test_only_yilong_is_assessed_with_another_unit_and_that_is_xingyi() -> None:
    together = {code: unit["assessed_with"] for code, unit in UNITS.items()}
    assert {code: other for code, other in together.items() if other} == {"522300-YL": "522301"}


def test_nine_units_report_to_the_prefecture_and_every_township_to_its_county() -> None:
    reporting = {code for code, unit in UNITS.items() if unit["reports"] == "1"}
    assert {unit["reports"] for unit in UNITS.values()} == {"0", "1"}
    assert {code for code in reporting if UNITS[code]["parent_code"] == PREFECTURE} == set(COUNTIES)
    assert len(COUNTIES) == 9
    assert reporting == set(COUNTIES) | set(TOWNSHIPS)


def test_the_140_townships_carry_nine_digits_that_begin_with_their_county() -> None:
    assert len(TOWNSHIPS) == 140
    assert Counter(UNITS[unit["parent_code"]]["short_name"] for unit in TOWNSHIPS.values()) == {
        "兴义市": 32,
        "兴仁市": 18,
        "普安县": 14,
        "晴隆县": 15,
        "贞丰县": 17,
        "望谟县": 16,
        "册亨县": 13,
        "安龙县": 15,
    }
    for code, unit in TOWNSHIPS.items():
        assert re.fullmatch(unit["parent_code"] + r"\d{3}", code)


@pytest.mark.parametrize("government", [PREFECTURE, *COUNTIES])
@pytest.mark.parametrize("function", ["supervision", "lead", "office"])
def test_the_prefecture_and_every_county_have_one(function: str, government: str) -> None:
    below = [unit for unit in UNITS.values() if unit["parent_code"] == government]
    assert [unit["function"] for unit in below].count(function) == 1


def test_every_post_of_every_unit_is_held() -> None:
    for code, unit in UNITS.items():
        expected = dict(POSTS[unit["function"]])
        if code == PREFECTURE + "-DC":
            expected["specialist"] = 2
        assert posts_of(code) == expected, code


def test_nobody_can_be_reached_by_accident() -> None:
    for username, person in PEOPLE.items():
        assert person["unit_code"] in UNITS
        assert re.fullmatch(r"[a-z]+(-[a-z]+)?\.[a-z]+[12]?", username)
        assert re.fullmatch(r"100\d{8}", person["phone"])
        assert person["email"] == f"{username}@duban.example"


def test_the_cast_are_people_of_the_sample_and_each_has_a_story() -> None:
    for member in rows("cast.csv"):
        assert member["username"] in PEOPLE
        assert member["story"].endswith("。")


def test_there_is_one_administrator_of_each_kind_who_is_nobody_else() -> None:
    found = {one["username"]: one for one in rows("administrators.csv")}
    assert sorted(one["role"] for one in found.values()) == ["audit", "security", "system"]
    assert not found.keys() & PEOPLE.keys()
    assert all(one["story"].endswith("。") for one in found.values())


def test_the_readme_counts_what_the_files_hold() -> None:
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    counted = {f"`{name}`": len(rows(name)) for name in FILES}
    told = re.findall(r"\| (`\w+\.csv`) \| [^|]*\((\d+)\)", readme)
    assert {name: int(number) for name, number in told} == counted
