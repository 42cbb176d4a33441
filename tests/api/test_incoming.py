"""意见 三（二）: 12317 and 12345 are ears of the supervision; what they hear comes in signed.

A ticket is a case once, however often it is sent; nobody answers it twice; a row that is wrong
keeps no other out; without a right signature nothing at all happens.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.refused import record_counted
from tests.api.callers import ON_SQLITE, everything, refused
from tests.api.conftest import Rest
from tests.api.door import DESK, Platform, platform, ticket
from tests.api.sheets import csv, xlsx
from workflow.store.database import Database
from workflow.store.people import sources
from workflow.store.people.sealing import MARK
from workflow.store.tables.handles import AUDIT, CASE, SOURCE_KEY

UNIT = "jingnan.liaison"


@pytest.fixture
def door(client: TestClient, duban: Duban) -> Platform:
    """The platform of 兴义市."""
    return platform(client, duban)


def tickets(database: Database) -> int:
    with database.reading() as connection:
        query = select(func.count()).select_from(CASE).where(CASE.c.workflow == "hotline")
        return int(connection.execute(query).scalar_one())


def test_a_ticket_is_a_case_once_however_often_it_comes(door: Platform, database: Database) -> None:
    first = door.send({"rows": [ticket()]}, call="msg_a").json()
    (row,) = first["rows"]
    assert (row["outcome"], row["state"], first["opened"]) == ("opened", "待派单", 1)
    before = everything(database)
    assert door.send({"rows": [ticket()]}, call="msg_a").json() == first
    assert everything(database) == before

    again = door.send({"rows": [ticket(诉求="又打来一次，水还没有通")]}, call="msg_b").json()
    assert again["rows"][0]["outcome"] == "known"
    assert again["rows"][0]["number"] == row["number"]
    assert tickets(database) == 1
    answer = door.send({"rows": [ticket("12345-2")]}, call="msg_a")
    refused(answer, 409, "request_reused")


def test_a_wrong_row_keeps_no_other_out(door: Platform, database: Database) -> None:
    rows = [
        ticket("1"),
        ticket("12345-2", 承办单位="敬北镇"),
        ticket("12345-3", 类别="骂人"),
        ticket("12345-4", 备注="加急"),
        ticket("12345-5", 承办单位=None, 诉求=None),
        ticket("12345-6"),
        ticket("12345-6"),
    ]
    answer = door.send({"rows": rows}).json()
    assert [row["outcome"] for row in answer["rows"]] == [*["refused"] * 5, "opened", "known"]
    assert (answer["opened"], answer["known"], answer["refused"]) == (1, 1, 5)
    errors = [row["errors"] for row in answer["rows"]]
    assert set(errors[0]) == {"平台工单号"}
    assert "是不是“敬南镇”" in errors[1]["承办单位"]
    assert set(errors[2]) == {"类别"}
    assert errors[3] == {"本行": "多了“备注”这一栏"}
    assert errors[4] == {"承办单位": "请填写“承办单位”"}
    assert {row["code"] for row in answer["rows"][:5]} == {"invalid_input"}
    assert tickets(database) == 1


@ON_SQLITE
def test_the_same_tables_come_in_as_csv_and_xlsx(door: Platform, database: Database) -> None:
    header = list(ticket())
    as_csv = csv(header, list(ticket("12345-7").values()), encoding="utf-8")
    answer = door.send(as_csv, kind="text/csv; charset=utf-8").json()
    assert [(row["row"], row["outcome"]) for row in answer["rows"]] == [(2, "opened")]
    as_xlsx = xlsx(header, list(ticket("12345-8").values()))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert door.send(as_xlsx, kind=kind).json()["opened"] == 1
    assert tickets(database) == 2
    refused(door.send(b"PK\x03\x04", kind=kind), 422, "unreadable_file")
    refused(door.send(as_csv, kind="text/plain"), 422, "invalid_input")


def test_what_the_platform_has_answered_is_noted_and_not_answered_again(
    door: Platform, rest: Rest
) -> None:
    door.send({"rows": [ticket()]})
    (case,) = rest(DESK).get("/cases", workflow="hotline").json()["items"]
    there = {"external": "12345-1", "event": "answered_there", "facts": {"visit_record": "已答复"}}

    def heard(**changes: Any) -> dict[str, Any]:
        (one,) = door.send({"events": [there | changes]}).json()["events"]
        return dict(one)

    assert heard()["code"] == "out_of_turn", "nobody has dispatched it yet"
    rest(DESK).fire(case["id"], "dispatch")
    assert heard(event="accept")["code"] == "out_of_turn", "the unit signs for it, no platform"
    assert heard(external="12345-9")["code"] == "not_found"
    assert heard(facts={})["errors"] == {"回访记录": "请填写“回访记录”"}
    assert (heard()["outcome"], heard()["code"]) == ("done", "out_of_turn")
    assert rest(UNIT).get(f"/cases/{case['id']}").json()["state"] == "closed"
    answer = rest(UNIT).fire(case["id"], "reply", {"answer": "再答复一遍"})
    refused(answer, 409, "out_of_turn")


def test_a_call_that_broke_off_is_answered_as_it_was_acted_on(
    door: Platform, rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was noted, and the process died before the answer was kept: the sender tries again."""
    door.send({"rows": [ticket()]})
    (case,) = rest(DESK).get("/cases", workflow="hotline").json()["items"]
    rest(DESK).fire(case["id"], "dispatch")
    there = {"external": "12345-1", "event": "answered_there", "facts": {"visit_record": "已答复"}}

    def dies(*_: Any) -> None:
        raise OperationalError("…", None, Exception("the database went away"))

    with monkeypatch.context() as patched:
        patched.setattr(sources, "keep_answer", dies)
        assert door.send({"events": [there]}, call="msg_e").status_code == 503
    assert rest(UNIT).get(f"/cases/{case['id']}").json()["state"] == "closed"
    (again,) = door.send({"events": [there]}, call="msg_e").json()["events"]
    assert (again["outcome"], again["state"]) == ("done", "已办结")
    (other,) = door.send({"events": [there]}, call="msg_f").json()["events"]
    assert (other["outcome"], other["code"]) == ("refused", "out_of_turn")


