"""What tests counted: each line `figure: NAME = NUMBER` they printed, gathered at the end of a run.

Pytest shows what a test printed only when it fails, and workers of a parallel run not even then.
"""

from collections.abc import Iterator

import pytest

FIGURE = "figure: "


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures under a heading of their own."""
    lines = sorted(set(_figures(terminalreporter)))
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


def _figures(reporter: pytest.TerminalReporter) -> Iterator[str]:
    for reports in reporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "call":
                yield from _lines(report)


def _lines(report: pytest.TestReport) -> Iterator[str]:
    return (line for line in report.capstdout.splitlines() if line.startswith(FIGURE))
