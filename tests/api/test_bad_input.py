"""Bad input: each gets one clear Chinese sentence, a stable code, the right status, and changes
nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from api.context import Duban
from api.settings import BadSetting, Settings
from notifications.pacing import Pace
from tests.api.callers import API, ON_SQLITE, everything, opening, refused, walk
from tests.api.conftest import Rest
from tests.api.sheets import ROW, xlsx
from workflow.engine.case import CLOCK, Firing
from workflow.store.database import Database
from workflow.store.people.accounts import person_by_username
from workflow.store.tables.handles import AUDIT, HOLDING, POST
from workflow.transaction import Transaction

pytestmark = pytest.mark.hostile

SPECIALIST = "zhou-dc.specialist1"
BROKEN_YAML = "workflow: leave\ntitle: 请假\nstates:\n  asked: {title: 已申请, turn: bosss\n"


@dataclass(frozen=True)
class Bad:
    """Something bad to send: how, and what it must come to. `first` brings a case into a state."""

    send: Callable[[Rest, int], Response]
    status: int
    code: str
    said: str
    first: str = ""


BAD_INPUT = {
    "broken YAML": Bad(
        lambda rest, _: rest(SPECIALIST).post("/definitions/check", {"text": BROKEN_YAML}),
        422, "invalid_definition", "第",
    ),
    "an xlsx with wrong headers": Bad(
        lambda rest, _: rest(SPECIALIST).upload(
            "problems.xlsx", xlsx(["单位", "来源", "日期"], ROW), commit="true"
        ),
        422, "unreadable_file", "表头不对",
    ),
    "a date that does not exist": Bad(
        lambda rest, _: rest(SPECIALIST).open(found_on="2026-02-30"),
        422, "invalid_input", "没有“2026-02-30”这个日期",
    ),
    "a unit that does not exist": Bad(
        lambda rest, _: rest(SPECIALIST).open(unit="529999"),
        422, "invalid_input", "没有编码为“529999”的单位",
    ),
    "a unit that may not be responsible": Bad(
        lambda rest, _: rest(SPECIALIST).open(unit="522300"),
        422, "relation_not_allowed", "责任单位",
    ),
    "a workflow that does not exist": Bad(
        lambda rest, _: rest(SPECIALIST).post("/cases", opening() | {"workflow": "holiday"}),
        422, "invalid_input", "holiday",
    ),
    "an event out of turn": Bad(
        lambda rest, case: rest("zhou-dc.head").fire(case, "sign_second"),
        409, "out_of_turn", "待报方案", first="planning",
    ),
    "an event that does not exist": Bad(
        lambda rest, case: rest("zhou-dc.head").fire(case, "vanish"),
        422, "unknown_event", "没有“vanish”这一步", first="planning",
    ),
    "an event of the clock": Bad(
        lambda rest, case: rest("zhou-dc.head").fire(case, "rung"),
        403, "not_your_turn", "提醒由系统按时发出", first="planning",
    ),
    "another event of the clock": Bad(
        lambda rest, case: rest("zhou-dc.head").fire(case, "reorganise"),
        403, "not_your_turn", "机构调整由系统跟进", first="planning",
    ),
    "somebody else's event": Bad(
        lambda rest, case: rest("zhou-dc.head").fire(case, "submit_plan"),
        403, "not_your_turn", "责任单位的联络员", first="planning",
    ),
    "a late extension": Bad(
        lambda rest, case: rest("xingyi.officer").fire(
            case, "extend", {"reason": "材料没有到货", "proposed_due": "2026-07-01"}
        ),
        422, "condition_not_met", "至迟须在到期前 5 个工作日", first="late",
    ),
    "a second co-signature by the same person": Bad(
        lambda rest, case: _inspect_again(rest, case),
        409, "duties_not_separate", "会签", first="site_check",
    ),
    "a re-assignment to nobody": Bad(
        lambda rest, case: _reassign(rest, case, "529999"),
        422, "invalid_input", "529999", first="assigned",
    ),
    "facts that are missing": Bad(
        lambda rest, case: rest("xingyi.officer").fire(case, "submit_plan", {"goal": ""}),
        422, "invalid_input", "请填写“整改目标”", first="planning",
    ),
    "facts that are not asked for": Bad(
        lambda rest, case: rest("xingyi.officer").fire(case, "submit_plan", {"source": "督查"}),
        422, "invalid_input", "这一步不填写", first="planning",
    ),
}  # fmt: skip


def _inspect_again(rest: Rest, case: int) -> Response:
    return rest("zhou-zx.inspector1").fire(case, "pass_check", {"site_record": "又看了一次"})


def _reassign(rest: Rest, case: int, unit: str) -> Response:
    return rest("zhou-dc.specialist1").fire(case, "reassign", {"reason": "不归其管"}, unit=unit)


@pytest.mark.parametrize("bad", BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_gets_its_sentence_and_changes_nothing(
    rest: Rest, duban: Duban, clock: Any, bad: Bad
) -> None:
    case = _prepared(rest, clock, bad.first)
    for name in (SPECIALIST, "zhou-dc.head", "xingyi.officer", "zhou-zx.inspector1"):
        rest(name)
    before = everything(duban.database)
    assert bad.said in refused(bad.send(rest, case), bad.status, bad.code)
    assert everything(duban.database) == before


def _prepared(rest: Rest, clock: Any, first: str) -> int:
    if not first:
        return 0
    case = walk(rest, "rectifying" if first == "late" else first)
    if first == "late":
        clock.advance_to(datetime(2026, 5, 25, 2, tzinfo=UTC))
    if first == "site_check":
        signed = rest("zhou-zx.inspector1").fire(case, "pass_check", {"site_record": "路灯都亮着"})
        assert signed.status_code == 200, signed.text
    return case


def test_a_second_signature_by_the_same_person_is_refused(rest: Rest, duban: Duban) -> None:
    """Even where somebody stands in for the head of the other unit meanwhile."""
    case = walk(rest, "site_check")
    for inspector in ("zhou-zx.inspector1", "zhou-zx.inspector2"):
        rest(inspector).fire(case, "pass_check", {"site_record": "路灯都亮着"})
    found = rest("zhou-dc.specialist1").fire(
        case, "dismiss", {"objection": "路灯太亮", "opinion": "不成立"}
    )
    assert found.status_code == 200, found.text
    _skip_publicity(duban, case)
    _stand_in(duban, "zhou-zx.head", "zhou-dc.head")
    before = everything(duban.database)
    again = rest("zhou-zx.head").fire(case, "sign_second")
    refused(again, 409, "duties_not_separate")
    assert everything(duban.database) == before
    with duban.database.reading() as connection:
        told = connection.execute(select(AUDIT.c.data).where(AUDIT.c.kind == "refusal")).scalars()
        assert '"code":"duties_not_separate"' in told.all()[-1]
    assert rest("zhou-dc.head").fire(case, "sign_second").json()["state"] == "closed"


def _skip_publicity(duban: Duban, case: int) -> None:
    with duban.database.unit_of_work() as connection:
        work = Transaction(connection, duban.catalog, duban.clock())
        work.fire(case, Firing("end_publicity"), CLOCK)
        work.flush()


def _stand_in(duban: Duban, who: str, for_whom: str) -> None:
    with duban.database.unit_of_work() as connection:
        person = person_by_username(connection, who)
        holder = person_by_username(connection, for_whom)
        post = connection.execute(
            POST.join(HOLDING, HOLDING.c.post_id == POST.c.id)
            .select()
            .with_only_columns(POST.c.id)
            .where(HOLDING.c.person_id == holder)
        ).scalar_one()
        connection.execute(
            insert(HOLDING).values(
                post_id=post, person_id=person, kind="substitute", begins_at=duban.clock()
            )
        )


def test_a_repeated_request_id_with_another_body_is_refused(rest: Rest, database: Database) -> None:
    specialist = rest(SPECIALIST)
    case = specialist.open(request="the-same").json()["case"]
    other = rest("zhou-dc.specialist2")
    before = everything(database)
    refused(specialist.open(request="the-same", grade="重大"), 409, "request_reused")
    refused(specialist.fire(case, "dispatch", request="the-same"), 409, "request_reused")
    assert everything(database) == before
    assert other.open(request="the-same").json()["case"] != case, "everybody's ids are their own"
    assert specialist.open(request="the-same").json()["case"] == case


# Bodies that no definition has to know of


_OPEN = opening(request="hostile")


def _text(**changes: str) -> str:
    """The opening's JSON with raw texts put in for values."""
    text = json.dumps(_OPEN, ensure_ascii=False)
    for value, raw in changes.items():
        text = text.replace(f'"{value}"', raw)
    return text


