"""The sweeps: fire what is due, recompute dates under a new notice.

A sweep claims and acts in one transaction, so a crash undoes both. Timers are rows; whoever wakes
the sweep, and how often, does not matter. "Due" means now or earlier and not yet settled: after
days of downtime everything due fires once, and reminders that have piled up collapse into the last
one.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache, partial

from sqlalchemy import Connection

from workflow import ladder
from workflow.catalog import Catalog
from workflow.engine import deadlines
from workflow.engine.calendar import Calendar, YearNotice, day_begins
from workflow.engine.case import CLOCK, Case, Firing
from workflow.engine.decision import Timer
from workflow.engine.errors import Refusal
from workflow.engine.machine import Compiled
from workflow.setting_aside import in_words, is_outage, is_refusal
from workflow.store import calendars
from workflow.store.casework import behind, cases
from workflow.store.casework.behind import Kind, Touched
from workflow.store.casework.writes import Row
from workflow.store.database import Database
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.meters import meters_of
from workflow.transaction import Transaction

BATCH = 250
"""Cases handled in one transaction. A thousand would be no faster, and on SQLite whoever writes
waits for the end of it.
"""


# Timers


def fire_due(database: Database, catalog: Catalog, now: datetime) -> int:
    """Fire everything due at `now`; how many timers were settled. Call again until it returns 0.

    A timer whose step fails is set aside as `failed` with its reason and nothing else of it; the
    others go on.
    """
    with database.reading() as connection:
        if not cases.due_first(connection, now, 1):
            return 0  # most often; nobody's writing waits for it
    try:
        return _sweep(database, catalog, now)
    except Exception as error:
        if is_outage(error):
            raise
        return _sweep_one_by_one(database, catalog, now)  # alone, each shows whether it is it


def _sweep(database: Database, catalog: Catalog, now: datetime) -> int:
    with database.unit_of_work() as connection:
        work = Transaction(connection, catalog, now)
        work.loaded = cases.lock_due_cases(connection, now, BATCH)
        if not work.loaded:
            return 0
        due = cases.due_timers(connection, now, work.loaded)
        for timer in due:
            _fire_one(work, timer)
        work.flush()
    return len(due)


Deed = Callable[[Transaction, Row], None]
"""What is done with a timer."""


def _sweep_one_by_one(database: Database, catalog: Catalog, now: datetime) -> int:
    """Each of the batch by itself; what fails is set aside. Where it is a mistake of ours, one that
    goes well has to show that it is the timer: or all would be set aside for a mistake in all.
    """
    with database.reading() as connection:
        rows = cases.due_first(connection, now, BATCH)
    failed: list[tuple[Callable[[Deed], None], Exception]] = []
    for row in rows:
        alone = partial(_alone, database, catalog, now, row)
        try:
            alone(_fire_one)
        except Exception as error:
            if is_outage(error):
                raise
            failed.append((alone, error))
    mistakes = [error for _, error in failed if not is_refusal(error)]
    if mistakes and len(failed) == len(rows):
        raise mistakes[0]
    for again, why in failed:
        _set_aside(again, in_words(why))
    return len(rows)


def _alone(database: Database, catalog: Catalog, now: datetime, due: Row, deed: Deed) -> None:
    """Do something with one timer alone, if it is still due once its case is locked."""
    with database.unit_of_work() as connection:
        work = Transaction(connection, catalog, now)
        work.case(due["case_id"])
        for row in cases.due_timers(connection, now, [due["case_id"]]):
            if row["id"] == due["id"]:
                deed(work, row)
        work.flush()


def _set_aside(alone: Callable[[Deed], None], why: str) -> None:
    """Mark a timer as failed, so that it holds up nobody else; its ladder goes on, unless it is the
    next rung that cannot be written.
    """
    try:
        alone(partial(_fail, why=why, goes_on=True))
    except Exception as error:
        if is_outage(error):
            raise
        alone(partial(_fail, why=why, goes_on=False))


def _fail(work: Transaction, timer: Row, *, why: str, goes_on: bool) -> None:
    if goes_on:
        _set_next(work, work.case(timer["case_id"]), timer)
    work.writes.timers.settle(timer["id"], "failed", why=why)
    meters_of(work.connection).count("failed_timers")


def fire_all_due(database: Database, catalog: Catalog, now: datetime) -> int:
    """Fire until nothing is due; how many timers were settled or moved."""
    total = 0
    while fired := fire_due(database, catalog, now):
        total += fired
    return total


def _fire_one(work: Transaction, timer: Row) -> None:
    case = work.case(timer["case_id"])
    if timer["entry"] != case.entry:
        return  # an event earlier in this sweep moved the case on and cancelled it
    if _is_spoken_for(work, case, timer, _set_next(work, case, timer)):
        work.writes.timers.settle(timer["id"], "collapsed", why=_SPOKEN_FOR)
        return
    kind, _, name = timer["name"].partition(":")
    inputs = {"ladder": name, "rung": timer["rung"]} if kind == "rung" else {}
    firing = Firing("rung" if kind == "rung" else name, inputs)
    work.writes.due_at = timer["wake_at"]
    step = work.fire(case.id, firing, CLOCK)
    if step.postponed is not None:
        work.writes.timers.move(timer["id"], step.postponed.at, step.postponed.derivation)
    else:
        work.writes.timers.settle(timer["id"], "fired", seq=step.case.seq)


_SPOKEN_FOR = "与其后的提醒合并"


def _set_next(work: Transaction, case: Case, timer: Row) -> Timer | None:
    """The rung that follows on the ladder; its row is written when the timer first comes due, with
    those of the reminders before it that have piled up.
    """
    if timer["moved"]:
        return None  # written when it came due before
    rungs = ladder.due_together(work.catalog, case, timer, work.now)
    for reminder in rungs[:-1]:
        work.writes.timers.leave_out(case, reminder, _SPOKEN_FOR)
    if not rungs:
        return None  # it was the last of its ladder, or no rung
    work.writes.timers.set_next(case, rungs[-1])
    return rungs[-1]


def _is_spoken_for(work: Transaction, case: Case, timer: Row, following: Timer | None) -> bool:
    """Whether a rung that is due is left out, for the one that follows is due as well."""
    return (
        following is not None
        and following.at <= work.now
        and ladder.only_tells(work.catalog, case, timer["name"], timer["rung"])
    )


# Holiday notices


def enter_notice(
    database: Database,
    catalog: Catalog,
    notice: YearNotice,
    now: datetime,
    person: int | None = None,
) -> int:
    """Enter a year's holiday notice; the new calendar's version. `recalculate` then follows, case
    by case.
    """
    with database.unit_of_work() as connection:
        version = calendars.add_notice(connection, notice, now=now, person=person)
        act = Act("calendar", person, ("calendar", version), data={"year": notice.year})
        audit.record(connection, act, now)
    catalog.reload()
    return version


def recalculate(
    database: Database,
    catalog: Catalog,
    now: datetime,
    going_on: Callable[[], bool] = lambda: True,
) -> int:
    """Work out again the limits that an older calendar could not know, with a trail; how many
    cases. Between two of them `going_on` is asked whether to take up another.

    One that fails keeps no other waiting: its error is raised at the end, and it is tried again.
    """
    with database.reading() as connection:
        found = behind_calendar(connection, catalog)
    done, failed = 0, list[Exception]()
    for case_id in found:
        if not going_on():
            break
        try:
            done += _recalculate_one(database, catalog, case_id, now)
        except Exception as error:
            if is_outage(error):
                raise
            failed.append(error)
    if failed:
        raise failed[0]
    return done


def behind_calendar(
    connection: Connection, catalog: Catalog, newest: Calendar | None = None
) -> list[int]:
    """The cases whose limits an older calendar could not know, and that wait to be worked out; or
    that would, if `newest` were the calendar.

    Provisional ones, and those whose limit, rungs or events come on 25 December before the first
    year of which a notice was entered since, or later: a notice may reach into these days.
    """
    newest = newest or catalog.calendar
    kinds = behind.kinds(connection, newest.version)
    touched = [_touched(catalog, newest, version, alike) for version, alike in kinds.items()]
    return behind.case_ids(connection, newest.version, filter(None, touched)) if kinds else []


def with_notice(catalog: Catalog, notice: YearNotice) -> Calendar:
    """The calendar as it would be with a notice that is not entered yet."""
    now = catalog.calendar
    return replace(now, version=now.version + 1, notices={**now.notices, notice.year: notice})


def _touched(
    catalog: Catalog, newest: Calendar, version: int, kinds: Iterable[Kind]
) -> Touched | None:
    """What the notices since a version of the calendar may move."""
    notices, known = newest.notices, catalog.calendar_of(version).notices
    first = min((year for year in notices if notices[year] != known.get(year)), default=None)
    if first is None:
        return None
    edge = day_begins(date(first - 1, 12, 25))
    return Touched(version, edge, _by_earliest(catalog, newest, kinds, edge))


def _by_earliest(
    catalog: Catalog, newest: Calendar, kinds: Iterable[Kind], edge: datetime
) -> dict[datetime, list[Kind]]:
    """The states in which cases are, by the earliest limit of which something comes beyond a day's
    end.
    """
    found: dict[datetime, list[Kind]] = {}
    for definition, state in kinds:
        earliest = _earliest(catalog.version(definition), state, newest, edge)
        found.setdefault(earliest, []).append((definition, state))
    return found


@lru_cache(maxsize=1000)
def _earliest(compiled: Compiled, state: str, newest: Calendar, edge: datetime) -> datetime:
    """Asked at every beat while cases wait under an older calendar; the answer never changes."""
    return deadlines.earliest_reaching(compiled.definition, state, newest, edge)


def _recalculate_one(database: Database, catalog: Catalog, case_id: int, now: datetime) -> int:
    try:
        with database.unit_of_work() as connection:
            work = Transaction(connection, catalog, now)
            due = work.case(case_id).due
            if due is not None and due.calendar >= catalog.calendar.version:
                return 0  # somebody else was faster
            work.fire(case_id, Firing("recalculate"), CLOCK)
            work.flush()
    except Refusal:  # it has lost its limit since it was found
        return 0
    return 1
