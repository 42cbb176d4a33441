"""Eight people at each ticket at once, who sign, send back, apply and look; what each was told and
when.
"""

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

from tests.proof.linearizing import READ, At, Operation, is_linearizable
from tests.proof.story import Story
from workflow.engine.case import Actor
from workflow.engine.errors import Refusal
from workflow.store.casework import cases
from workflow.store.database import Database

HANDS, EACH = 8, 3
"""How many act on one ticket at once, and how often each."""

ACTS: Sequence[tuple[str, str, dict[str, Any]]] = (
    ("zhou-zx.head", "sign_first", {"skip_site_check": True}),
    ("zhou-zx.head", "return_first", {"further_requirements": "还有两盏灯没有亮，请补上"}),
    ("zhou-dc.head", "sign_second", {}),
    ("zhou-dc.head", "return_second", {"further_requirements": "还有两盏灯没有亮，请补上"}),
    ("xingyi.officer", "apply", {"result": "已修好", "finished_on": "2026-03-02"}),
    ("xingyi.head", "confirm", {}),
)


def ticket(story: Story) -> int:
    """A case that goes from the first signature to the second without another desk between."""
    return story.open_at("first_review", grade="一般", internal_only=True)


@dataclass
class Desk:
    """Two processes' worth of connections to one database, with four hands at each."""

    story: Story
    seed: int
    serial: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lanes = [self.story.elsewhere(f"{self.story.name}-{n}") for n in range(2)]
        self.actors = {who: self.story.actor(who) for who, _, _ in ACTS}
        self._pool = ThreadPoolExecutor(HANDS)

    def close(self) -> None:
        """Leave no connection and no thread."""
        self._pool.shutdown()
        for lane in self.lanes:
            lane.database.dispose()

    def work_on(self, case: int) -> list[Operation]:
        """Everybody at once on one ticket; all that was asked and answered."""
        self.serial += 1
        start = Barrier(HANDS)

        def go(hand: int) -> list[Operation]:
            lane = self.lanes[hand % 2]
            chance = random.Random(f"{self.seed} {self.serial} {hand}")
            start.wait(30)
            return [self._one(lane, case, chance, f"{hand}-{n}") for n in range(EACH)]

        hands = [self._pool.submit(go, hand) for hand in range(HANDS)]
        return [one for hand in hands for one in hand.result(120)]

    def _one(self, lane: Story, case: int, chance: random.Random, name: str) -> Operation:
        act = chance.choice((None, *ACTS))
        begun = time.monotonic()
        if act is None:
            return Operation(READ, begun, *_ended(where(lane.database, case)))
        who, event, facts = act
        try:
            answer = lane.commands.fire(
                case_id=case,
                event=event,
                actor=self.actors[who],
                request=f"{lane.name}-{self.serial}-{name}",
                now=lane.now,
                facts=facts,
            )
        except Refusal:
            return Operation(event, begun, *_ended(None))
        return Operation(event, begun, *_ended((answer.state, answer.seq)))


def where(database: Database, case: int) -> At:
    """Where a ticket stands."""
    with database.reading() as connection:
        found, _ = cases.read_case(connection, case)
    return found.state, found.seq


def _ended(answer: At | None) -> tuple[float, At | None]:
    return time.monotonic(), answer


@dataclass
class Sitting:
    """What was worked on, and what was wrong with it."""

    tickets: int = 0
    operations: int = 0
    moved: int = 0
    wrong: list[str] = field(default_factory=list)
    last: list[Operation] = field(default_factory=list)
    start: At = ("", 0)
    end: At = ("", 0)


def sit(desk: Desk, tickets: Sequence[int]) -> Iterator[Sitting]:
    """Work on the tickets one by one; after each, all that was found so far."""
    sitting = Sitting()
    for case in tickets:
        sitting.start = where(desk.story.database, case)
        sitting.last = desk.work_on(case)
        sitting.end = where(desk.story.database, case)
        sitting.tickets += 1
        sitting.operations += len(sitting.last)
        sitting.moved += sum(one.event != READ and one.answer is not None for one in sitting.last)
        if not is_linearizable(sitting.last, sitting.start, sitting.end):
            sitting.wrong.append(f"ticket {case} from {sitting.start}: {sitting.last}")
        yield sitting
