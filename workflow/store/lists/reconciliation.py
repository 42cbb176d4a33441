"""对账: where the ledgers of a case do not agree, as conditions on the rows of a list.

Each is found from an index that knows the few cases concerned, never case by case.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, select

from workflow.engine.definition import Definition
from workflow.store.lists.ranges import BY_LIMIT, LONGEST_STILL, Order
from workflow.store.tables.handles import CASE, HISTORY, SCOPE, SIGN_OFF

_ONE = CASE.alias("one")


def one_sided(definition: Definition, idle_since: datetime) -> ColumnElement[bool]:
    """Some, but not all, of the sign-offs are in force: one ledger is stamped, another is not."""
    del idle_since
    half = select(_ONE.c.id).where(
        _ONE.c.workflow == definition.workflow,
        _ONE.c.signed >= 1,
        _ONE.c.signed < len(definition.sign_offs),
    )
    return SCOPE.c.case_id.in_(half)


def lapsed(definition: Definition, idle_since: datetime) -> ColumnElement[bool]:
    """A sign-off of this cycle has lost force and was not given again."""
    del definition, idle_since
    again = SIGN_OFF.alias("again")
    given = exists().where(
        again.c.case_id == SIGN_OFF.c.case_id,
        again.c.cycle == SIGN_OFF.c.cycle,
        again.c.side == SIGN_OFF.c.side,
        again.c.live == 1,
    )
    cycle = select(_ONE.c.cycle).where(_ONE.c.id == SIGN_OFF.c.case_id).scalar_subquery()
    lost = SIGN_OFF.c.voided_seq > 0, SIGN_OFF.c.cycle == cycle, ~given
    return SCOPE.c.case_id.in_(select(SIGN_OFF.c.case_id).where(*lost))


def idle(definition: Definition, idle_since: datetime) -> ColumnElement[bool]:
    """Nothing was written in its history from this instant on."""
    del definition
    rows = select(HISTORY.c.at).where(HISTORY.c.case_id == SCOPE.c.case_id)
    last = rows.order_by(HISTORY.c.seq.desc()).limit(1).scalar_subquery()
    # whatever came into its state later has been written about since
    return and_(SCOPE.c.entered_at < idle_since, last < idle_since)


def last_written(connection: Connection, ids: Collection[int]) -> Mapping[int, datetime]:
    """When something was last written in the history of each of these cases."""
    newest = and_(HISTORY.c.case_id == CASE.c.id, HISTORY.c.seq == CASE.c.seq)
    query = select(CASE.c.id, HISTORY.c.at).join(HISTORY, newest).where(CASE.c.id.in_(ids))
    return {row.id: row.at for row in connection.execute(query)}


CAME_BACK: ColumnElement[bool] = SCOPE.c.case_id.in_(select(_ONE.c.id).where(_ONE.c.cycle > 1))
"""In a later cycle than the first: it had been closed, and came back. These are few, and found by
an index, where all others would be looked up to see that they are not among them.
"""


def reopened(definition: Definition, idle_since: datetime) -> ColumnElement[bool]:
    """It had been closed, and came back."""
    del definition, idle_since
    return CAME_BACK


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of disagreeing: what is asked of a case, whether only of open ones (`closed` is False),
    and in which order they are listed.
    """

    condition: Callable[[Definition, datetime], ColumnElement[bool]]
    closed: bool | None = None
    order: Order = BY_LIMIT


KINDS: Mapping[str, Kind] = {
    "one_sided": Kind(one_sided),
    "lapsed": Kind(lapsed),
    "idle": Kind(idle, closed=False, order=LONGEST_STILL),
    "reopened": Kind(reopened),
}
"""Every kind of disagreement by name."""
