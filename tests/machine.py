"""What this machine lacks: tests that need a program which is not installed are left out, loudly.

A newcomer has python3 and pip; the browser and the mail and SMS servers come from the system's own
packages. What was not run stands at the end of the run with the one command that brings it. Where
everything must run (`CI=true`), a missing program fails the run before it begins.
"""

import os
import shutil
from collections.abc import Iterator
from typing import NamedTuple

import pytest

_PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


class Need(NamedTuple):
    """What the tests of a marker need, and the command that brings it."""

    programs: tuple[str, ...]
    command: str
    root: bool = False


NEEDS = {
    "browser": Need(("chromium",), "./dev browser"),
    "servers": Need(("postfix", "dovecot", "bearerbox", "smsbox"), "sudo ./dev servers", root=True),
}

_LEFT_OUT = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Where everything must run, refuse to begin without it."""
    config.stash[_LEFT_OUT] = set()
    if os.environ.get("CI") == "true" and (lacking := _lacking()):
        raise pytest.UsageError("; ".join(_sentence(marker) for marker in lacking))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here."""
    lacking = _lacking()
    reasons = {item: _reason(item, lacking) for item in items}
    config.stash[_LEFT_OUT] = {marker for marker in reasons.values() if marker}
    config.hook.pytest_deselected(items=[item for item in items if reasons[item]])
    items[:] = [item for item in items if not reasons[item]]


def _lacking() -> list[str]:
    return [marker for marker, need in NEEDS.items() if any(_missing(need))]


def _missing(need: Need) -> Iterator[str]:
    for program in need.programs:
        if shutil.which(program, path=_PATH) is None:
            yield program
    if need.root and os.geteuid() != 0:
        yield "root's rights"


def _reason(item: pytest.Item, lacking: list[str]) -> str | None:
    return next((marker for marker in lacking if item.get_closest_marker(marker)), None)


def _sentence(marker: str) -> str:
    need = NEEDS[marker]
    return f"the tests of {marker} need {', '.join(_missing(need))}: {need.command}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was not run, and how to run it."""
    parallel = bool(config.getoption("numprocesses", None))  # then only the workers collect
    left_out = config.stash[_LEFT_OUT]
    if parallel:
        left_out = set(_lacking())
    if left_out:
        terminalreporter.section("NOT RUN on this machine")
        for marker in sorted(left_out):
            terminalreporter.write_line(_sentence(marker))
