"""Re-organisations: every case has followed, and whoever took over sees what the former unit saw,
and nothing else.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import exists, select

from workflow.doctor.ward import Complaint, Ward
from workflow.store.casework.cases import read_case
from workflow.store.offices.reorganised import WAITING
from workflow.store.sight.sights import INHERITED
from workflow.store.tables.handles import CASE, CHANGE, QUEUE, SCOPE, UNIT

PATIENCE = timedelta(hours=1)
"""A worker that runs brings a thousand cases along in seconds."""


def check_units(ward: Ward) -> Iterator[Complaint]:
    """No case was left behind by a merger or a move, and nobody inherited what they may not see."""
    yield from _left_waiting(ward)
    yield from _left_behind(ward)
    yield from _not_inherited(ward)
    yield from _not_theirs(ward)


def _left_waiting(ward: Ward) -> Iterator[Complaint]:
    query = (
        select(CASE.c.number, CHANGE.c.at, CHANGE.c.sentence, QUEUE.c.error)
        .join(QUEUE, QUEUE.c.case_id == CASE.c.id)
        .join(CHANGE, CHANGE.c.id == QUEUE.c.change_id)
        .order_by(CASE.c.id)
    )
    for number, at, sentence, error in ward.connection.execute(query):
        ward.figures["cases yet to follow a re-organisation"] += 1
        if error is not None:
            yield Complaint("units", number, f"不能随{sentence}而调整：{error}")
        elif at < ward.now - PATIENCE:
            yield Complaint("units", number, f"还没有随{sentence}而调整")


def _left_behind(ward: Ward) -> Iterator[Complaint]:
    """Open cases of which a party is a unit that is no more."""
    query = (
        select(CASE.c.id)
        .join(SCOPE, SCOPE.c.case_id == CASE.c.id)
        .join(UNIT, UNIT.c.id == SCOPE.c.unit_id)
        .where(UNIT.c.until.is_not(None), CASE.c.closed_at.is_(None), ~WAITING)
        .distinct()
    )
    gone_units = select(UNIT.c.id, UNIT.c.short_name).where(UNIT.c.until.is_not(None))
    gone = {row.id: row.short_name for row in ward.connection.execute(gone_units)}
    for case_id in ward.connection.execute(query).scalars().all():
        case, _ = read_case(ward.connection, case_id)
        for unit in {seat.unit for seat in case.parties.values()} & gone.keys():
            yield Complaint("units", case.number, f"还在已经撤销的“{gone[unit]}”名下")


def _not_inherited(ward: Ward) -> Iterator[Complaint]:
    heir = SCOPE.alias("heir")
    seen = exists().where(heir.c.case_id == SCOPE.c.case_id, heir.c.unit_id == UNIT.c.successor_id)
    query = (
        select(CASE.c.number, UNIT.c.short_name)
        .join(SCOPE, SCOPE.c.case_id == CASE.c.id)
        .join(UNIT, UNIT.c.id == SCOPE.c.unit_id)
        .where(UNIT.c.successor_id.is_not(None), ~WAITING, ~seen)
    )
    for number, name in ward.connection.execute(query):
        yield Complaint("units", number, f"承接“{name}”的单位看不到")


def _not_theirs(ward: Ward) -> Iterator[Complaint]:
    """Rows of heirs whose former unit does not see the case, or that show more of a secret."""
    former, before = SCOPE.alias("former"), UNIT.alias("before")
    rightly = exists().where(
        former.c.case_id == SCOPE.c.case_id,
        before.c.id == former.c.unit_id,
        before.c.successor_id == SCOPE.c.unit_id,
        former.c.named.is_(None) | SCOPE.c.named.is_not(None),
    )
    query = (
        select(CASE.c.number)
        .join(SCOPE, SCOPE.c.case_id == CASE.c.id)
        .where(SCOPE.c.why == INHERITED, ~rightly | SCOPE.c.acts.is_not(None))
    )
    for number in ward.connection.execute(query).scalars():
        yield Complaint("units", number, "有单位不该看到而看到")
