"""Whoever only reads is answered while somebody writes for long, such as an import of thousands of
rows: that they were here, and what they have opened, is noted another time.
"""

import time
from datetime import timedelta

from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import ON_SQLITE
from tests.api.conftest import Rest
from workflow.store.database import Database
from workflow.store.tables.handles import READING, SESSION, TOKEN

SECONDS = 5.0
"""Half of what a writer waits for."""


def noted(duban: Duban) -> tuple[bool, bool, int]:
    """Whether session and token were in use just now, and how many messages were opened."""
    now = duban.clock()
    with duban.database.reading() as connection:
        seen = connection.execute(select(func.max(SESSION.c.seen_at))).scalar_one()
        used = connection.execute(select(func.max(TOKEN.c.used_at))).scalar_one()
        opened = connection.execute(select(func.count()).select_from(READING)).scalar_one()
    return seen == now, used == now, opened


@ON_SQLITE
def test_pages_and_rest_are_read_while_somebody_writes_for_long(
    rest: Rest, client: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    maker, reader = rest("zhou-dc.specialist1"), rest("xingyi.liaison")
    case = maker.open().json()["case"]
    assert maker.fire(case, "dispatch").status_code == 200
    in_person = reader.in_person()
    clock.advance_to(clock() + timedelta(minutes=5))
    other, began = Database(duban.database.url), time.monotonic()
    for free in (False, True):
        with other.reading() if free else other.unit_of_work():
            assert reader.get(f"/cases/{case}").status_code == 200
            for page in (f"/cases/{case}", "/messages"):
                assert client.get(page, headers=in_person).status_code == 200
        seen, used, opened = noted(duban)
        assert (seen, used, opened > 0) == (free, free, free)
    assert time.monotonic() - began < SECONDS
    other.dispose()
