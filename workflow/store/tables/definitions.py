"""Published definitions and the holiday notices."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, text_column


class DefinitionRow(SQLModel, table=True):
    """One published version of a workflow; never changed."""

    __tablename__ = "definition"
    __table_args__ = (
        UniqueConstraint("workflow", "version"),
        UniqueConstraint("workflow", "sha256"),
    )

    id: int | None = id_column()
    workflow: str
    version: int
    sha256: str
    body: str = text_column()
    published_at: datetime


class DefinitionState(SQLModel, table=True):
    """The states of a version; `signatures` is how many sign-offs in force a case needs to be
    there.
    """

    __tablename__ = "definition_state"

    definition_id: int = Field(primary_key=True, foreign_key="definition.id")
    state: str = Field(primary_key=True)
    signatures: int
    final: bool


class DefinitionMove(SQLModel, table=True):
    """The moves a version allows; history can hold no other."""

    __tablename__ = "definition_move"

    definition_id: int = Field(primary_key=True, foreign_key="definition.id")
    event: str = Field(primary_key=True)
    from_state: str = Field(primary_key=True)
    to_state: str = Field(primary_key=True)


class CalendarNotice(SQLModel, table=True):
    """A year's holiday notice as entered; every row is one more version of the calendar."""

    __tablename__ = "calendar_notice"

    version: int | None = id_column()
    year: int
    body: str = text_column()
    entered_at: datetime
    entered_by: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
