"""The last verdict of doctor, kept for whoever asks whether the nightly examination was made."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from workflow.store.driver.upsert import upsert
from workflow.store.tables.handles import EXAMINATION


@dataclass(frozen=True, slots=True)
class Verdict:
    """When an examination was made, how long it took, what it looked at and what it found."""

    at: datetime
    seconds: float
    cases: int
    history_rows: int
    complaints: int
    first: str | None = None


def keep(connection: Connection, verdict: Verdict) -> None:
    """Keep a verdict in the place of the one before."""
    new: Any = upsert(connection, EXAMINATION).values(id=1, **asdict(verdict))
    connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=asdict(verdict)))


def last(connection: Connection) -> Verdict | None:
    """The last verdict; None where doctor has never been called."""
    row = connection.execute(select(EXAMINATION)).mappings().first()
    if row is None:
        return None
    return Verdict(**{name: row[name] for name in Verdict.__dataclass_fields__})
