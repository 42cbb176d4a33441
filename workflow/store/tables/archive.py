"""Where the rows of cases go that ended long ago: tables shaped like the live ones."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table
from sqlmodel import SQLModel

from workflow.store.tables.cases import HistoryRow, TimerRow


def _archive_of(live: Table) -> Table:
    """A table like a live one; what its rows must obey they obeyed when they were written."""
    columns = [
        Column(
            column.name,
            column.type,
            primary_key=column.primary_key,
            nullable=column.nullable,
            autoincrement=False,
        )
        for column in live.columns
    ]
    case = ForeignKeyConstraint(["case_id"], ["cases.id"])
    return Table(f"archived_{live.name}", SQLModel.metadata, *columns, case)


ARCHIVES = (
    _archive_of(HistoryRow.__table__),  # type: ignore[attr-defined]
    _archive_of(TimerRow.__table__),  # type: ignore[attr-defined]
)
Index("archived_history_person", ARCHIVES[0].c.person_id, ARCHIVES[0].c.at)
Index("archived_timer_case", ARCHIVES[1].c.case_id)