RAW_BODIES = {
    "no JSON": ("{", 400, "bad_json"),
    "nothing": ("", 422, "invalid_input"),
    "a list": ("[]", 422, "invalid_input"),
    "NUL in a fact": (_text(督查='"\\u0000"'), 422, "invalid_input"),
    "half a character": (_text(督查='"\\ud800"'), 422, "invalid_input"),
    "half a character as a workflow": (_text(rectification='"\\ud800"'), 422, "invalid_input"),
    "NUL in a unit": (_text(**{"522301": '"\\u0000"'}), 422, "invalid_input"),
    "NUL in the request id": (_text(hostile='"\\u0000"'), 422, "invalid_input"),
    "no request id": (_text(hostile='""'), 422, "invalid_input"),
    "a request id too long": (_text(hostile='"' + "x" * 81 + '"'), 422, "invalid_input"),
    "not a number": (_text(督查="NaN"), 422, "invalid_input"),
    "infinity": (_text(督查="1e999"), 422, "invalid_input"),
    "a number of 400 digits": (_text(督查="9" * 400), 422, "invalid_input"),
    "a number of 10,000 digits": (_text(督查="9" * 10_000), 400, "bad_request"),
    "a list for a text": (_text(督查="[1]"), 422, "invalid_input"),
    "an object for a text": (_text(督查='{"a": {}}'), 422, "invalid_input"),
    "too deep": (_text(督查="[" * 50 + "]" * 50), 422, "invalid_input"),
    "far too deep": ("[" * 100_000, 400, "bad_request"),
    "an unknown key": (_text(hostile='"hostile", "actor": 1'), 422, "invalid_input"),
    "facts that are no object": (_text() .replace('"facts": {', '"facts": [], "f": {'), 422,
                                 "invalid_input"),
}  # fmt: skip


