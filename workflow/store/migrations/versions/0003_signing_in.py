"""Signing in: one-time and earlier passwords, second factors, known browsers, scopes of tokens."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0003"
down_revision = "0008"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("password_at", "one_time_until"):
        op.add_column("person", sa.Column(name, UTCDateTime(), nullable=True))
    for name in ("way", "address", "browser", "awaits"):
        op.add_column("web_session", sa.Column(name, AutoString(), nullable=True))
    op.add_column("web_session", sa.Column("confirmed_at", UTCDateTime(), nullable=True))
    _give_tokens_a_scope()
    _create_tables()
    for table in ("earlier_password", "recovery_code", "known_browser"):
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"], unique=False)


def _give_tokens_a_scope() -> None:
    """Tokens made before keep what they could do."""
    old = sa.table("api_token", *map(sa.column, ("token_hash", "person_id", "name")))
    times = [sa.column(name, UTCDateTime()) for name in ("created_at", "expires_at")]
    query = sa.select(*old.c, *times).select_from(old)
    kept = [dict(row) for row in op.get_bind().execute(query).mappings()]
    op.drop_table("api_token")
    made = op.create_table(
        "api_token",
        sa.Column("token_hash", AutoString(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'write')", name="api_token_scope"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.bulk_insert(made, [{**row, "scope": "write", "used_at": None} for row in kept])


def _create_tables() -> None:
    op.create_table(
        "earlier_password",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("password_hash", AutoString(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "second_factor",
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("secret", AutoString(), nullable=False),
        sa.Column("last_step", _BIG, nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", AutoString(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_table(
        "known_browser",
        sa.Column("token_hash", AutoString(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "provider_trip",
        sa.Column("browser_hash", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("nonce", AutoString(), nullable=False),
        sa.Column("verifier", AutoString(), nullable=False),
        sa.Column("next_page", AutoString(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("browser_hash"),
    )
