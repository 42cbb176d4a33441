"""Kept answers: what a repeated request would be told is what happened."""

import json
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import select

from workflow.doctor.ward import AT_A_TIME, Complaint, Row, Ward
from workflow.store.driver.among import among
from workflow.store.tables.handles import ARCHIVED_HISTORY, CASE, HISTORY, REQUEST

Place = tuple[Any, Any]
"""A case and a row of its history."""


def check_answers(ward: Ward) -> Iterator[Complaint]:
    """Each answer names a case, and the row of its history that the request led to."""
    rows = ward.rows(select(REQUEST.c.id, REQUEST.c.answer))
    told = (one for row in rows for one in _answers(row))
    while some := list(islice(told, AT_A_TIME)):
        happened = _happened(ward, {one["case"] for one in some if type(one["case"]) is int})
        for one in some:
            if happened.get((one["case"], one["seq"])) != one:
                yield Complaint("answers", str(one["number"]), "留存的答复与历史不符")


_NAMES = ("case", "number", "state", "seq")


def _answers(row: Row) -> Iterator[Row]:
    """What a request was told; one of which nothing can be read answers to nothing."""
    try:
        for one in json.loads(row["answer"]):
            yield {name: one[name] for name in _NAMES}
    except (ValueError, TypeError, KeyError):
        yield dict.fromkeys(_NAMES) | {"number": row["id"]}


def _happened(ward: Ward, cases: Collection[int]) -> dict[Place, Row]:
    """What an answer says at each row of the histories of some cases."""
    found: dict[Place, Row] = {}
    for history in (HISTORY, ARCHIVED_HISTORY):
        query = (
            select(history.c.case_id, CASE.c.number, history.c.to_state, history.c.seq)
            .join(CASE, CASE.c.id == history.c.case_id)
            .where(among(ward.connection, history.c.case_id, cases))
        )
        for values in ward.connection.execute(query):
            one = dict(zip(_NAMES, values, strict=True))
            found[one["case"], one["seq"]] = one
    return found
