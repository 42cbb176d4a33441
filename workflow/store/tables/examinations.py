"""What doctor last found."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import optional_text


class ExaminationRow(SQLModel, table=True):
    """The last examination, one row: when it was, how long it took and what it came to.

    `first` is the first complaint, or NULL where there was none.
    """

    __tablename__ = "examination"

    id: int = Field(primary_key=True)
    at: datetime
    seconds: float
    cases: int
    history_rows: int
    complaints: int
    first: str | None = optional_text()
