"""Cases that ended long ago move into the archive: they read, verify and are found as before, and
none of their keys is free again.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, false, func, select, update
from sqlalchemy.exc import IntegrityError

from tests.proof.story import PROBLEM, RECTIFICATION, SPECIALIST, Story
from workflow import archiving
from workflow.archiving import archive_ended
from workflow.commands import Commands
from workflow.doctor import examine, root_of
from workflow.doctor.glance import glance
from workflow.engine.calendar import local_day
from workflow.engine.errors import InvalidInput, OutOfTurn
from workflow.engine.periods import period_of
from workflow.store import rules
from workflow.store.evidence import archive, checkpoints
from workflow.store.evidence.archive import Archived
from workflow.store.lists import queries
from workflow.store.lists.attention import list_done
from workflow.store.lists.queries import Filter
from workflow.store.tables.handles import ARCHIVED_HISTORY, CASE, HISTORY, TIMER
from workflow.tallying import tallied

LONG = timedelta(days=4 * 365)


def ended(story: Story) -> int:
    """A case that was no problem at all."""
    case = story.open()
    story.fire(case, "zhou-dc.head", "withdraw", reason="经核实不属实")
    return case


def rows_in(story: Story, table: Table, case: int) -> int:
    query = select(func.count()).where(table.c.case_id == case)
    with story.database.reading() as connection:
        return int(connection.execute(query).scalar_one())


def everything(story: Story, case: int) -> tuple[Any, ...]:
    """What readers get of a case."""
    with story.database.reading() as connection:
        reader = story.actor(SPECIALIST)
        exported = checkpoints.export(connection, story.now, whole=True)
        return (
            queries.history_of(connection, case),
            queries.timers_of(connection, case),
            queries.sign_offs_of(connection, case),
            [row["id"] for row in queries.list_cases(connection, reader, Filter(closed=True)).rows],
            root_of(connection),
            json.loads(exported.text)["new"]["history"],
        )


def is_clean(story: Story) -> bool:
    report = examine(story.database, story.catalog, story.now)
    with story.database.reading() as connection:
        return report.clean and not list(glance(connection, story.now))


def test_it_moves_whole_and_reads_as_before(story: Story) -> None:
    case, young = ended(story), story.open()
    story.now += LONG
    story.sweep()
    before = everything(story, case)
    moved = archive_ended(story.database, 3, story.now)
    assert moved == Archived(1, len(before[0]), len(before[1]))
    assert rows_in(story, HISTORY, case) == rows_in(story, TIMER, case) == 0
    assert rows_in(story, ARCHIVED_HISTORY, case) == len(before[0])
    assert everything(story, case) == before
    assert rows_in(story, HISTORY, young)
    assert archive_ended(story.database, 3, story.now) == Archived()
    story.deliver()
    assert is_clean(story)


def test_no_batch_looks_again_at_what_the_ones_before_have_moved(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that ended in ten years takes as long as ten times what ended in one."""
    cases = [ended(story) for _ in range(5)]
    story.now += LONG
    begun, proper = list[int](), archive.lock_ended

    def lock(connection: Any, before: datetime, most: int, after: int) -> list[int]:
        begun.append(after)
        return proper(connection, before, most, after)

    monkeypatch.setattr(archiving, "BATCH", 2)
    monkeypatch.setattr(archive, "lock_ended", lock)
    assert archive_ended(story.database, 3, story.now).cases == len(cases)
    assert begun == [0, cases[1], cases[3], cases[4]]


def test_the_figures_of_a_past_year_stay_what_they_were(story: Story) -> None:
    """A bulletin of then counts what came to be 销号 then, wherever the history of it lies."""
    case = story.open_at("closed")
    story.fire(case, "zhou-dc.head", "archive", reason="整改扎实，无需回头看")
    year, story.now = period_of("year", local_day(story.now)), story.now + LONG

    def told() -> Mapping[str, float | None]:
        bulletin = story.catalog.newest("bulletin").definition
        unit = story.units["522300"]
        with story.database.reading() as connection:
            return tallied(connection, story.catalog, bulletin, unit, year, story.now).whole

    before = told()
    assert before["closed"] == 1
    assert archive_ended(story.database, 3, story.now).cases == 1
    assert told() == before


