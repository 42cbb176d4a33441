"""意见 三（二）: “直奔基层、直插现场”. Where to, is drawn by lot (随机抽取), and no place comes
twice before all have had their turn.

What was drawn can be drawn again by anybody, from the history alone.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from api.cli.proving import redraw
from tests.journeys.play import COUNTY, TOWNSHIP, Play, variation
from tests.journeys.test_inspection import MAKER, PLAN, planned
from workflow import lots
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotFound, NotYourTurn
from workflow.store.lists import queries

pytestmark = pytest.mark.journey

BELOW_XINGYI = 32
"""Townships and streets below 兴义市."""
SMALL, BELOW_SMALL = "522323", 14
"""普安县 and its townships and streets."""


def drawn(
    play: Play, code: str = COUNTY, *, who: str = MAKER, boss: str = "zhou-dc.officer"
) -> int:
    """An approved inspection whose places were drawn."""
    case = planned(play, code=code) if who == MAKER else _of_county(play, code)
    play.act(boss, case, "approve")
    play.act(who, case, "draw")
    return case


def _of_county(play: Play, code: str) -> int:
    facts = {**PLAN, "mode": "明查"}
    return play.open("xingyi-dc.specialist", "inspection", parties={"inspected": code}, **facts)


def places(play: Play, case: int) -> list[str]:
    return [row["code"] for row in play.case(case).facts["places"]]


def records(play: Play, case: int) -> list[lots.Record]:
    with play.database.reading() as connection:
        return lots.records_of(connection, play.catalog, play.case(case))


def test_a_sample_is_drawn_by_an_act_and_can_be_drawn_again(play: Play) -> None:
    case = drawn(play)
    assert len(set(places(play, case))) == 2
    assert all(code.startswith("522301") for code in places(play, case))

    (record,) = records(play, case)
    assert record.same
    assert record.person == play.person(MAKER)
    assert [len(stratum.units) for stratum in record.pool.strata] == [BELOW_XINGYI]
    with play.database.reading() as connection:
        (row,) = (r for r in queries.history_of(connection, case) if r["event"] == "draw")
    kept = row["seen"]["pool"]
    names = [name for _, _, name in kept[2]]
    assert len(names) == 2, "of those who could have been drawn the history has ids alone"
    assert play.doctor().complaints == []
    play.refused(ConditionNotMet, MAKER, case, "draw")


def test_rounds_do_not_repeat_until_everybody_had_a_turn(play: Play) -> None:
    seen: Counter[str] = Counter()
    for _ in range(BELOW_SMALL // 2):
        seen.update(places(play, drawn(play, SMALL)))
        play.now += timedelta(days=7)  # no week has more visits than a unit is to bear
    assert set(seen.values()) == {1}
    assert len(seen) == BELOW_SMALL
    again = places(play, drawn(play, SMALL))
    assert len(set(again)) == 2, "the stratum is exhausted, and begins anew"


def test_a_cancelled_round_and_other_offices_do_not_count(play: Play) -> None:
    first = drawn(play)
    play.act("zhou-dc.head", first, "cancel", opinion="与省级督查重复")
    second = drawn(play)
    (record,) = records(play, second)
    assert not any(record.pool.strata[0].units.values()), "nobody came in the first round"

    third = _of_county(play, TOWNSHIP)
    play.act("xingyi-dc.head", third, "approve")
    play.act("xingyi-dc.specialist", third, "draw")
    (record,) = records(play, third)
    assert dict(record.pool.strata[0].units) == {play.unit(TOWNSHIP): 0}
    assert places(play, third) == [TOWNSHIP], "what the prefecture drew says nothing to the county"


@variation
@pytest.mark.rights
def test_nobody_types_a_sample_and_only_the_inspectors_draw(play: Play) -> None:
    case = planned(play)
    play.act("zhou-dc.officer", case, "approve")
    typed: dict[str, Any] = {"places": [{"unit": 1, "code": "522301100", "name": "敬南镇"}]}
    refusal = play.refused(InvalidInput, MAKER, case, "draw", **typed)
    assert "这一步不填写“抽中的乡镇、村”" in refusal.sentence
    play.refused(NotYourTurn, "zhou-dc.inspector1", case, "draw")


@variation
def test_a_department_has_no_places_to_draw(play: Play) -> None:
    case = planned(play, code="522301-ZX")
    play.act("zhou-dc.officer", case, "approve")
    refusal = play.refused(ConditionNotMet, MAKER, case, "draw")
    assert refusal.sentence == "没有可以抽取的单位"


@variation
def test_a_forged_sample_is_found_out(play: Play) -> None:
    """Whoever rewrites who was drawn, or the seed, is told by the lots."""
    case = drawn(play)
    compiled = play.catalog.version(play.case(case).definition)
    with play.database.reading() as connection:
        rows = queries.history_of(connection, case)
    assert [one.same for one in lots.records_in(compiled, rows)] == [True]
    (row,) = (row for row in rows if row["event"] == "draw")
    was = row["effects"]["drawn"]["places"]
    for forged in (was[:1], was[::-1], [was[0], {**was[1], "unit": play.unit("522302")}]):
        row["effects"] = {"drawn": {"places": forged}}
        assert [one.same for one in lots.records_in(compiled, rows)] == [False]
    row["effects"] = {"drawn": {"places": was}}
    row["seen"]["pool"][0] = "0" * 32
    assert [one.same for one in lots.records_in(compiled, rows)] == [False]


@variation
def test_the_command_draws_again(
    play: Play, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = drawn(play)
    monkeypatch.setenv("DATABASE_URL", play.database.url)
    for number in (None, play.case(case).number):
        redraw(number)
        said = capsys.readouterr().out
        assert "32 个中抽中" in said
        assert "共 1 次抽样，全部一致" in said
    with pytest.raises(NotFound, match="没有编号为"):
        redraw("督查〔2026〕99号")
