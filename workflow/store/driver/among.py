"""A column among values that are known, without a parameter each."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    false,
    func,
    literal,
    select,
)


def among(connection: Connection, column: Column[int], ids: Collection[int]) -> ColumnElement[bool]:
    """The condition that a column has one of many ids, which go as one parameter: a parameter each
    takes longer to send than to look up.
    """
    if connection.dialect.name == "sqlite":
        listed = func.json_each(json.dumps([*ids])).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(literal([*ids], ARRAY(BigInteger)))


def one_of(column: ColumnElement[Any], words: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a column has one of some words that never change: put together once.

    What SQLAlchemy's own `in_` is given it may be given anew, so it writes the statement out at
    every execution; that takes as long as a small statement itself.
    """
    known = [literal(word) for word in words]
    return column.in_(known) if known else false()