def test_what_somebody_did_stays_in_their_list(story: Story) -> None:
    """我办过的: each case once, by the last thing done to it, wherever its history lies."""
    first, second = ended(story), ended(story)
    story.now += LONG
    young = story.open()

    def done() -> list[tuple[int, str, datetime]]:
        """All of the list, page after page."""
        found, place = list[tuple[int, str, datetime]](), None
        with story.database.reading() as connection:
            while not found or place is not None:
                page, place = list_done(connection, story.actor(SPECIALIST), after=place, limit=1)
                found += [(one.row["id"], one.event, one.at) for one in page]
        return found

    before = done()
    assert [case for case, _, _ in before] == [young, second, first]
    assert archive_ended(story.database, 3, story.now).cases == 2
    assert done() == before


def test_what_ended_lately_or_waits_stays(story: Story) -> None:
    ended(story)
    story.open_at("closed", due="2027-03-31")  # 已销号, but it will be looked at again
    story.pass_time(days=300)
    assert archive_ended(story.database, 1, story.now) == Archived()
    with pytest.raises(InvalidInput):
        archive_ended(story.database, 0, story.now)


def test_no_key_is_free_again(story: Story) -> None:
    def register() -> int:
        parties = {"responsible": story.units["522301"]}
        return story.open_any(RECTIFICATION, parties, request="first", **PROBLEM)

    case = register()
    story.fire(case, "zhou-dc.head", "withdraw", reason="经核实不属实")
    story.now += LONG
    archive_ended(story.database, 3, story.now)
    assert register() == case  # the request is answered as it was then
    assert story.open() != case
    taken = select(CASE.c.number).where(CASE.c.id == case).scalar_subquery()
    take = update(CASE).where(CASE.c.id != case).values(number=taken)
    with (
        pytest.raises(IntegrityError, match="number"),
        story.database.unit_of_work() as connection,
    ):
        connection.execute(take)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE archived_history SET inputs = '{}' WHERE seq = 1",
        "DELETE FROM archived_history WHERE seq = 1",
        "DELETE FROM archived_history WHERE seq > 1",
        "UPDATE archived_timer SET due_at = settled_at",
    ],
)
def test_doctor_looks_into_the_archive(story: Story, statement: str) -> None:
    ended(story)
    story.now += LONG
    archive_ended(story.database, 3, story.now)
    assert is_clean(story)
    with story.database.unit_of_work() as connection:
        for rule in rules.removals(connection):
            connection.exec_driver_sql(rule)
        connection.exec_driver_sql(statement)
    complaints = examine(story.database, story.catalog, story.now).complaints
    assert any(one.check in ("cases", "timers") for one in complaints)


# Bugs: the database itself refuses them


def _forgetting(table: Table) -> Callable[[pytest.MonkeyPatch], None]:
    """A move that takes rows out without a copy."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        def nothing_of(what: Any) -> Any:
            return select(what).where(false()) if what is table else select(what)

        patch.setattr(archive, "select", nothing_of)

    return plant


def _everything_that_is_there(patch: pytest.MonkeyPatch) -> None:
    """A move of cases that have not ended."""
    proper = archive.move
    patch.setattr(archive, "move", lambda connection, cases: proper(connection, [1, 2]))


@pytest.mark.parametrize(
    "plant", [_forgetting(HISTORY), _forgetting(TIMER), _everything_that_is_there]
)
def test_a_careless_move_is_refused(
    story: Story, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(story)
    story.open_at("rectifying", due="2032-03-31")
    story.now += LONG
    plant(monkeypatch)
    with pytest.raises(IntegrityError, match="archived"):
        archive_ended(story.database, 3, story.now)


def test_an_archived_case_is_read_only(story: Story) -> None:
    case = ended(story)
    story.now += LONG
    assert archive_ended(story.database, 3, story.now).cases == 1
    before = everything(story, case)
    with pytest.raises(OutOfTurn):
        Commands(story.database, story.catalog).fire(
            case_id=case,
            event="dispatch",
            actor=story.actor(SPECIALIST),
            request="late",
            now=story.now,
        )
    assert everything(story, case) == before
    assert rows_in(story, HISTORY, case) == 0
