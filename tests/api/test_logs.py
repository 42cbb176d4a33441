"""The log of a running process: one event a line, whatever people send."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from starlette.testclient import TestClient

from api.cli.logs import start_logging
from tests.api.callers import ON_SQLITE
from tests.api.conftest import Rest

pytestmark = pytest.mark.hostile

FORGED = "x\n2026-01-01T00:00:00Z [error    ] forged\r\x1b[31m\u2028\u202e\x00"


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_what_is_logged_stays_on_its_line(
    restored_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging()
    logging.getLogger("duban.web").warning("request %s", FORGED)
    (line,) = capsys.readouterr().err.splitlines()
    assert "\\n2026" in line
    assert line.isprintable()


def test_the_message_of_an_exception_is_marked_as_its_own(
    restored_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging()
    try:
        raise ValueError(FORGED)
    except ValueError:
        logging.getLogger("duban.web").exception("failed")
    first, *rest = capsys.readouterr().err.splitlines()
    assert "failed" in first
    assert not [line for line in rest if line.startswith("2026")]
    assert all(line.isprintable() for line in rest)


def test_no_line_says_a_whole_address(
    restored_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging()
    logging.getLogger("duban.web").warning("to %s and %s", "13812341234", "zhang@example.org")
    (line,) = capsys.readouterr().err.splitlines()
    assert "to 138****1234 and zh***@example.org" in line


def test_as_json_a_line_is_one_event_with_the_request_it_belongs_to(
    restored_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging("json")
    with structlog.contextvars.bound_contextvars(request_id="5f"):
        try:
            raise ValueError(FORGED)
        except ValueError:
            logging.getLogger("sqlalchemy").exception("to %s", "13812341234")
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["request_id"]) == (
        "to 138****1234",
        "error",
        "5f",
    )
    assert "\x1b" not in event["exception"]


@pytest.mark.parametrize(
    ("path", "status", "place"),
    [
        ("/api/v1/cases/7", 404, "GET:/api/v1/cases/case_id"),
        ("/nowhere/13812341234", 404, "GET"),
    ],
)
@ON_SQLITE
def test_a_request_leaves_one_line_that_names_the_place_and_not_the_address(
    rest: Rest,
    client: TestClient,
    restored_logging: None,
    capsys: pytest.CaptureFixture[str],
    path: str,
    status: int,
    place: str,
) -> None:
    headers = rest("xingyi.liaison").headers
    start_logging("json")
    answer = client.get(path, headers=headers)
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (event,) = [one for one in events if one["logger"] == "duban.web"]
    assert (event["event"], event["status"], event["place"]) == ("request", status, place)
    assert event["request_id"] == answer.headers["X-Request-Id"]
    assert "13812341234" not in str(event)


@ON_SQLITE
def test_who_only_asks_whether_we_are_alive_leaves_no_line(
    client: TestClient, restored_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging("json")
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert "duban.web" not in capsys.readouterr().err
