"""The example of docs/webhooks.md, as it stands there: shell, openssl and curl at a server."""

import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from api.app import create_app
from api.context import Duban
from api.settings import Settings
from tests.api.callers import ON_SQLITE
from tests.api.door import Platform, platform, ticket
from workflow.store.database import Database

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
(SHELL,) = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
(BODY, ANSWER) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def served(database: Database, tmp_path: Path) -> Iterator[tuple[Platform, int]]:
    """A server by the clock on the wall, and the platform at its door."""
    duban = Duban.on(database, Settings(data=tmp_path / "data"))
    app = create_app(duban)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield platform(TestClient(app), duban), port
    server.should_exit = True
    thread.join()


@ON_SQLITE
def test_the_example_sends_a_ticket(served: tuple[Platform, int], tmp_path: Path) -> None:
    door, port = served
    (tmp_path / "tickets.json").write_text(BODY, encoding="utf-8")
    script = SHELL.replace("whsec_…", door.key, 1)
    script = script.replace("https://duban.example", f"http://127.0.0.1:{port}")
    ran = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    answer, promised = json.loads(ran.stdout), json.loads(ANSWER)
    assert answer["rows"] == promised["rows"]
    assert answer.keys() == promised.keys()
    (event,) = answer["events"]
    assert event["code"] == "not_found", "the example's other ticket is not here"


def test_the_columns_of_the_example_are_those_of_the_template() -> None:
    (row,) = json.loads(BODY)["rows"]
    assert row.keys() == ticket().keys()