@ON_SQLITE
@pytest.mark.parametrize("name", RAW_BODIES)
def test_a_body_that_cannot_be_meant_is_refused(rest: Rest, duban: Duban, name: str) -> None:
    text, status, code = RAW_BODIES[name]
    specialist = rest(SPECIALIST)
    headers = specialist.headers | {"Content-Type": "application/json"}
    before = everything(duban.database)
    answer = specialist.client.post(f"{API}/cases", content=text.encode(), headers=headers)
    refused(answer, status, code)
    assert everything(duban.database) == before


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.parametrize("text", ["\x00", "\ud800", "'; DROP TABLE cases; --", "%", "\\", "a" * 81])
def test_no_text_upsets_postgresql(rest: Rest, text: str) -> None:
    head = rest("zhou-dc.head")
    for body in ({"unit": text}, {"person": text}, {"event": text}, {"request": text}):
        fire = {"event": "x", "request": "y"} | body
        raw = json.dumps(fire).encode()
        headers = head.headers | {"Content-Type": "application/json"}
        answer = head.client.post(f"{API}/cases/1/fire", content=raw, headers=headers)
        assert answer.status_code in (404, 422)
    if text != "\ud800":
        for name in ("state", "unit", "workflow", "ledger", "after"):
            assert head.get("/cases", **{name: text}).status_code in (200, 422)


