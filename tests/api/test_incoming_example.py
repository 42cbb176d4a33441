"""The example of docs/webhooks.md, as it stands there: shell, openssl and curl at a server."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import system_clock
from api.context import Duban
from api.settings import Settings
from tests.api.browser.served import served
from tests.api.callers import ON_SQLITE
from tests.api.door import Platform, platform, ticket
from workflow.engine.calendar import local_day
from workflow.store.database import Database

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
(SHELL,) = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
(BODY, ANSWER) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def at_the_door(database: Database, tmp_path: Path) -> Iterator[tuple[Platform, str]]:
    """The platform at the door of a server by the clock on the wall, and its address."""
    duban = Duban.on(database, Settings(data=tmp_path / "data"))
    with served(duban) as address:
        yield platform(TestClient(create_app(duban)), duban), address


@ON_SQLITE
def test_the_example_sends_a_ticket(at_the_door: tuple[Platform, str], tmp_path: Path) -> None:
    door, address = at_the_door
    (tmp_path / "tickets.json").write_text(BODY, encoding="utf-8")
    script = SHELL.replace("whsec_…", door.key, 1)
    script = script.replace("https://duban.example", address)
    ran = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    of_this_year = ANSWER.replace("〔2026〕", f"〔{local_day(system_clock()).year}〕")
    answer, promised = json.loads(ran.stdout), json.loads(of_this_year)
    assert answer["rows"] == promised["rows"]
    assert answer.keys() == promised.keys()
    (event,) = answer["events"]
    assert event["code"] == "not_found", "the example's other ticket is not here"


def test_the_columns_of_the_example_are_those_of_the_template() -> None:
    (row,) = json.loads(BODY)["rows"]
    assert row.keys() == ticket().keys()
