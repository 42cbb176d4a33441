"""Lists of deputies and substitutes: previewed line by line, taken whole, and taken back."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from api.spreadsheets.org_lists import deputy_lines
from tests.prefecture import NOW, Prefecture
from workflow.organising import Organising
from workflow.organising.lines import ListRefused, Report
from workflow.store.database import Database
from workflow.store.offices.changes import Asked
from workflow.store.tables.handles import HOLDING

HEADER = "登录名,单位编码,岗位,方式,担任者,自,至,事由"
DEPUTY = "xingyi.officer,522301,head,副职,,,,"
SUBSTITUTE = "xingyi.liaison,522301,head,代理,,2026-03-05,2026-03-20,外出学习"
ROLES = {"head": "head", "主要负责人": "head", "inspector": "inspector"}
_numbers = count(1)


@pytest.fixture
def organising(database: Database) -> Organising:
    return Organising(database)


def asked() -> Asked:
    return Asked(f"deputies {next(_numbers)}", NOW)


def take(
    organising: Organising, *rows: str, header: str = HEADER, complete: bool = False
) -> Report:
    lines = deputy_lines("\n".join([header, *rows]).encode())
    return organising.import_deputies(asked(), lines, complete=complete, roles=ROLES)


def looked(organising: Organising, *rows: str, complete: bool = False) -> list[tuple[str, str]]:
    """What a preview says: verdict and sentence of each line."""
    lines = deputy_lines("\n".join([HEADER, *rows]).encode())
    report = organising.preview_deputies(lines, NOW, complete=complete, roles=ROLES)
    return [(line.verdict, line.sentence) for line in report.lines]


def holdings(database: Database) -> list[object]:
    with database.reading() as connection:
        return list(connection.execute(select(HOLDING).order_by(HOLDING.c.id)).all())


def test_a_list_adds_changes_and_ends_and_is_taken_back(
    organising: Organising, database: Database, prefecture: Prefecture
) -> None:
    empty = holdings(database)
    assert looked(organising, DEPUTY, SUBSTITUTE) == [
        ("added", "岑国平副职“党政主要负责同志”"),
        ("added", "王建安代理“党政主要负责同志”"),
    ]
    assert holdings(database) == empty
    first = take(organising, DEPUTY, SUBSTITUTE)
    assert len(holdings(database)) == len(empty) + 2
    on_leave = NOW + timedelta(days=4)
    (post,) = (p for p in prefecture.actor("xingyi.liaison", on_leave).posts if p.holder)
    assert post.holder == prefecture.person("xingyi.head")

    assert looked(organising, DEPUTY, SUBSTITUTE) == []
    longer = SUBSTITUTE.replace("03-20", "03-27")
    assert looked(organising, longer, complete=True) == [
        ("changed", "至“2026-03-20”改为“2026-03-27”"),
        ("closed", "不再副职兴义市“党政主要负责同志”"),
    ]
    taken = holdings(database)
    second = take(organising, longer, complete=True)
    assert second.change is not None
    assert first.change is not None
    organising.undo(asked(), second.change)
    assert holdings(database) == taken
    organising.undo(asked(), first.change)
    assert holdings(database) == empty


def test_columns_that_a_list_leaves_out_stay(organising: Organising, database: Database) -> None:
    take(organising, SUBSTITUTE)
    before = holdings(database)
    report = take(
        organising, "xingyi.liaison,522301,主要负责人,代理", header="登录名,单位编码,岗位,方式"
    )
    assert report.in_words() == "不变 1 行"
    assert holdings(database) == before


WRONG = {
    "nobody,522301,head,副职,,,,": "没有登录名为“nobody”的人",
    "xingyi.officer,52230l,head,副职,,,,": "没有编码为“52230l”的单位，是不是",
    "xingyi.officer,522301,haed,副职,,,,": "没有“haed”这个岗位，是不是“head”？",
    "xingyi.officer,522301,inspector,副职,,,,": "这个单位没有这样的岗位",
    "xingyi.officer,522301,head,顶替,,,,": "没有“顶替”这种方式",
    "xingyi.officer,522301,head,代理,,,,": "请写明代理的事由",
    "xingyi.officer,522301,head,代理,,,2026-02-30,学习": "“至”应写成",
    "xingyi.officer,522301,head,代理,,,2026-03-01,学习": "“至”应晚于",
    "xingyi.officer,522301,head,代理,,2026-04-01,2026-04-01,学习": "“至”应晚于",
    "xingyi.officer,522301,head,副职,wangmo.head,,,": "“wangmo.head”不担任这样的岗位",
    "xingyi.head,522301,head,副职,,,,": "本人就担任这个岗位",
    "xingyi.officer,,head,副职,,,,": "缺少单位编码",
    "xingyi.officer,522300-ZX,inspector,副职,,,,": "请在“担任者”写明是谁的",
}


@pytest.mark.parametrize("row", WRONG)
def test_a_wrong_line_is_said_in_a_sentence(organising: Organising, row: str) -> None:
    ((verdict, sentence),) = looked(organising, row)
    assert verdict == "wrong"
    assert WRONG[row] in sentence
    with pytest.raises(ListRefused):
        take(organising, row)


def test_a_line_twice_is_wrong_and_what_has_begun_keeps_its_beginning(
    organising: Organising,
) -> None:
    assert looked(organising, DEPUTY, DEPUTY)[1] == ("wrong", "与第 2 行重复")
    take(organising, DEPUTY)
    later = DEPUTY.replace("副职,,", "副职,,2026-03-09")
    ((verdict, sentence),) = looked(organising, later)
    assert (verdict, "“自”不能再改" in sentence) == ("wrong", True)
