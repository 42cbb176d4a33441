"""Indicators with their figures, scorecards with what was confirmed and their frozen results."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0024"
down_revision = "0031"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _texts_and_figures()
    _scores()


def _texts_and_figures() -> None:
    op.create_table(
        "measure_text",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", AutoString(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('indicators', 'scorecards')", name="measure_kind"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "key", "version"),
        sa.UniqueConstraint("kind", "key", "sha256"),
    )
    op.create_table(
        "figure_batch",
        sa.Column("id", _ID, nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("figures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "figure",
        sa.Column("id", _ID, nullable=False),
        sa.Column("indicator", AutoString(), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("period", AutoString(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.CheckConstraint("value IS NOT NULL OR note IS NOT NULL", name="figure_says"),
        sa.CheckConstraint("live = 1", name="figure_live"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["batch_id"], ["figure_batch.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("indicator", "unit_id", "period", "live"),
    )
    op.create_index("figure_unit", "figure", ["unit_id", "live"])


def _scores() -> None:
    op.create_table(
        "score_adjustment",
        sa.Column("id", _ID, nullable=False),
        sa.Column("scorecard", AutoString(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rule", AutoString(), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.CheckConstraint("points >= 0", name="adjustment_points"),
        sa.CheckConstraint("live = 1", name="adjustment_live"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scorecard", "rule", "case_id", "live"),
    )
    op.create_index("adjustment_unit", "score_adjustment", ["scorecard", "year", "unit_id"])
    op.create_table(
        "score_result",
        sa.Column("scorecard", AutoString(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("text_id", _ID, nullable=False),
        sa.Column("class_", AutoString(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("grade", AutoString(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("class_rank", sa.Integer(), nullable=True),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["text_id"], ["measure_text.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("scorecard", "year", "unit_id"),
    )
