"""A full disk is told as such: to whoever writes, to whoever balances the load, and in the log."""

import json
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from api import room
from api.cli.logs import start_logging
from api.context import Duban
from tests.api.callers import ON_SQLITE, refused
from tests.api.conftest import Rest
from tests.api.test_logs import restored_logging as restored_logging


@ON_SQLITE
def test_a_database_without_room_says_so_until_it_can_write_again(
    rest: Rest,
    client: TestClient,
    duban: Duban,
    restored_logging: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    maker = rest("zhou-dc.specialist1")
    assert client.get("/readyz").status_code == 200
    start_logging("json")

    def shrink(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # SQLite takes the pages there are

    event.listen(duban.database.engine, "checkout", shrink)
    for _ in range(40):  # until the free pages are used up
        answer = maker.open(description="满" * 990)
        if answer.status_code != 201:
            break
    refused(answer, 503, "storage_full")
    told = client.get("/readyz")
    assert (told.status_code, told.json()["code"]) == (503, "storage_full")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert "database or disk is full" in {line.get("cause") for line in lines}

    event.remove(duban.database.engine, "checkout", shrink)
    with duban.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert maker.open(description="又有空间可写了").status_code == 201
    assert client.get("/readyz").status_code == 200


@ON_SQLITE
def test_readiness_ends_before_the_disk_is_full(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FLOOR_BYTES", 2**62)  # no disk has so much to spare
    told = client.get("/readyz")
    assert (told.status_code, told.json()["code"]) == (503, "storage_full")
