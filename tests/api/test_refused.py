"""Who was refused what stands in the audit log, and neither a flood nor a database that is away
makes a refusal anything else.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.tally import MOST_CALLERS, Tally
from tests.api.callers import API, ON_SQLITE, refused
from tests.api.conftest import Rest
from tests.api.sheets import HEADER, ROW, xlsx
from tests.prefecture import NOW, Prefecture
from workflow.catalog import SHIPPED
from workflow.store.database import Database
from workflow.store.tables.handles import AUDIT


def written(database: Database, kind: str) -> list[dict[str, Any]]:
    """The acts of a kind, in their order."""
    query = select(AUDIT).where(AUDIT.c.kind == kind).order_by(AUDIT.c.at, AUDIT.c.seq)
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


@ON_SQLITE
def test_a_flood_leaves_a_few_rows_a_minute(
    rest: Rest, duban: Duban, clock: SimulatedClock
) -> None:
    for _ in range(2):
        for _ in range(30):
            rest("wangmo.head").get("/cases/999999")
        clock.advance_to(clock() + timedelta(minutes=1))
    rows = written(duban.database, "refusal")
    assert len(rows) == 4, "the 1st and the 10th of each minute"


def test_callers_beyond_number_are_counted_together() -> None:
    tally = Tally()
    written = [tally.is_written(str(one), "GET", NOW) for one in range(10 * MOST_CALLERS)]
    assert sum(written) <= MOST_CALLERS + 4


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
