"""考核成效及完善建议：“一周一通报”. A bulletin is sent inside the system: to each unit of its
circle, on whose desk it lies until somebody there has read it; and who has not, can be seen.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.definitions.mistakes import SHIPPED, changed
from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from workflow.engine.errors import InvalidInput, NotYourTurn, RelationNotAllowed
from workflow.recalling import recalled
from workflow.store.lists import queries
from workflow.store.lists.queries import Filter

pytestmark = pytest.mark.journey

DRAFTER = "zhou-dc.specialist1"
CIRCLE = [{"unit": "兴义市"}, {"unit": "522302"}, {"unit": "州总工会"}]
TEXT = {
    "good": "兴义市销号十件，全部按期。",
    "problems": "望谟县逾期三件，原因不明。",
    "demands": "请逐件查明原因，明确责任人。",
}


def signed(play: Play, **given: Any) -> int:
    case = play.open(DRAFTER, "bulletin", parties={"host": "522300"}, subject="三月工作情况")
    play.act(DRAFTER, case, "submit", **TEXT, recipients=CIRCLE, **given)
    play.act("zhou-dc.head", case, "approve")
    play.act("zhou.head", case, "sign")
    return case


def seen(play: Play, who: str) -> set[int]:
    with play.database.reading() as connection:
        return {row["id"] for row in queries.list_cases(connection, play.actor(who), Filter()).rows}


def work(play: Play, who: str) -> set[int]:
    with play.database.reading() as connection:
        return {row["id"] for row in queries.list_work(connection, play.actor(who)).rows}


def unread(play: Play, bulletin: int) -> list[str]:
    """Who has not read a bulletin, as its drafter sees it."""
    asked = Filter(parent=bulletin, state="unread")
    with play.database.reading() as connection:
        rows = queries.list_cases(connection, play.actor(DRAFTER), asked).rows
        names = queries.unit_names(connection, {row["unit_id"] for row in rows})
    return sorted(names.values())


def test_a_bulletin_lies_on_every_recipient_s_desk_until_it_is_read(
    play: Play, tmp_path: Path
) -> None:
    case = signed(play)
    assert case not in seen(play, "xingyi.liaison")  # not before it is issued
    paper = Desk(play, tmp_path).issue(DRAFTER, case, "bulletin")
    assert "中共兴义市委" in paper.text
    assert play.act(DRAFTER, case, "issue") == "issued"
    first, second, third = play.children(case, "readings")
    assert {case, first} <= seen(play, "xingyi.liaison")
    assert (second in seen(play, "xingyi.liaison"), case in seen(play, "wangmo.head")) == (
        False,
        False,
    )
    assert first in work(play, "xingyi.liaison")
    assert "xingyi.liaison" in {told.who for told in play.told(first)}
    assert play.case(first).facts["document_number"] == paper.number
    assert len(unread(play, case)) == 3
    play.refused(NotYourTurn, "xingren.head", first, "read")
    play.act("xingyi.liaison", first, "read", note="请督查局对照检查")
    assert first not in work(play, "xingyi.liaison")
    play.act("zhou-gh.head", third, "read")
    assert unread(play, case) == ["兴仁市"]
    play.until("2026-03-09")
    assert "xingren.officer" in {told.who for told in play.told(second, since="2026-03-05")}
    play.act("xingren.officer", second, "read")
    assert unread(play, case) == []


@variation
def test_a_bulletin_goes_to_units_that_there_are(play: Play) -> None:
    case = play.open(DRAFTER, "bulletin", parties={"host": "522300"}, subject="三月工作情况")
    given = {"recipients": [{"unit": "没有这个县"}]}
    refusal = play.refused(InvalidInput, DRAFTER, case, "submit", **TEXT, **given)
    assert "第 1 行" in refusal.sentence


def test_a_county_writes_to_its_own_townships(play: Play, tmp_path: Path) -> None:
    """A bulletin of a county is written by its own office, and goes to whoever lies below it."""
    writer = "xingyi-dc.specialist"
    case = play.open(writer, "bulletin", parties={"host": COUNTY}, subject="三月工作情况")
    for stranger in ("522302", "522300-GH"):  # another county, a department of the prefecture
        given = {"recipients": [{"unit": stranger}]}
        play.refused(RelationNotAllowed, writer, case, "submit", **TEXT, **given)
    play.act(writer, case, "submit", **TEXT, recipients=[{"unit": TOWNSHIP}])
    play.act("xingyi-dc.head", case, "approve")
    play.act("xingyi.head", case, "sign")
    desk = Desk(play, tmp_path)
    assert "敬南镇" in desk.issue(writer, case, "bulletin").text
    assert play.act(writer, case, "issue") == "issued"
    (reading,) = play.children(case, "readings")
    assert (play.seat(reading, "reader"), play.seat(reading, "sender")) == (
        TOWNSHIP,
        play.seat(case, "drafter"),
    )
    assert play.act("jingnan.liaison", reading, "read") == "read"


@variation
def test_a_county_s_bulletin_without_a_list_is_addressed_to_townships(
    play: Play, tmp_path: Path
) -> None:
    writer = "xingyi-dc.specialist"
    case = play.open(writer, "bulletin", parties={"host": COUNTY}, subject="三月工作情况")
    play.act(writer, case, "submit", **TEXT)
    play.act("xingyi-dc.head", case, "approve")
    play.act("xingyi.head", case, "sign")
    paper = Desk(play, tmp_path).issue(writer, case, "bulletin")
    assert "各乡镇（街道）党委（党工委）、政府（办事处），县直有关部门：" in paper.text


def test_the_next_bulletin_begins_with_the_recipients_of_the_one_before(play: Play) -> None:
    """Nobody types the same nine counties every week; whoever does not see it is told nothing."""
    first = signed(play)
    dropped, beside, again = (
        play.open(DRAFTER, "bulletin", parties={"host": "522300"}, subject=f"{month}月工作情况")
        for month in "四五六"
    )
    play.act("zhou-dc.officer", dropped, "abandon", opinion="与周报重复")
    assert play.state(beside) == "drafting", "and says nothing of recipients either"
    definition = play.catalog.newest("bulletin").definition

    def offered(who: str) -> dict[str, Any]:
        with play.database.reading() as connection:
            asked = play.case(again), play.actor(who), ("good", "recipients")
            return recalled(connection, definition, *asked)

    kept = play.case(first).facts["recipients"]
    assert offered(DRAFTER) == {"recipients": kept}
    assert [row["unit"]["name"] for row in kept] == ["兴义市", "兴仁市", "州总工会"]
    assert offered("xingyi.liaison") == {}


@variation
def test_a_nought_and_a_no_of_the_time_before_are_offered_too(play: Play, tmp_path: Path) -> None:
    """Nothing to report is a report: who said 0 and 否 last month need not type them again."""
    facts = (
        "  deaths: { title: 亡人（人）, type: integer, as_before: true }\n"
        "  secret: { title: 涉密, type: yes_no, as_before: true }\n"
    )
    text = changed(
        SHIPPED["bulletin.yaml"],
        ("\nfacts:\n", f"\nfacts:\n{facts}"),
        ("  may: kind\n", "  may: [kind, deaths, secret]\n"),
    )
    for name, shipped in SHIPPED.items():
        kept = text if name == "bulletin.yaml" else shipped
        (tmp_path / name).write_text(kept, encoding="utf-8")
    play.catalog.publish(tmp_path, play.now)
    host = {"host": "522300"}
    play.open(DRAFTER, "bulletin", parties=host, subject="三月情况", deaths=0, secret=False)
    again = play.open(DRAFTER, "bulletin", parties=host, subject="四月情况")
    definition = play.catalog.newest("bulletin").definition
    with play.database.reading() as connection:
        asked = play.case(again), play.actor(DRAFTER), ("deaths", "secret")
        offered = recalled(connection, definition, *asked)
    assert offered == {"deaths": 0, "secret": False}
