"""Chance in tests: one seed for everything that draws, the same for everybody unless asked.

A suite that gates a change must say the same of the same code twice; new ground is walked with
`./dev test --seed random`, and by the soak.
"""

import random

import pytest
from hypothesis import settings

DEFAULT = "20260302"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--seed`."""
    text = "what tests that draw begin from: a number, or 'random'"
    parser.addoption("--seed", default=DEFAULT, help=text)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed once, before it is handed to the workers, and let hypothesis have it too; and
    all the time it takes, for a machine that is busy is nobody's mistake.
    """
    if config.option.seed == "random":
        config.option.seed = str(random.SystemRandom().randrange(10**6))
    config.option.hypothesis_seed = config.option.seed
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it, whatever came of it."""
    terminalreporter.write_line(f"seed: {terminalreporter.config.option.seed}")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed, printed where a failure shows it."""
    found = int(request.config.option.seed)
    print(f"--seed {found}")
    return found
