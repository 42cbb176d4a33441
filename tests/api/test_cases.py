"""Cases over REST: a whole rectification, lists in pages, and nothing for those out of scope."""

from datetime import datetime

import pytest
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import ON_SQLITE, STEPS, refused, walk
from tests.api.conftest import Rest
from workflow.replay import replay
from workflow.store.casework import cases
from workflow.store.people.accounts import person_by_username
from workflow.timers import fire_all_due

EIGHT = {who for _, who, _, _ in STEPS} | {"zhou-dc.head"}


@pytest.mark.journey
def test_eight_people_walk_a_case_to_its_close_and_its_history_replays(
    rest: Rest, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk(rest, "publicity")
    due = rest("zhou-dc.head").get(f"/cases/{case}").json()["due"]
    assert due["derivation"].startswith("5 个工作日")
    clock.advance_to(end_of_limit(duban, case))
    fire_all_due(duban.database, duban.catalog, clock())
    closed = rest("zhou-dc.head").fire(case, "sign_second", {"opinion": "同意销号"})
    assert closed.json()["state"] == "closed", closed.text

    seen = rest("zhou-dc.head").get(f"/cases/{case}").json()
    assert seen["state_title"] == "已销号"
    assert [one["side"] for one in seen["sign_offs"]] == ["first", "second"]
    assert len({one["person"] for one in seen["sign_offs"]}) == 2
    history = rest("xingyi.head").get(f"/cases/{case}/history").json()
    assert len({row["person"] for row in history} - {None}) == len(EIGHT) == 8
    assert_replays(duban, case)


def end_of_limit(duban: Duban, case: int) -> datetime:
    with duban.database.reading() as connection:
        due = cases.read_case(connection, case)[0].due
    assert due is not None
    return due.at


def assert_replays(duban: Duban, case: int) -> None:
    with duban.database.reading() as connection:
        stored, _ = cases.read_case(connection, case)
        rows = cases.history_of(connection, case)
    compiled = duban.catalog.version(stored.definition)
    assert replay(compiled, rows, duban.catalog.calendars) == stored


def test_a_retry_gets_the_first_answer(rest: Rest) -> None:
    specialist = rest("zhou-dc.specialist1")
    first = specialist.open(request="same")
    assert specialist.open(request="same").json() == first.json()
    case = first.json()["case"]
    fired = specialist.fire(case, "dispatch", request="same-2")
    assert specialist.fire(case, "dispatch", request="same-2").json() == fired.json()
    assert fired.json()["state"] == "assigned"


def test_a_draft_waits_for_its_registration(rest: Rest) -> None:
    specialist = rest("zhou-dc.specialist1")
    draft = specialist.open(draft=True).json()
    assert draft["state"] == "draft"
    assert specialist.fire(draft["case"], "register").json()["state"] == "registered"


# Reading


def test_a_case_shows_both_ledgers_and_what_its_reader_can_do(rest: Rest) -> None:
    case = walk(rest, "rectifying")
    seen = rest("xingyi.officer").get(f"/cases/{case}").json()
    ledgers = {
        one["ledger"]: {f["name"]: f["value"] for f in one["facts"]} for one in seen["ledgers"]
    }
    assert ledgers["problem"]["source"] == "督查"
    assert ledgers["rectification"]["goal"] == "路灯全亮"
    parties = {one["party"]: one["unit"]["name"] for one in seen["parties"]}
    assert parties["responsible"] == "兴义市"
    assert parties["reviewer"] == "州乡村振兴指挥部"
    assert parties["supervisor"] == "州督查局"
    events = {one["event"]: one for one in seen["events"]}
    assert {"report_progress", "apply", "extend", "hand_over"} <= set(events)
    assert [field["name"] for field in events["extend"]["form"]] == ["reason", "proposed_due"]
    assert [field["required"] for field in events["extend"]["form"]] == [True, True]
    assert "xingyi.liaison" in {one["username"] for one in events["hand_over"]["people"]}
    own = {one["event"] for one in rest("zhou-dc.head").get(f"/cases/{case}").json()["events"]}
    assert "apply" not in own
    assert "suspend" in own


def test_an_event_that_cannot_be_done_now_says_why(rest: Rest, clock: SimulatedClock) -> None:
    case = walk(rest, "rectifying")
    clock.advance_to(clock().replace(month=5, day=27))
    events = rest("xingyi.officer").get(f"/cases/{case}").json()["events"]
    why = {one["event"]: one["why_not"] for one in events}
    assert "至迟须在到期前 5 个工作日" in why["extend"]
    assert why["apply"] is None


def test_timers_and_messages_of_a_case_and_ones_own_inbox(rest: Rest) -> None:
    case = walk(rest, "assigned")
    liaison = rest("xingyi.liaison")
    timers = liaison.get(f"/cases/{case}/timers").json()
    assert [one["status"] for one in timers if one["wake_at"]] == ["waiting"] * 3
    messages = liaison.get(f"/cases/{case}/messages").json()["items"]
    assert {one["way"] for one in messages} == {"email", "sms"}
    assert not any("phone" in one or "email" in one for one in messages)
    inbox = liaison.get("/messages").json()["items"]
    assert [(one["case"], one["template"]) for one in inbox] == [(case, "task")]


def test_work_handed_over_names_a_colleague_by_login_name(rest: Rest) -> None:
    case = walk(rest, "rectifying")
    assert (
        rest("xingyi.officer").fire(case, "hand_over", person="xingyi.liaison").status_code == 200
    )
    assert rest("xingyi.head").get(f"/cases/{case}").json()["handler"]
    unknown = rest("xingyi.officer").fire(case, "hand_over", person="nobody")
    assert "nobody" in refused(unknown, 422, "invalid_input")


# Lists


def test_pages_hold_every_case_once_soonest_first(rest: Rest) -> None:
    specialist = rest("zhou-dc.specialist1")
    made = {specialist.open(unit=unit).json()["case"] for unit in ("522301", "522326") * 4}
    found, after = [], None
    while True:
        params: dict[str, str] = {"after": after} if after else {}
        page = specialist.get("/cases", limit=3, **params).json()
        found += page["items"]
        after = page["next"]
        if after is None:
            break
        assert len(page["items"]) == 3
    assert [one["id"] for one in found] == sorted(made)  # all have the same limit
    assert {one["unit"]["code"] for one in found} == {"522301", "522326"}


def test_a_list_is_narrowed_by_ledger_state_unit_and_limit(rest: Rest) -> None:
    specialist = rest("zhou-dc.specialist1")
    one, other = walk(rest, "rectifying"), specialist.open(unit="522326").json()["case"]

    def ids(**params: object) -> list[int]:
        return [item["id"] for item in specialist.get("/cases", **params).json()["items"]]

    assert ids(state="rectifying") == [one]
    assert ids(unit="522326") == [other]
    assert ids(open="false") == []
    assert ids(workflow="annual_report") == []
    assert ids(due_before="2026-05-30") == [other, one]
    assert ids(due_before="2026-05-29") == [other]
    items = specialist.get("/cases", ledger="rectification", state="rectifying").json()["items"]
    assert items[0]["facts"]["goal"] == "路灯全亮"


@ON_SQLITE
@pytest.mark.parametrize(
    "params",
    [
        {"after": "junk"},
        {"after": "MjAyNg=="},
        {"ledger": "nothing"},
        {"workflow": "nothing"},
        {"unit": "nothing"},
        {"limit": 0},
        {"limit": 100000},
        {"due_before": "2026-02-30"},
        {"due_before": "0001-01-01"},
        {"state": "\x00"},
        {"open": "perhaps"},
    ],
    ids=str,
)
def test_a_list_asked_for_wrongly_says_what_is_wrong(rest: Rest, params: dict[str, object]) -> None:
    refused(rest("zhou-dc.head").get("/cases", **params), 422, "invalid_input")


# Scope


@pytest.mark.rights
def test_what_is_out_of_scope_is_not_there(rest: Rest) -> None:
    case = walk(rest, "rectifying")
    for stranger in ("wangmo.head", "jingnan.liaison"):
        outside = rest(stranger)
        absent = {refused(outside.get(f"/cases/{id_}"), 404, "not_found") for id_ in (case, 10**6)}
        assert len(absent) == 1
        for part in ("history", "timers", "messages"):
            refused(outside.get(f"/cases/{case}/{part}"), 404, "not_found")
        refused(outside.fire(case, "apply"), 404, "not_found")
        assert outside.get("/cases").json()["items"] == []


@pytest.mark.rights
def test_who_sees_a_case_may_still_not_be_the_one_to_act(rest: Rest) -> None:
    case = walk(rest, "rectifying")
    refused(rest("zhou.head").fire(case, "apply"), 403, "not_your_turn")


@ON_SQLITE
@pytest.mark.rights
def test_every_route_but_a_few_wants_somebody_signed_in(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    asked = 0
    for path, methods in paths.items():
        for method in methods:
            if "/sign-in" in path or "/incoming/" in path:  # other systems sign their calls
                continue
            url = path.replace("{case_id}", "1").replace("{workflow}", "x").replace("{name}", "x")
            answer = client.request(method, url, headers={"X-User": "zhou.head"})
            refused(answer, 401, "not_signed_in")
            asked += 1
    assert asked >= 18
    print(f"figure: rest_routes = {asked}")


def test_units_and_definitions_can_be_read(rest: Rest, duban: Duban) -> None:
    head = rest("jingnan.liaison")
    units = "/organisation/units"
    below = head.get(units, under="522301", limit=5).json()
    assert below["items"][0]["code"] == "522301"
    rest_of = head.get(units, under="522301", limit=5, after=below["next"]).json()["items"]
    assert not {one["code"] for one in rest_of} & {one["code"] for one in below["items"]}
    names = {one["workflow"] for one in head.get("/definitions").json()}
    assert names == set(duban.catalog.workflows())
    for name in names:
        assert head.get(f"/definitions/{name}").json()["states"]
    refused(head.get("/definitions/nothing"), 404, "not_found")
    assert head.get("/definitions/schema").json()["$schema"]


def test_a_token_acts_with_the_posts_held_now(rest: Rest, duban: Duban) -> None:
    assert rest("xingyi.liaison").get("/me").json()["posts"] == [
        {"unit": "522301", "unit_name": "兴义市", "role": "liaison", "substitute": False}
    ]
    with duban.database.reading() as connection:
        assert person_by_username(connection, "xingyi.liaison")
