"""Who was refused what stands in the audit log, and neither a flood nor a database that is away
makes a refusal anything else.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.refused import record_counted
from api.gatekeeping.tally import MOST_CALLERS, MOST_CASES, Tally
from tests.api.callers import API, ON_SQLITE, caller, refused
from tests.api.conftest import Rest
from tests.api.sheets import HEADER, ROW, xlsx
from tests.prefecture import NOW, Prefecture
from workflow.folder import SHIPPED
from workflow.store.database import Database
from workflow.store.evidence.audit import Act
from workflow.store.tables.handles import AUDIT


def written(database: Database, kind: str) -> list[dict[str, Any]]:
    """The acts of a kind, in their order."""
    query = select(AUDIT).where(AUDIT.c.kind == kind).order_by(AUDIT.c.at, AUDIT.c.seq)
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


@ON_SQLITE
def test_every_refusal_is_written_and_a_flood_leaves_two_rows_a_minute(
    rest: Rest, duban: Duban, clock: SimulatedClock
) -> None:
    for minute in range(2):
        for one in range(30):
            rest("wangmo.head").get(f"/cases/{900_000 + 100 * minute + one}")
        clock.advance_to(clock() + timedelta(minutes=1))
        record_counted(duban)
    rows = [json.loads(row["data"]) for row in written(duban.database, "refusal")]
    assert [row.get("times", 1) for row in rows] == [1, 29, 1, 29]
    assert rows[1]["cases"] == [900_000 + one for one in range(1, 30)]
    assert rows[1]["lines"] == ["GET:/api/v1/cases/case_id"]
    assert (rows[1]["minute"], rows[3]["minute"]) == ("2026-03-02T02:00Z", "2026-03-02T02:01Z")


@ON_SQLITE
def test_what_was_counted_is_written_before_the_process_stops(duban: Duban) -> None:
    with TestClient(create_app(duban)) as client:
        for _ in range(5):
            caller(client, duban, "wangmo.head").get("/cases/999999")
    times = [json.loads(row["data"]).get("times", 1) for row in written(duban.database, "refusal")]
    assert times == [1, 4]


def test_what_one_row_names_is_bounded_and_says_how_much_more() -> None:
    tally = Tally()
    for case in range(1000):
        tally.note(Act("refusal", 7, ("case", case), "refused", {}), "GET:/cases/case_id", NOW)
    (row,) = tally.due(NOW + timedelta(minutes=1))
    assert (row.data["times"], row.data["more"]) == (999, 999 - MOST_CASES)
    assert row.data["cases"] == list(range(1, MOST_CASES + 1))


def test_callers_beyond_number_are_counted_together() -> None:
    tally, callers = Tally(), 10 * MOST_CALLERS
    acts = [Act("refusal", one, None, "refused", {}) for one in range(callers)]
    rows = [row for act in acts for row in tally.note(act, "GET:/", NOW)]
    rows += tally.due(NOW + timedelta(minutes=1))
    assert len(rows) <= MOST_CALLERS + 2
    assert sum(1 for row in rows if "times" not in row.data) == MOST_CALLERS + 1
    assert [row.data["times"] for row in rows if "times" in row.data] == [
        callers - MOST_CALLERS - 1
    ]


@ON_SQLITE
def test_a_log_that_cannot_be_written_leaves_the_refusal_as_it_is(rest: Rest, duban: Duban) -> None:
    asking = rest("wangmo.head")
    with duban.database.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE audit RENAME TO gone"))
    refused(asking.get("/cases/999999"), 404, "not_found")


@ON_SQLITE
def test_a_strange_address_is_refused_like_any_other(rest: Rest) -> None:
    for path in ("/cases/²", "/cases/99999999999999999999", "/cases/13800001234567"):
        assert rest("wangmo.head").get(path).status_code == 404


def test_who_is_not_signed_in_fills_no_log(client: TestClient, duban: Duban) -> None:
    assert client.get(f"{API}/cases").status_code == 401
    assert written(duban.database, "refusal") == []


def test_an_import_is_written_down_with_the_cases_it_opens(
    rest: Rest, duban: Duban, prefecture: Prefecture
) -> None:
    content = xlsx(HEADER, ROW, ROW)
    rest("zhou-dc.specialist1").upload("problems.xlsx", content)
    assert written(duban.database, "import") == [], "a preview imports nothing"
    for _ in range(2):
        rest("zhou-dc.specialist1").upload("problems.xlsx", content, commit="true")
    (row,) = written(duban.database, "import")
    assert row["person_id"] == prefecture.person("zhou-dc.specialist1")
    assert row["data"] == '{"rows":2,"workflow":"rectification"}'


def test_what_is_published_and_entered_is_written_down(duban: Duban, tmp_path: Path) -> None:
    old = (SHIPPED / "urging.yaml").read_text(encoding="utf-8")
    for file in SHIPPED.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "urging.yaml").write_text(old + "# again\n", encoding="utf-8")
    before = len(written(duban.database, "definition"))
    duban.catalog.publish(tmp_path, duban.clock())
    published = written(duban.database, "definition")
    assert len(published) == before + 1
    assert '"version":2,"workflow":"urging"' in published[-1]["data"]
