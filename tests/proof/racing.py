"""How two run against one another at the same rows, and what is asked after every race."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

from sqlalchemy import select

from tests.proof.story import Story
from workflow.commands import Answer
from workflow.engine.errors import Refusal
from workflow.store.tables.handles import HISTORY

Outcome = object
"""What a contender got: an answer, a refusal, or an error that nobody should see."""

Contender = Callable[[Story], Outcome]


@dataclass(frozen=True)
class Scene:
    """One race: who runs, and what is wrong afterwards."""

    contenders: Sequence[Contender]
    verdict: Callable[[Sequence[Outcome]], Iterator[str]]
    count: int = 1


class Track:
    """Two processes' worth of connections to one database."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.lanes = [story.elsewhere(f"lane{n}") for n in range(2)]
        self.pool = ThreadPoolExecutor(2)
        self.run_so_far = 0

    def run(self, contenders: Sequence[Contender]) -> list[Outcome]:
        """Let both go at once; what each got."""
        start = Barrier(2)

        def go(lane: Story, contender: Contender) -> Outcome:
            lane.now = self.story.now
            start.wait(10)
            try:
                return contender(lane)
            except Exception as error:
                return error

        runs = [self.pool.submit(go, *pair) for pair in zip(self.lanes, contenders, strict=True)]
        return [run.result(60) for run in runs]

    def close(self) -> None:
        """Leave no connection and no thread."""
        self.pool.shutdown()
        for lane in self.lanes:
            lane.database.dispose()


# What is asked after a race


def is_error(outcome: Outcome) -> bool:
    """Whether a contender got what nobody should see."""
    return isinstance(outcome, Exception) and not isinstance(outcome, Refusal)


def one_answer(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One was answered, the other refused."""
    answers = sum(isinstance(outcome, Answer) for outcome in outcomes)
    if answers != 1:
        yield f"{answers} were answered: {outcomes}"


def rows_of(story: Story, case: int, *events: str) -> list[int]:
    """The history rows of some events of a case."""
    query = select(HISTORY.c.seq).where(HISTORY.c.case_id == case, HISTORY.c.event.in_(events))
    with story.database.reading() as connection:
        return list(connection.execute(query.order_by(HISTORY.c.seq)).scalars())


def by(case: int, username: str, event: str, **facts: Any) -> Contender:
    """Somebody fires an event on a case."""
    return lambda lane: lane.at_once(case, username, event, **facts)