@pytest.mark.rights
def test_who_called_is_hidden_from_the_unit_complained_of(door: Platform, rest: Rest) -> None:
    door.send({"rows": [ticket()]})
    (case,) = rest(DESK).get("/cases", workflow="hotline").json()["items"]
    rest(DESK).fire(case["id"], "dispatch")
    for path in ("", "/history", "/messages", "/timers"):
        seen = rest(DESK).get(f"/cases/{case['id']}{path}").text
        hidden = rest(UNIT).get(f"/cases/{case['id']}{path}")
        assert hidden.status_code == 200
        assert "王小丫" not in hidden.text
        assert "10012345678" not in hidden.text
        assert path != "" or "王小丫" in seen


# Signatures

_OTHER = "whsec_" + "A" * 43 + "="
FORGED: dict[str, tuple[Callable[[Platform], Platform], str]] = {
    "another key": (lambda p: p.but(key=_OTHER), "bad_signature"),
    "no such source": (lambda p: p.but(name="hotline-12346"), "bad_signature"),
    "an odd name": (lambda p: p.but(name="%27%20OR%201=1"), "bad_signature"),
    "another version": (lambda p: p.but(headers={"webhook-signature": "v2,AAAA"}), "unsigned"),
    "no signature": (lambda p: p.but(headers={"webhook-signature": ""}), "unsigned"),
    "an empty one": (lambda p: p.but(headers={"webhook-signature": "v1,"}), "bad_signature"),
    "not base64": (lambda p: p.but(headers={"webhook-signature": "v1,\xff ß"}), "bad_signature"),
    "another call": (lambda p: p.but(headers={"webhook-id": "msg_other"}), "bad_signature"),
    "an id with a stop": (lambda p: p.but(headers={"webhook-id": "msg.1"}), "unsigned"),
    "an endless id": (lambda p: p.but(headers={"webhook-id": "m" * 5000}), "unsigned"),
    "another instant": (lambda p: p.but(headers={"webhook-timestamp": "1"}), "bad_signature"),
    "no number": (lambda p: p.but(headers={"webhook-timestamp": "1e9"}), "unsigned"),
    "too old": (lambda p: p.but(at=p.at - 301), "old_signature"),
    "from the future": (lambda p: p.but(at=p.at + 301), "old_signature"),
}


@ON_SQLITE
@pytest.mark.hostile
@pytest.mark.parametrize("name", FORGED)
def test_what_is_not_signed_does_nothing(name: str, door: Platform, database: Database) -> None:
    forge, code = FORGED[name]
    headers = {key: value.encode() for key, value in forge(door).headers.items()}
    answer = forge(door).but(headers=headers).send({"rows": [ticket()]})
    refused(answer, 401, code)
    assert tickets(database) == 0
    assert door.but(at=door.at + 300).send({"rows": [ticket()]}).json()["opened"] == 1


@ON_SQLITE
@pytest.mark.hostile
def test_a_body_changed_on_its_way_is_refused(door: Platform, database: Database) -> None:
    signature = door.signature("msg_x", b'{"rows": []}')
    changed = door.but(headers={"webhook-signature": signature})
    refused(changed.send({"rows": [ticket()]}, call="msg_x"), 401, "bad_signature")
    two = door.but(headers={"webhook-signature": f"v1,AAAA {signature}"})
    assert two.send(b'{"rows": []}', call="msg_x").status_code == 200, "one of several is enough"


