"""One of many ids, as one parameter: a parameter each takes longer to send than to look up."""

import json
from collections.abc import Collection

from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, Connection, func, literal, select


def among(connection: Connection, column: Column[int], ids: Collection[int]) -> ColumnElement[bool]:
    """The condition that a column has one of these ids."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(json.dumps([*ids])).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(literal([*ids], ARRAY(BigInteger)))
