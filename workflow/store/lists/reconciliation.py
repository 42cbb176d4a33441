"""对账: where the ledgers of a case do not agree, as conditions on cases for `list_cases`."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select

from workflow.engine.definition import Definition
from workflow.store.tables.handles import CASE, HISTORY, SCOPE, SIGN_OFF


def one_sided(definition: Definition, idle_since: datetime) -> ColumnElement[bool]:
    """Some, but not all, of the sign-offs are in force: one ledger is stamped, another is not."""
    del idle_since
    half = (
        select(SIGN_OFF.c.case_id)
        .where(SIGN_OFF.c.live == 1)
        .group_by(SIGN_OFF.c.case_id)
        .having(func.count() < len(definition.sign_offs))
    )
    stamped: ColumnElement[bool] = CASE.c.id.in_(half)
    return stamped


def lapsed(definition: Definition, idle_since: datetime) -> ColumnElement[bool]:
    """A sign-off of this cycle has lost force and was not given again."""
    del definition, idle_since
    again = SIGN_OFF.alias("again")
    return exists().where(
        SIGN_OFF.c.case_id == CASE.c.id,
        SIGN_OFF.c.cycle == CASE.c.cycle,
        SIGN_OFF.c.live.is_(None),
        ~exists().where(
            again.c.case_id == SIGN_OFF.c.case_id,
            again.c.cycle == SIGN_OFF.c.cycle,
            again.c.side == SIGN_OFF.c.side,
            again.c.live == 1,
        ),
    )


def idle(definition: Definition, idle_since: datetime) -> ColumnElement[bool]:
    """Open, and nothing was written in its history from this instant on."""
    del definition
    return and_(
        CASE.c.closed_at.is_(None),
        exists().where(
            HISTORY.c.case_id == CASE.c.id,
            HISTORY.c.seq == CASE.c.seq,
            HISTORY.c.at < idle_since,
        ),
    )


_AGAIN = CASE.alias("again")
CAME_BACK: ColumnElement[bool] = SCOPE.c.case_id.in_(select(_AGAIN.c.id).where(_AGAIN.c.cycle > 1))
"""In a later cycle than the first: it had been closed, and came back. These are few, and found by
an index, where all others would be looked up to see that they are not among them.
"""


def reopened(definition: Definition, idle_since: datetime) -> ColumnElement[bool]:
    """It had been closed, and came back."""
    del definition, idle_since
    return CAME_BACK


KINDS: Mapping[str, Callable[[Definition, datetime], ColumnElement[bool]]] = {
    "one_sided": one_sided,
    "lapsed": lapsed,
    "idle": idle,
    "reopened": reopened,
}
"""Every kind of disagreement by name."""