@ON_SQLITE
@pytest.mark.parametrize("id_", [str(2**63), str(10**30), "0", "-1", "x", "1.5", "%00", "1'"])
def test_an_id_that_cannot_be_is_not_found(rest: Rest, id_: str) -> None:
    head = rest("zhou-dc.head")
    for path in (f"/cases/{id_}", f"/cases/{id_}/history", f"/cases/{id_}/messages"):
        refused(head.get(path), 404, "not_found")
    body = {"event": "x", "request": "y"}
    refused(head.post(f"/cases/{id_}/fire", body), 404, "not_found")


@ON_SQLITE
def test_the_framework_speaks_chinese_too(rest: Rest, client: TestClient) -> None:
    head = rest("zhou-dc.head")
    refused(head.get("/nothing"), 404, "not_found")
    refused(head.client.put(f"{API}/cases", headers=head.headers), 405, "method_not_allowed")
    form = head.client.post(f"{API}/cases", data={"workflow": "x"}, headers=head.headers)
    refused(form, 422, "invalid_input")
    missing = head.client.post(f"{API}/cases/import?workflow=rectification", headers=head.headers)
    refused(missing, 422, "invalid_input")
    assert "没有这个地址" in client.get("/nothing").text
    assert client.get("/nothing").headers["content-type"].startswith("text/html")


# Settings


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DUBAN_EMAIL", "pigeon://", "unknown_channel"),
        ("DUBAN_EMAIL", "smpp://gateway", "unknown_channel"),
        ("DUBAN_SMS", "pigeon://coop", "unknown_channel"),
        ("DUBAN_SMS", "smtp://mail.example", "unknown_channel"),
        ("DUBAN_PORT", "http", "bad_setting"),
        ("DUBAN_PORT", "65536", "bad_setting"),
        ("DUBAN_PORT", "٣", "bad_setting"),
        ("DUBAN_BASE_URL", "duban.example", "bad_setting"),
        ("DUBAN_BASE_URL", "https://duban.example/path", "bad_setting"),
        ("DUBAN_BASE_URL", "http://[", "bad_setting"),
        ("DUBAN_SECURE_COOKIES", "perhaps", "bad_setting"),
    ],
)
def test_a_bad_setting_is_refused_with_its_name(name: str, value: str, code: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        Settings.read({name: value})
    assert refusal.value.code == code
    assert refusal.value.sentence.startswith(f"环境变量 {name} 不能用：")


@pytest.mark.parametrize(
    ("name", "url"),
    [("DUBAN_EMAIL", "smpp://a"), ("DUBAN_EMAIL", "pigeon://x"), ("DUBAN_SMS", "smtp://h")],
)
def test_a_channel_that_does_not_fit_its_way_is_told_first_with_those_that_do(
    name: str, url: str
) -> None:
    """Not with what else is missing in a URL that could never carry such messages."""
    with pytest.raises(BadSetting) as refusal:
        Settings.read({name: url})
    said, _, usable = refusal.value.sentence.partition("可用的开头有")
    assert "缺少" not in said
    assert "账号" not in said
    assert ("smtp://" in usable) is (name == "DUBAN_EMAIL")
    assert ("smpp://" in usable) is (name == "DUBAN_SMS")


def test_settings_have_defaults_and_follow_the_environment() -> None:
    # Built by hand, settings hold nothing back, export nothing and leave no mark.
    defaults = Settings(
        checkpoints=Path(".data/checkpoints"),
        pace=Pace({"email": 300, "sms": 100}, {"sms": 8, "chat": 20}),
        sending_mark=Path(".data/sending.mark"),
    )
    assert Settings.read({}) == defaults
    assert Settings.read({"DUBAN_EMAIL": " "}) == defaults
    given = Settings.read(
        {
            "DUBAN_DATA": "/srv/duban",
            "DUBAN_BASE_URL": "https://duban.example/",
            "DUBAN_PORT": "8001",
        }
    )
    assert given.database_url == "sqlite:////srv/duban/duban.db"
    assert (given.base_url, given.secure_cookies, given.port) == (
        "https://duban.example",
        True,
        8001,
    )