BODIES: tuple[Any, ...] = (
    b"", b"{", b"null", b"[]", b'"rows"', b"\xff\xfe", b"[" * 100_000, {"row": []}, {"rows": {}},
    {"rows": [[]]}, {"rows": ["x"]}, {"rows": [{"主题": {"a": 1}}]}, {"rows": [{"主题": [1]}]},
    {"rows": [{"主题": "a\x00b"}]}, {"rows": [{}] * 501}, {"events": [{}]}, {"events": [1]},
    b'{"rows": [{"x": NaN}]}', b'{"rows": [{"x": 1e999}]}', {"rows": [], "more": 1},
    {"events": [{"external": "1", "event": "x" * 81}]}, b'{"rows": [{"x": "\\ud800"}]}',
)  # fmt: skip


@ON_SQLITE
@pytest.mark.hostile
def test_bodies_that_are_none_are_refused_whole(door: Platform, database: Database) -> None:
    before = everything(database)
    for body in BODIES:
        refused(door.send(body), 422, "invalid_input")
    assert everything(database) == before


ROWS: tuple[dict[str, Any], ...] = (
    {}, {"承办单位": 7}, ticket("12345-1", 诉求=True), ticket("x" * 100), ticket(" " * 9),
    ticket("12345-1", 承办单位="%"), ticket("12345-1", 承办单位="' OR 1=1 --"),
    ticket("12345-1", 主题="甲" * 9000), ticket("12345-1", 发生日期="2026-02-30"),
    ticket("12345-1", **{"__class__": "x"}), {"external_number": "12345-1"},
    ticket("12345-1", 诉求="\u202e\u200b\u200b"), ticket("12345-1", 发生日期=1e15),
)  # fmt: skip


@ON_SQLITE
@pytest.mark.hostile
def test_hostile_rows_are_refused_each_with_a_sentence(door: Platform, database: Database) -> None:
    answer = door.send({"rows": ROWS})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["rows"]) == len(ROWS)
    for row in answer.json()["rows"]:
        assert row["outcome"] == "refused", row
        assert all(row["errors"].values()), row
    assert tickets(database) == 0


# Keys


def test_keys_change_while_the_other_side_changes_over(
    door: Platform, duban: Duban, clock: SimulatedClock
) -> None:
    with duban.database.unit_of_work() as connection:
        key = sources.change_key(connection, duban.sealer, door.id, clock())
    new = door.but(key=key)
    for one in (door, new):
        assert one.send({"rows": []}).status_code == 200
    clock.advance_to(clock() + timedelta(days=7, seconds=1))
    now = int(clock().timestamp())
    refused(door.but(at=now).send({"rows": []}), 401, "bad_signature")
    assert new.but(at=now).send({"rows": []}).status_code == 200
    with duban.database.unit_of_work() as connection:
        sources.change_key(connection, duban.sealer, door.id, clock(), at_once=True)
    refused(new.but(at=now).send({"rows": []}), 401, "bad_signature")
    with duban.database.reading() as connection:
        kept = connection.execute(select(SOURCE_KEY.c.secret)).scalars().all()
    assert len(kept) == 3
    assert all(one.startswith(MARK) and key not in one for one in kept)


@ON_SQLITE
def test_a_closed_source_and_a_vacant_post_take_nothing(
    door: Platform, duban: Duban, database: Database
) -> None:
    with database.unit_of_work() as connection:
        connection.exec_driver_sql("UPDATE person SET disabled_at = '2026-03-02 00:00:00'")
    refused(door.send({"rows": [ticket()]}), 422, "unmanned")
    with database.unit_of_work() as connection:
        sources.close(connection, door.id, duban.clock())
    refused(door.send({"rows": [ticket()]}), 401, "bad_signature")
    assert tickets(database) == 0


# Many at once


def test_the_same_ticket_by_many_calls_at_one_moment_is_one_case(
    door: Platform, database: Database
) -> None:
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(door.send, {"rows": [ticket()]}) for _ in range(8)]
        answers = [one.result().json()["rows"][0] for one in sent]
    outcomes = sorted(one["outcome"] for one in answers)
    assert outcomes == [*["known"] * 7, "opened"]
    assert len({one["number"] for one in answers}) == 1
    assert tickets(database) == 1


@ON_SQLITE
def test_who_sends_too_often_waits(door: Platform, duban: Duban) -> None:
    bad = door.but(key=_OTHER)
    answers = [bad.send({"rows": []}) for _ in range(121)]
    assert [one.status_code for one in answers] == [401] * 120 + [429]
    assert int(answers[-1].headers["retry-after"]) <= 60
    record_counted(duban, all_of_it=True)
    with duban.database.reading() as connection:
        query = select(AUDIT.c.data).where(AUDIT.c.kind == "refusal").order_by(AUDIT.c.seq)
        written = [json.loads(data) for data in connection.execute(query).scalars()]
    assert [one.get("times", 1) for one in written] == [1, 119]
