"""What people have switched of what the calendar opens, and for whom it was chosen to open."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


class CadenceSwitchRow(SQLModel, table=True):
    """A cadence was switched for the units below one; the latest counts, none is changed."""

    __tablename__ = "cadence_switch"
    __table_args__ = (Index("cadence_switch_of", "workflow", "every", "unit_id"),)

    id: int | None = id_column()
    workflow: str
    every: str
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    runs: bool
    reason: str = text_column()
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    at: datetime


class CadenceChoiceRow(SQLModel, table=True):
    """For which of the units right below one the cases of a period open was chosen, once: by lot
    with this seed, or by a condition.
    """

    __tablename__ = "cadence_choice"

    workflow: str = Field(primary_key=True)
    period: int = Field(primary_key=True)
    unit_id: int = Field(primary_key=True, foreign_key="unit.id", sa_type=BIG)
    seed: str | None = None
    at: datetime
