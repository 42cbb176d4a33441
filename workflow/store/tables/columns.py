"""Columns that every group of tables has."""

from sqlalchemy import BigInteger, Integer
from sqlalchemy import Text as SqlText
from sqlmodel import Field

BIG = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> int | None:
    """A key that the database counts up."""
    return Field(default=None, primary_key=True, sa_type=BIG)  # type: ignore[no-any-return]


def text_column() -> str:
    """Text of any length."""
    return Field(sa_type=SqlText)  # type: ignore[no-any-return]


def optional_text() -> str | None:
    """Text of any length, or none."""
    return Field(default=None, sa_type=SqlText)  # type: ignore[no-any-return]
