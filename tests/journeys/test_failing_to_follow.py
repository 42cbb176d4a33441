"""分类分级实施意见 二（一）: “兴义市（含义龙新区）”.

A case that cannot follow a change of units is set aside with its reason, and no other one is.
"""

from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.journeys.play import TOWNSHIP, Play
from tests.journeys.test_failing_timers import fails_for
from tests.journeys.test_units_merge import HEIR, merge, of_the_township
from workflow import following
from workflow.store.database import Database
from workflow.store.offices import reorganised
from workflow.store.tables.handles import QUEUE

pytestmark = pytest.mark.journey


def left_behind(play: Play) -> dict[int, str | None]:
    """The cases that have not followed, with the reason of those set aside."""
    with play.database.reading() as connection:
        return {row.case_id: row.error for row in connection.execute(select(QUEUE))}


def test_a_mistake_of_ours_in_one_case_keeps_no_other_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(database)
    ill, well = of_the_township(play), of_the_township(play)
    merge(play)
    with monkeypatch.context() as patched:
        fails_for(patched, ill, KeyError("a mistake of ours"))
        following.follow_all(database, play.catalog, play.now)
    assert left_behind(play) == {ill: "KeyError: 'a mistake of ours'"}
    assert (play.seat(ill, "responsible"), play.seat(well, "responsible")) == (TOWNSHIP, HEIR)


def test_of_two_workers_neither_sets_aside_what_does_not_fail(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker takes up the case that fails before ours has noted that it does."""
    play = Play(postgres_database)
    ill, well = of_the_township(play), of_the_township(play)
    merge(play)
    other, take, held = Database(postgres_database.url), reorganised.take, ExitStack()
    taken: list[Any] = []

    def take_up(*given: Any, **more: Any) -> Any:
        taken.append(given)
        if len(taken) == 3:  # with the others, alone, to note why
            held.enter_context(other.unit_of_work())
            [theirs] = take(held.enter_context(other.unit_of_work()), 1)
            assert theirs.case == ill
        return take(*given, **more)

    with monkeypatch.context() as patched:
        fails_for(patched, ill, IntegrityError("…", None, Exception("rule broken")))
        patched.setattr(reorganised, "take", take_up)
        following.follow(postgres_database, play.catalog, play.now)
    held.close()
    assert len(taken) >= 3
    assert set(left_behind(play).values()) == {None}
    following.follow_all(postgres_database, play.catalog, play.now)
    assert left_behind(play) == {}
    assert {play.seat(case, "responsible") for case in (ill, well)} == {HEIR}
    other.dispose()
