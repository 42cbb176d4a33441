"""DBOS doing a durable step: a workflow of one transaction, which writes the reference rows.

`dbos_step.py URL` is a load program on a database with the reference tables; its own tables stand
in a schema beside them. Runs in the peers' environment.
"""

# mypy: ignore-errors

import sys
from collections.abc import Mapping
from typing import Any

from dbos import DBOS, SQLAlchemyDatasource
from sqlalchemy import text

from bench import loads
from bench.peers.reference_rows import step

URL = sys.argv[1]
THREADS = 8
"""As many as fire in one process."""

DBOS(
    config={
        "name": "bench",
        "system_database_url": URL,
        "sys_db_pool_size": THREADS,
        "log_level": "ERROR",
    }
)
rows = SQLAlchemyDatasource.create(URL, engine_kwargs={"pool_size": THREADS})


def _execute(statement: str, given: Mapping[str, Any]) -> Any:
    names = {name: f":{name}" for name in given}
    return rows.sql_session().execute(text(statement.format_map(names)), given)


@rows.transaction
def write(case: int) -> None:
    """The only step."""
    step(_execute, case)


@DBOS.workflow()
def accept(case: int) -> None:
    """The unit accepts the case."""
    write(case)


if __name__ == "__main__":
    DBOS.launch()
    loads.serve(lambda number: accept(number + 1))
