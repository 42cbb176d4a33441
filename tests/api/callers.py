"""Callers of the web application, a case walked through its states, what a refusal looks like."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from api.context import Duban
from workflow.store.database import Database
from workflow.store.people.accounts import person_by_username
from workflow.store.people.sessions import PROVIDER, Arrival, begin_session, note_confirmed
from workflow.store.people.tokens import Scope, make_token
from workflow.store.tables import metadata

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For tests of what does not depend on the database."""

API = "/api/v1"
_CHINESE = re.compile("[一-鿿]")
_requests = count(1)


@dataclass
class Caller:
    """A program with a token of one person, who comes in person to fire events: some are signed."""

    client: TestClient
    headers: dict[str, str] = field(default_factory=dict)
    in_person: Callable[[], dict[str, str]] = dict

    def get(self, path: str, **params: Any) -> Response:
        """GET under /api/v1."""
        return self.client.get(API + path, params=params, headers=self.headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        """POST JSON under /api/v1."""
        return self.client.post(API + path, json=body, headers=self.headers, **more)

    def open(self, **changes: Any) -> Response:
        """Open a rectification; `changes` are facts, or `unit`, `request`, `draft`."""
        body = opening(**changes)
        return self.post("/cases", body)

    def fire(self, case: int, event: str, facts: Any = None, **more: Any) -> Response:
        """Fire an event."""
        body = {"event": event, "facts": facts or {}, "request": f"fire-{next(_requests)}", **more}
        headers = self.in_person() or self.headers
        return self.client.post(f"{API}/cases/{case}/fire", json=body, headers=headers)

    def fire_by_token(self, case: int, event: str, facts: Any = None) -> Response:
        """Fire an event as the program."""
        body = {"event": event, "facts": facts or {}, "request": f"fire-{next(_requests)}"}
        return self.post(f"/cases/{case}/fire", body)

    def upload(self, name: str, content: bytes, **params: Any) -> Response:
        """Send a file to the import."""
        params = {"workflow": "rectification", **params}
        files = {"file": (name, content)}
        path = API + "/cases/import"
        return self.client.post(path, params=params, files=files, headers=self.headers)


def caller(client: TestClient, duban: Duban, username: str) -> Caller:
    """A program with a new token of this person."""
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        person = person_by_username(connection, username)
        token = make_token(connection, person, "test", Scope.WRITE, now, timedelta(days=400))

    def in_person() -> dict[str, str]:
        return session_headers(duban, person)

    return Caller(client, {"Authorization": f"Bearer {token}"}, in_person)


def session_headers(duban: Duban, person: int) -> dict[str, str]:
    """What a browser sends in which this person has just come in and confirmed who they are."""
    arrival = Arrival(PROVIDER, "127.0.0.1", "test")
    with duban.database.unit_of_work() as connection:
        token, csrf = begin_session(
            connection, person, arrival, duban.settings.sign_in, duban.clock()
        )
        note_confirmed(connection, token, duban.clock())
    return {"Cookie": f"duban={token}", "X-CSRF-Token": csrf}


FACTS = {
    "source": "督查",
    "found_on": "2026-03-01",
    "description": "路灯不亮，三个月没有人修",
    "grade": "较重",
    "kind": "限期整改",
    "due": "2026-05-29",
}


def opening(unit: str = "522301", request: str = "", **changes: Any) -> dict[str, Any]:
    """The body that opens a rectification."""
    draft = changes.pop("draft", False)
    return {
        "workflow": "rectification",
        "parties": {"responsible": unit},
        "facts": FACTS | changes,
        "request": request or f"open-{next(_requests)}",
        "draft": draft,
    }


_MEASURES = [{"measure": "更换灯具", "owner": "张三", "due": "2026-04-30"}]
STEPS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    # state before, who, event, facts
    ("registered", "zhou-dc.specialist1", "dispatch", {"dispatch_number": "督办〔2026〕7号"}),
    ("assigned", "xingyi.liaison", "accept", {}),
    ("planning", "xingyi.officer", "submit_plan", {"goal": "路灯全亮", "measures": _MEASURES}),
    ("plan_review", "zhou-dc.specialist1", "approve_plan", {}),
    ("rectifying", "xingyi.liaison", "apply", {"result": "已修好", "finished_on": "2026-03-02"}),
    ("self_check", "xingyi.head", "confirm", {}),
    ("first_review", "zhou-zx.head", "sign_first", {"opinion": "同意"}),
    ("site_check", "zhou-zx.inspector1", "pass_check", {"site_record": "路灯都亮着"}),
    ("site_check", "zhou-zx.inspector2", "pass_check", {}),
)
"""How a rectification reaches its public notice; the clock ends that, and zhou-dc.head signs."""


def walk(rest: Callable[[str], Caller], to: str) -> int:
    """A new rectification in a state of STEPS or in publicity; its id."""
    opened = rest("zhou-dc.specialist1").open()
    assert opened.status_code == 201, opened.text
    case = int(opened.json()["case"])
    for before, who, event, facts in STEPS:
        if before == to:
            break
        fired = rest(who).fire(case, event, facts)
        assert fired.status_code == 200, fired.text
    found = rest("zhou-dc.specialist1").get(f"/cases/{case}").json()
    assert found["state"] == to
    return case


def refused(response: Response, status: int, code: str) -> str:
    """The sentence of a refusal, which has this status and code and is Chinese."""
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"code", "sentence", "data", "request_id"}
    assert body["code"] == code
    assert _CHINESE.search(body["sentence"])
    assert body["request_id"] == response.headers["X-Request-Id"]
    return str(body["sentence"])


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, but for those that note who asked."""
    left_out = (
        "web_session",
        "api_token",
        "sign_in_failure",
        "known_browser",
        "sent_form",
        "audit",
        "audit_head",
    )
    with database.reading() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
            if table.name not in left_out
        }
