"""A column among words that never change: put together once, not each time it is asked for.

What SQLAlchemy's own `in_` is given it may be given anew, so it writes the statement out at every
execution; that takes as long as a small statement itself.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, literal


def one_of(column: ColumnElement[Any], words: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a column has one of these words."""
    known = [literal(word) for word in words]
    return column.in_(known) if known else false()
