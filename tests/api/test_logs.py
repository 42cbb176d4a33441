"""The log of a running process: one event a line, whatever people send."""

import logging
from collections.abc import Iterator

import pytest

from api.cli.logs import start_logging

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
