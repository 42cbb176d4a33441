"""办法第二十七条: “可以根据本办法，结合本地区实际制定实施细则”. What a place adds of its own is
a new YAML file and nothing else (design, sentence 1).

Somebody writes the file of the language's own documentation into a folder and publishes it. The
rest of the product has never heard of a leave request: REST opens and decides it, its ladder
reminds by mail, its ledger and pages show it, and doctor finds the database clean.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from api.worker import tick
from notifications.rendering import template_keys
from notifications.ways import open_ways
from tests.api.callers import Caller, caller
from tests.prefecture import NOW
from workflow.doctor import examine
from workflow.store.database import Database
from workflow.store.tables.handles import MAILBOX

LANGUAGE = Path(__file__).parents[2] / "docs" / "language.md"


def documented_workflow() -> str:
    """The complete example that docs/language.md gives to newcomers."""
    blocks = re.findall(r"```yaml\n(.*?)```", LANGUAGE.read_text(encoding="utf-8"), re.DOTALL)
    (whole,) = [block for block in blocks if block.startswith("workflow: leave")]
    return str(whole)


def mails(database: Database) -> list[str]:
    with database.reading() as connection:
        query = select(MAILBOX.c.text).where(MAILBOX.c.way == "email").order_by(MAILBOX.c.id)
        return list(connection.execute(query).scalars())


def opened(rest: Caller) -> int:
    body = {
        "workflow": "leave",
        "parties": {"applicant": "522301"},
        "facts": {"what": "回乡探亲", "kind": "年休假", "until": "2026-03-20"},
        "request": "leave-1",
    }
    answer = rest.post("/cases", body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["case"])


@pytest.mark.journey
def test_a_yaml_file_is_all_it_takes(database: Database, tmp_path: Path) -> None:
    (tmp_path / "leave.yaml").write_text(documented_workflow(), encoding="utf-8")
    clock = SimulatedClock(NOW)
    duban = Duban.on(database, Settings(), clock)
    assert duban.catalog.publish(tmp_path, NOW, template_keys()) == ["leave"]
    ways = open_ways(database, clock, email="mailbox:", sms="mailbox:")

    with TestClient(create_app(duban), follow_redirects=False) as client:
        liaison, head = (
            caller(client, duban, "xingyi.liaison"),
            caller(client, duban, "zhou-bg.head"),
        )
        case = opened(liaison)
        forms = {one["event"]: one for one in head.get(f"/cases/{case}").json()["events"]}
        assert {"approve", "refuse"} <= forms.keys(), "the forms follow from the file"
        assert [one["id"] for one in head.get("/cases", workflow="leave").json()["items"]] == [case]

        clock.advance_to(datetime(2026, 3, 6, 1, 1, tzinfo=UTC))  # one working day past the limit
        tick(duban, ways, clock())
        clock.advance_to(datetime(2026, 3, 9, 1, 1, tzinfo=UTC))
        tick(duban, ways, clock())
        assert any("回乡探亲" in text and "逾期" in text for text in mails(database)), mails(
            database
        )

        early = head.fire(case, "return")
        assert (early.status_code, early.json()["code"]) == (409, "out_of_turn")
        assert head.fire(case, "approve").json()["state"] == "away"
        assert liaison.fire(case, "return").json()["state"] == "closed"

    report = examine(database, duban.catalog, clock())
    assert report.complaints == []
