"""Whatever eight people do to one ticket at once, it happened in some order: every answer fits it,
and so does what was read meanwhile.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.proof.linearizing import is_linearizable, lies
from tests.proof.signing_at_once import Desk, Sitting, sit, ticket
from tests.proof.story import Story
from workflow.commands import Answer, Commands
from workflow.engine.errors import Stale
from workflow.store.casework import cases
from workflow.transaction import Transaction

pytestmark = pytest.mark.race

TICKETS, SEED = 12, 20260302


@pytest.fixture
def desk(story: Story) -> Iterator[Desk]:
    """People at work on a fresh database."""
    made = Desk(story, SEED)
    yield made
    made.close()


def worked(desk: Desk, tickets: int = TICKETS) -> Iterator[Sitting]:
    """Sit down to so many new tickets."""
    return sit(desk, [ticket(desk.story) for _ in range(tickets)])


def test_every_answer_fits_one_order_of_events(desk: Desk) -> None:
    found = lies_told = 0
    for sitting in worked(desk):
        assert sitting.wrong == []
        for name, changed in lies(sitting.last):
            assert not is_linearizable(changed, sitting.start, sitting.end), name
            lies_told += 1
        found = sitting.tickets
    assert sitting.moved > found
    kind = "sqlite" if desk.story.database.is_sqlite else "postgresql"
    print(f"figure: linearizable tickets on {kind}, seed {SEED} = {found}")
    print(f"figure: wrong answers planted and found on {kind} = {lies_told}")


# Bugs: each must turn the check red


def read_once(patch: pytest.MonkeyPatch) -> None:
    """Readers are told what was true when somebody first looked."""
    known: dict[int, Any] = {}
    proper = cases.read_case

    def read_case(connection: Connection, case: int) -> Any:
        return known.setdefault(case, proper(connection, case))

    patch.setattr(cases, "read_case", read_case)


def answered_and_not_kept(patch: pytest.MonkeyPatch) -> None:
    """Every third step is answered, and its transaction leaves nothing behind."""
    turns = itertools.count()
    proper = Transaction.flush

    def flush(work: Transaction) -> None:
        if next(turns) % 3:
            proper(work)

    patch.setattr(Transaction, "flush", flush)


def refused_for_nothing(patch: pytest.MonkeyPatch) -> None:
    """Every second step is refused though nobody was faster."""
    turns = itertools.count()
    proper = Commands._act

    def act(self: Commands, *arguments: Any) -> tuple[Answer, ...]:
        if next(turns) % 2:
            raise Stale("刚刚有人办理过，请刷新后再试")
        return proper(self, *arguments)

    patch.setattr(Commands, "_act", act)


BUGS: list[Callable[[pytest.MonkeyPatch], None]] = [
    read_once,
    answered_and_not_kept,
    refused_for_nothing,
]


@pytest.mark.parametrize("plant", BUGS)
def test_a_planted_bug_turns_the_check_red(
    plant: Callable[[pytest.MonkeyPatch], None],
    sqlite_database: Any,
    story_on: Callable[[Any], Story],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(story_on(sqlite_database), SEED)
    tickets = [ticket(desk.story) for _ in range(6)]
    plant(monkeypatch)
    assert any(sitting.wrong for sitting in sit(desk, tickets))
    desk.close()
