"""Move everything into another, empty database: rows as they are, ids and chains included.

All of it is one transaction of the target and one consistent state of the source. The rules are put
up after the rows, which obey them already; what comes in is verified by whoever calls.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select

from workflow.engine.errors import DubanError
from workflow.store import schema
from workflow.store.database import Database
from workflow.store.driver import bulk
from workflow.store.tables import ExaminationRow, ProcessRow, metadata

_LEFT_BEHIND = {str(row.__tablename__) for row in (ProcessRow, ExaminationRow)}
"""What says something about processes or about this one database, not about the office."""

_AT_A_TIME = 5000


class NotEmpty(DubanError):
    """Something is in the target already, and would be mixed with what comes."""


def move(source: Database, target: Database) -> Counter[str]:
    """Copy every row into an empty database; how many of each table.

    Raises NotEmpty, and DatabaseUnusable where the source is not of this release.
    """
    schema.check_current(source)
    moved: Counter[str] = Counter()
    with source.snapshot() as rows_from, target.unit_of_work() as into:
        if there := inspect(into).get_table_names():
            raise NotEmpty(f"目标数据库不是空的（已有 {there[0]} 等 {len(there)} 个表），没有搬动")
        schema.lay_tables(into)
        if target.is_sqlite:
            into.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # a digest comes after its items
        for table in metadata.sorted_tables:
            if table.name not in _LEFT_BEHIND:
                moved[table.name] = _copy(rows_from, into, table)
        if not target.is_sqlite:
            _count_on(into)
            into.exec_driver_sql("ANALYZE")  # it is examined at once, and then worked on
        schema.put_up_rules(into)
    return moved


def _copy(source: Connection, into: Connection, table: Table) -> int:
    columns = [f'"{column.name}"' for column in table.columns]  # some are words of SQL
    bulk.load(into, table.name, columns, _rows(source, table))
    query = select(func.count()).select_from(table)
    return into.execute(query).scalar_one()


def _rows(source: Connection, table: Table) -> Iterator[Any]:
    streamed = source.execution_options(stream_results=True, yield_per=_AT_A_TIME)
    yield from streamed.execute(select(table).order_by(*table.primary_key))


def _count_on(connection: Connection) -> None:
    """PostgreSQL's sequences go on after the greatest id."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            greatest = f"(SELECT max({column.name}) FROM {table.name})"
            connection.exec_driver_sql(f"SELECT setval({sequence}, {greatest})")
