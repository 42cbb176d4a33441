"""What every check looks at, and what it says when something is wrong."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select

from workflow.catalog import Catalog
from workflow.store.casework.files import Files

Row = dict[str, Any]

AT_A_TIME = 2000
"""Rows that are fetched at once."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One fault: the check that found it, the case it is in, and what is wrong, in Chinese."""

    check: str
    case: str
    sentence: str


@dataclass
class Ward:
    """The database under examination as of `now`; checks count in `figures` what they looked at.

    Without the folder of `files` only their rows are checked.
    """

    connection: Connection
    catalog: Catalog
    now: datetime
    figures: Counter[str]
    files: Files | None = None

    def rows(self, query: "Select[Any]") -> Iterator[Row]:
        """The rows of a query, few of them in memory however many there are."""
        options = {"yield_per": AT_A_TIME}
        yield from map(dict, self.connection.execute(query, execution_options=options).mappings())


def side_by_side(*tables: Iterator[Row]) -> Iterator[tuple[int, list[list[Row]]]]:
    """What several tables have of one case after the other; each comes in the order of its cases,
    and none is read further than the case in hand.
    """
    groups = [groupby(rows, itemgetter("case_id")) for rows in tables]
    heads = [next(each, None) for each in groups]
    while there := [head[0] for head in heads if head is not None]:
        case, found = min(there), list[list[Row]]()
        for at, head in enumerate(heads):
            if head is None or head[0] != case:
                found.append([])
            else:
                found.append(list(head[1]))
                heads[at] = next(groups[at], None)
        yield case, found
