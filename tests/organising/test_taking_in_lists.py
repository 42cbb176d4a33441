"""Lists of units and people: previewed line by line, taken whole or not at all, and taken back."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import select

from api.spreadsheets.case_table import UnreadableFile
from api.spreadsheets.org_lists import COLUMNS, Which, people_lines, template_of, unit_lines
from api.spreadsheets.reading import read_list
from tests.journeys.play import PROBLEM
from tests.prefecture import NOW, Prefecture
from workflow import following
from workflow.commands import Commands
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotFound, RequestReused
from workflow.folder import SHIPPED
from workflow.organising import Organising
from workflow.organising.lines import ListRefused, Report
from workflow.store.casework.cases import read_case
from workflow.store.database import Database
from workflow.store.offices.changes import Asked
from workflow.store.tables.handles import FORMER_NAME, HOLDING, PERSON, UNIT

UNITS, PEOPLE = (SHIPPED / "sample" / f"{name}.csv" for name in ("units", "people"))
_UNIT_HEADER = "编码,名称,简称,层级,性质,职能,上级编码,报告单位"
_PEOPLE_HEADER = "登录名,姓名,手机,邮箱,单位编码,岗位,职务"

Asking = Callable[[], Asked]


@pytest.fixture
def organising(database: Database) -> Organising:
    return Organising(database)


@pytest.fixture
def asked() -> Asking:
    """A new request each time."""
    numbers = count(1)
    return lambda: Asked(f"request {next(numbers)}", NOW)


def table(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows]).encode()


def lines_of(report: Report) -> list[tuple[int, str, str]]:
    return [(line.row, line.verdict, line.sentence) for line in report.lines]


def rows_of(database: Database) -> list[object]:
    """The whole organisation."""
    with database.reading() as connection:
        tables = (UNIT, PERSON, HOLDING)
        return [connection.execute(select(t).order_by(t.c.id)).all() for t in tables]


def test_the_sample_sent_again_changes_nothing(organising: Organising) -> None:
    units = organising.preview_units(unit_lines(UNITS.read_bytes()), NOW, complete=True)
    people = organising.preview_people(people_lines(PEOPLE.read_bytes()), NOW, complete=True)
    assert (units.in_words(), people.in_words()) == ("不变 186 行", "不变 599 行")


def test_a_preview_says_of_every_line_what_would_become_of_it(
    organising: Organising, database: Database
) -> None:
    before = rows_of(database)
    given = table(
        _UNIT_HEADER,
        "522399,新城街道党工委 办事处,新城街道,乡级,党委政府,government,522301,是",
        "522399-1,党政办公室,党政办,乡级,内设机构,office,522399,否",
        "522301,中共兴义市委 兴义市人民政府,兴义,县级,党委政府,government,522300,是",
        "522398,某某街道,某某街道,乡级,党委政府,government,52230l,是",
        "522397,某某街道,,乡级,党委,government,522301,是",
        "A,甲,甲,乡级,部门,office,B,否",
        "B,乙,乙,乡级,部门,office,A,否",
    )
    report = organising.preview_units(unit_lines(given), NOW)
    circle = "与上级单位互为上下级，请核对上级编码"
    assert lines_of(report) == [
        (2, "added", "新城街道党工委 办事处"),
        (3, "added", "党政办公室"),
        (4, "changed", "简称“兴义市”改为“兴义”"),
        (5, "wrong", "没有编码为“52230l”的上级单位，是不是“522302”、“522301”、“522300”？"),
        (6, "wrong", "缺少简称"),
        (7, "wrong", circle),
        (8, "wrong", circle),
    ]
    with pytest.raises(ListRefused, match="有 4 行有误，一行也没有导入"):
        organising.import_units(Asked("wrong", NOW), unit_lines(given))
    assert rows_of(database) == before


def test_units_are_taken_in_and_taken_back(
    organising: Organising, database: Database, prefecture: Prefecture, asked: Asking
) -> None:
    before = rows_of(database)
    given = unit_lines(
        table(
            _UNIT_HEADER,
            "522399-1,党政办公室,党政办,乡级,内设机构,office,522399,否",
            "522399,新城街道党工委 办事处,新城街道,乡级,党委政府,government,522301,是",
            "522301,中共兴义市委 兴义市人民政府,兴义,县级,党委政府,government,522300,是",
        )
    )
    report = organising.import_units(asked(), given)
    assert report.sentence == "导入单位：新增 2 行、变更 1 行"
    street, office = prefecture.unit("522399"), prefecture.unit("522399-1")
    with database.reading() as connection:
        path = connection.execute(select(UNIT.c.path).where(UNIT.c.id == office)).scalar_one()
        former = connection.execute(select(FORMER_NAME.c.short_name)).scalars().all()
    assert path == f"/1/{prefecture.unit('522301')}/{street}/{office}/"
    assert former == ["兴义市"]
    assert organising.preview_units(given, NOW).in_words() == "不变 3 行"
    assert report.change is not None
    undone = organising.undo(Asked("undo", NOW.replace(hour=3)), report.change)
    assert undone.sentence == "撤销变更“导入单位：新增 2 行、变更 1 行”"
    assert rows_of(database) == before
    with pytest.raises(InvalidInput, match="已经撤销过了"):
        organising.undo(asked(), report.change)
    with pytest.raises(NotFound):
        organising.undo(asked(), 9999)


def test_what_was_built_upon_is_not_taken_back(organising: Organising, asked: Asking) -> None:
    street = "522399,新城街道党工委 办事处,新城街道,乡级,党委政府,government,522301,是"
    units = organising.import_units(asked(), unit_lines(table(_UNIT_HEADER, street)))
    row = "xincheng,张三,13800000000,zhang@duban.example,522399,head,主任"
    people = organising.import_people(asked(), people_lines(table(_PEOPLE_HEADER, row)))
    assert units.change is not None
    assert people.change is not None
    with pytest.raises(ConditionNotMet, match="这次新增的单位已有岗位，不能撤销"):
        organising.undo(asked(), units.change)
    organising.undo(asked(), people.change)
    organising.undo(asked(), units.change)


def test_a_unit_with_open_cases_moves_by_a_list_but_is_not_closed_by_one(
    organising: Organising, commands: Commands, prefecture: Prefecture, asked: Asking
) -> None:
    """Its cases follow it to its new place; a list that leaves it out has nobody for them."""
    township = "522301100"
    case = commands.open_case(
        workflow="rectification",
        parties={"responsible": prefecture.unit(township)},
        facts=PROBLEM,
        actor=prefecture.actor("xingyi-dc.specialist"),
        request="open",
        now=NOW,
    ).case
    lines = unit_lines(UNITS.read_bytes())
    rest = [one for one in lines if one.code != township]
    (line,) = organising.preview_units(rest, NOW, complete=True).lines
    assert line.sentence == "“敬南镇”还有 1 件未办结事项，不能关闭；请先办结或改派"
    moved = [replace(one, parent="522302") for one in lines if one.code == township]
    organising.import_units(asked(), moved)
    assert following.follow_all(commands.database, commands.catalog, NOW) == 1
    with commands.database.reading() as connection:
        seats = read_case(connection, case)[0].parties
    assert seats["supervisor"].unit == prefecture.unit("522302-DC")


def test_a_list_of_all_people_closes_who_is_not_in_it(
    organising: Organising, prefecture: Prefecture, asked: Asking, database: Database
) -> None:
    lines = people_lines(PEOPLE.read_bytes())
    leaver = next(line for line in lines if line.username == "xingyi.liaison")
    given = [line for line in lines if line is not leaver]
    given[0] = replace(given[0], phone="13900000000")
    given.append(replace(leaver, row=601, username="new", name="李四"))
    before = rows_of(database)
    report = organising.preview_people(given, NOW, complete=True)
    assert lines_of(report) == [
        (2, "changed", "手机“100****0001”改为“139****0000”"),
        (601, "added", "李四任“联络员”"),
        (0, "closed", "不再任“联络员”"),
    ]
    done = organising.import_people(asked(), given, complete=True)
    assert prefecture.actor("new").posts[0].unit == prefecture.unit("522301")
    assert prefecture.actor("xingyi.liaison").posts == ()
    assert done.change is not None
    organising.undo(asked(), done.change)
    assert rows_of(database) == before


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("x,张三,1,a@b.cn,522301,head,市长", "手机号“1”写法不对"),
        ("x,张三,,没有,522301,head,市长", "邮箱“没有”写法不对"),
        ("x,张三,,,52230l,head,市长", "没有编码为“52230l”的单位，是不是"),
        ("x,张三,,,522301,haed,市长", "没有“haed”这个岗位，是不是“head”？"),
        ("x,,,,522301,head,市长", "缺少姓名"),
    ],
)
def test_a_wrong_line_is_said_in_a_sentence(
    row: str, sentence: str, organising: Organising
) -> None:
    given = people_lines(table(_PEOPLE_HEADER, row))
    report = organising.preview_people(given, NOW, roles={"head": "head", "主要负责人": "head"})
    (line,) = report.lines
    assert line.sentence.startswith(sentence)


def test_a_file_sent_twice_is_taken_once(organising: Organising, database: Database) -> None:
    given = people_lines(table(_PEOPLE_HEADER, "x,张三,,,522301,head,副市长"))
    first = organising.import_people(Asked("once", NOW), given)
    after = rows_of(database)
    assert organising.import_people(Asked("once", NOW), given).change == first.change
    assert rows_of(database) == after
    with pytest.raises(RequestReused):
        organising.rename(Asked("once", NOW), unit=1, name="x", short_name="x")


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("编码,名称", "表头不对：缺少“简称”、“层级”、“性质”、“职能”。可以先下载模板"),
        (f"{_UNIT_HEADER},上级编号", "多了“上级编号”，是不是“上级编码”？"),
        (f"{_UNIT_HEADER},编码", "表头不对：有一列出现了两次"),
    ],
)
def test_a_header_that_does_not_fit_is_explained(header: str, sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        unit_lines(table(header, "1,2"))


@pytest.mark.parametrize("which", COLUMNS)
def test_the_template_has_the_columns(which: Which) -> None:
    (header,) = read_list(template_of(which))
    assert header[1] == [column.title for column in COLUMNS[which]]
