"""Indicators, scorecards and their results."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column, optional_text, text_column


class MeasureText(SQLModel, table=True):
    """One published version of a list of indicators or of a scorecard's year; never changed."""

    __tablename__ = "measure_text"
    __table_args__ = (
        UniqueConstraint("kind", "key", "version"),
        UniqueConstraint("kind", "key", "sha256"),
        CheckConstraint("kind IN ('indicators', 'scorecards')", name="measure_kind"),
    )

    id: int | None = id_column()
    kind: str
    key: str
    version: int
    sha256: str
    body: str = text_column()
    published_at: datetime


class FigureBatch(SQLModel, table=True):
    """Figures that were entered together, by whom and from where; the same file is taken once."""

    __tablename__ = "figure_batch"
    __table_args__ = (UniqueConstraint("digest"),)

    id: int | None = id_column()
    digest: str
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    at: datetime
    figures: int


class FigureRow(SQLModel, table=True):
    """The figure of an indicator for a unit and period; `live` is NULL once another replaced it.

    A unit without a value is exempt, and the note says why.
    """

    __tablename__ = "figure"
    __table_args__ = (
        UniqueConstraint("indicator", "unit_id", "period", "live"),
        CheckConstraint("value IS NOT NULL OR note IS NOT NULL", name="figure_says"),
        CheckConstraint("live = 1", name="figure_live"),
        Index("figure_unit", "unit_id", "live"),
    )

    id: int | None = id_column()
    indicator: str
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    period: str
    value: float | None = None
    note: str | None = optional_text()
    batch_id: int = Field(foreign_key="figure_batch.id", sa_type=BIG)
    live: int | None = 1


class AdjustmentRow(SQLModel, table=True):
    """A deduction or bonus for a case, confirmed or waived by a person; points in hundredths.

    A case counts once under a rule of a scorecard, whatever the year; `live` is NULL once another
    decision took the place.
    """

    __tablename__ = "score_adjustment"
    __table_args__ = (
        UniqueConstraint("scorecard", "rule", "case_id", "live"),
        CheckConstraint("points >= 0", name="adjustment_points"),
        CheckConstraint("live = 1", name="adjustment_live"),
        Index("adjustment_unit", "scorecard", "year", "unit_id"),
    )

    id: int | None = id_column()
    scorecard: str
    year: int
    rule: str
    unit_id: int = Field(foreign_key="unit.id", sa_type=BIG)
    case_id: int = Field(foreign_key="cases.id", sa_type=BIG)
    points: int
    reason: str | None = optional_text()
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    at: datetime
    live: int | None = 1


class ResultRow(SQLModel, table=True):
    """The frozen result of a unit's year, with the sheet as it stood; totals in hundredths."""

    __tablename__ = "score_result"

    scorecard: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    unit_id: int = Field(primary_key=True, foreign_key="unit.id", sa_type=BIG)
    text_id: int = Field(foreign_key="measure_text.id", sa_type=BIG)
    class_: str
    total: int
    grade: str
    rank: int | None = None
    class_rank: int | None = None
    case_id: int = Field(foreign_key="cases.id", sa_type=BIG)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    at: datetime
    sheet: str = text_column()
