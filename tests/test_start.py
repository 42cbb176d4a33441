"""What web and worker do not import: a library that only some act needs is loaded by that act."""

import subprocess
import sys

STARTS = ("api.app", "api.worker", "api.cli.serving", "api.cli.installation", "api.cli.first_run")
"""Everything that `run`, `serve` and `worker` import before they serve."""

WHERE_USED = {
    "PIL",  # a photo is checked
    "alembic",  # the schema moves
    "apprise",  # a chat robot is told
    "authlib",  # somebody signs in through a provider
    "email.policy",  # nothing: its grammar of headers takes 75 ms to build
    "cryptography",  # a second factor is given
    "holidays",  # an installation begins
    "icalendar",  # somebody subscribes to the limits
    "joserfc",
    "psycopg",  # the database is PostgreSQL
    "python_calamine",  # a spreadsheet is read
    "requests",
    "sqlalchemy.dialects.postgresql",
    "smpplib",  # a short message goes out
    "xlsxwriter",  # a spreadsheet is written
    "zxcvbn",  # a password is chosen: 12 MiB of word lists
}

SLOW = {"alembic", "fastapi", "jinja2", "pydantic", "ruamel.yaml", "sqlalchemy", "workflow.store"}
"""What no verb needs to be known by: with these the command line takes ten times as long."""


def test_starting_loads_nothing_that_only_some_act_needs() -> None:
    loaded = loaded_with(*STARTS)
    assert set(STARTS) <= loaded
    assert loaded & WHERE_USED == set()


def test_the_command_line_itself_loads_nothing_slow() -> None:
    """A verb imports what it needs when it runs."""
    assert loaded_with("api.cli") & SLOW == set()


def loaded_with(*modules: str) -> set[str]:
    """What stands in memory after these imports."""
    listing = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())
