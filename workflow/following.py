"""Cases follow the units: after a merger or a move each open case takes a step of its own, and
whoever took over inherits the sight of what has ended.

The change only says which cases have yet to follow; the worker brings them along in batches, so
that nobody waits for a thousand cases at once. A case that cannot follow stays where it is, with
the reason, for the doctor to tell.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection

from workflow.catalog import Catalog
from workflow.engine.case import CLOCK, Firing
from workflow.engine.errors import DubanError
from workflow.setting_aside import in_words, is_outage
from workflow.store.casework import cases
from workflow.store.database import Database
from workflow.store.offices import reorganised
from workflow.store.offices.reorganised import Waiting
from workflow.transaction import Transaction

BATCH = 100
"""Cases that follow in one transaction."""


def follow(database: Database, catalog: Catalog, now: datetime) -> int:
    """Let a batch of cases follow; how many did. Call again until it returns 0."""
    with database.reading() as connection:
        if not reorganised.waiting(connection, 1):
            return 0  # most often; nobody's writing waits for it
    try:
        with database.unit_of_work() as connection:
            reorganised.hold_still(connection)
            return _follow(connection, catalog, now, reorganised.take(connection, BATCH))
    except Exception as error:
        if is_outage(error):
            raise
        return _one_by_one(database, catalog, now)  # alone, each shows whether it is it


def follow_all(database: Database, catalog: Catalog, now: datetime) -> int:
    """Follow until nothing waits; how many cases did."""
    total = 0
    while followed := follow(database, catalog, now):
        total += followed
    return total


def _follow(
    connection: Connection, catalog: Catalog, now: datetime, waiting: Collection[Waiting]
) -> int:
    work = Transaction(connection, catalog, now)
    work.loaded = cases.lock_free_cases(connection, {one.case for one in waiting})
    free = [one for one in waiting if one.case in work.loaded]
    for one in free:
        _follow_one(work, one)
    work.flush()
    return len(free)


def _follow_one(work: Transaction, one: Waiting) -> None:
    case = work.case(one.case)
    if case.closed_at is None or case.last is not None:  # it may come back: 撤回
        try:
            work.fire(case.id, _firing(one), CLOCK)
        except DubanError as error:
            reorganised.failed(work.connection, one, str(error))
            return
    work.writes.sight.inherit(case.id)
    reorganised.done(work.connection, one)


def _firing(one: Waiting) -> Firing:
    return Firing("reorganise", {"change": one.change, "kind": one.kind})


def _one_by_one(database: Database, catalog: Catalog, now: datetime) -> int:
    with database.reading() as connection:
        waiting = reorganised.waiting(connection, BATCH)
    for one in waiting:
        try:
            with database.unit_of_work() as connection:
                reorganised.hold_still(connection)
                _follow(connection, catalog, now, reorganised.take(connection, 1, only=one))
        except Exception as error:  # a mistake of ours in one case must not keep the others waiting
            if is_outage(error):
                raise
            with database.unit_of_work() as connection:
                for same in reorganised.take(connection, 1, only=one):
                    reorganised.failed(connection, same, in_words(error))
    return len(waiting)


# Before it is done


def refusals(
    connection: Connection, catalog: Catalog, change: int, kind: str, now: datetime
) -> Iterator[tuple[str, str]]:
    """The open cases that could not follow a change, by number, each with the reason."""
    work = Transaction(connection, catalog, now)
    for case_id in reorganised.open_ones(connection, change):
        case, _ = cases.read_case(connection, case_id)
        try:
            work.decide(case, _firing(Waiting(case_id, change, kind)), CLOCK)
        except DubanError as error:
            yield case.number, str(error)
