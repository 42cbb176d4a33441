"""What an opening is told of its mistakes: all of them at once, each at its place, in one shape."""

import json
from typing import Any

import pytest

from api.context import Duban
from tests.api.callers import API, FACTS, ON_SQLITE, everything, opening, refused
from tests.api.conftest import Rest

SPECIALIST = "zhou-dc.specialist1"


@ON_SQLITE
def test_an_opening_is_told_all_its_mistakes_at_once_each_at_its_place(
    rest: Rest, duban: Duban
) -> None:
    body = opening(unit="529999", found_on="2026-02-30", colour="红")
    del body["facts"]["grade"]
    body["parties"]["boss"] = "522301"
    before = everything(duban.database)
    answer = rest(SPECIALIST).post("/cases", body)
    said = refused(answer, 422, "invalid_input")
    fields = answer.json()["data"]["fields"]
    assert set(answer.json()["data"]) == {"fields"}
    assert set(fields) == {
        "parties.responsible", "parties.boss", "facts.found_on", "facts.grade", "facts.colour",
    }  # fmt: skip
    assert all(sentence in said for sentence in fields.values())
    assert everything(duban.database) == before


@ON_SQLITE
def test_a_unit_that_stands_rightly_in_a_table_is_no_mistake_beside_another(rest: Rest) -> None:
    visits = [{"month": 3, "unit": "522301", "theme": "产业到户", "kind": "明查"}]
    body = opening() | {"workflow": "inspection_plan", "facts": {"visits": visits}, "parties": {}}
    answer = rest(SPECIALIST).post("/cases", body)
    refused(answer, 422, "invalid_input")
    fields = answer.json()["data"]["fields"]
    assert "facts.subject" in fields
    assert "facts.visits" not in fields


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"workflow": "nothing", "parties": {"x": "529999"}}, {"workflow", "parties.x"}),
        ({"parties": {}, "facts": FACTS}, {"parties.responsible"}),
        ({"facts": {}}, {f"facts.{name}" for name in FACTS}),
        ({"request": ""}, {"request"}),
    ],
)
def test_every_mistake_of_an_opening_has_the_same_shape(
    rest: Rest, change: dict[str, Any], places: set[str]
) -> None:
    answer = rest(SPECIALIST).post("/cases", opening() | change)
    refused(answer, 422, "invalid_input")
    assert set(answer.json()["data"]["fields"]) == places


@ON_SQLITE
@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("NaN", "无效的数"),
        ("Infinity", "无效的数"),
        ("-Infinity", "无效的数"),
        ("1e999", "无效的数"),
        ('[{"a": NaN}]', "无效的数"),
        ("1" * 400, "过大或无效的数"),
        ("[" * 50 + "]" * 50, "嵌套太深"),
        ('"\\u0000"', "不能使用的字符"),
    ],
)
def test_a_fact_that_no_json_can_hold_is_refused_with_its_reason(
    rest: Rest, raw: str, said: str
) -> None:
    specialist = rest(SPECIALIST)
    headers = specialist.headers | {"Content-Type": "application/json"}
    text = json.dumps(opening(), ensure_ascii=False).replace('"督查"', raw)
    answer = specialist.client.post(f"{API}/cases", content=text.encode(), headers=headers)
    assert said in refused(answer, 422, "invalid_input")
    assert list(answer.json()["data"]["fields"]) == ["facts"]


@ON_SQLITE
def test_a_name_that_does_not_exist_is_told_with_the_one_that_was_meant(rest: Rest) -> None:
    """One way for every name of a definition, wherever a request has it."""
    maker = rest(SPECIALIST)
    case = maker.open().json()["case"]
    event = refused(maker.fire(case, "dispach"), 422, "unknown_event")
    state = refused(maker.get("/cases", state="nope"), 422, "invalid_input")
    ledger = refused(maker.get("/cases", ledger="problm"), 422, "invalid_input")
    assert "没有“dispach”这一步" in event
    assert "是否想写 dispatch？" in event
    assert "没有“nope”这个环节" in state
    assert "是否想写 problem？" in ledger
    named = {"workflow": "rectificaton"}
    answers = [
        maker.get("/cases", **named),
        maker.get("/cases/import/template", **named),
        maker.upload("x.csv", b"", **named),
        maker.post("/cases", opening() | named),
    ]
    for answer in answers:
        assert "是否想写 rectification？" in refused(answer, 422, "invalid_input")
        assert set(answer.json()["data"]["fields"]) >= {"workflow"}


@ON_SQLITE
def test_a_query_parameter_that_does_not_exist_is_refused_as_a_key_of_a_body_is(rest: Rest) -> None:
    maker = rest(SPECIALIST)
    answer = maker.get("/cases", stat="found", limit=5)
    said = refused(answer, 422, "invalid_input")
    assert said == "没有“stat”这个查询参数，是否想写 state？"
    assert set(answer.json()["data"]["fields"]) == {"stat"}
    case = maker.open().json()["case"]
    elsewhere = (f"/cases/{case}", "/definitions", "/me", f"/cases/{case}/history")
    for path in elsewhere:
        refused(maker.get(path, colour="red"), 422, "invalid_input")
        assert maker.get(path).status_code == 200
