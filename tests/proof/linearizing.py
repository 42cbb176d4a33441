"""Whether what several people were told at once can have happened one after the other.

The search is Wing and Gong's with Lowe's memory: take any operation that began before every one
that is left had ended, see whether its answer fits the state, go on. A ticket is a register: its
state and the count of its rows; what moves it stands in `MOVES`, written by hand and not read from
the definition.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

At = tuple[str, int]
"""A state and the number of the last row of history."""

MOVES = {
    ("first_review", "sign_first"): "second_review",
    ("first_review", "return_first"): "rectifying",
    ("second_review", "sign_second"): "closed",
    ("second_review", "return_second"): "rectifying",
    ("rectifying", "apply"): "self_check",
    ("self_check", "confirm"): "first_review",
}
"""Where an event leads from a state; everything else is refused."""

READ = "read"


@dataclass(frozen=True, slots=True)
class Operation:
    """What somebody asked, when, and the answer: where the ticket stands; None if refused."""

    event: str
    begun: float
    ended: float
    answer: At | None

    def after(self, at: At) -> At | None:
        """Where the ticket is after it, begun at `at`; None if the answer does not fit."""
        if self.event == READ:
            return at if self.answer == at else None
        target = MOVES.get((at[0], self.event))
        if target is None:
            return at if self.answer is None else None
        moved = (target, at[1] + 1)
        return moved if self.answer == moved else None


def is_linearizable(operations: Sequence[Operation], start: At, end: At) -> bool:
    """Whether some order in real time explains every answer and leads to the end."""
    everything = (1 << len(operations)) - 1
    open_, seen = [(0, start)], {(0, start)}
    while open_:
        done, at = open_.pop()
        if done == everything and at == end:
            return True
        for step in _steps(operations, done, at):
            if step not in seen:
                seen.add(step)
                open_.append(step)
    return False


def _steps(operations: Sequence[Operation], done: int, at: At) -> Iterator[tuple[int, At]]:
    left = [n for n in range(len(operations)) if not done >> n & 1]
    latest = min((operations[n].ended for n in left), default=0.0)
    for n in left:
        if operations[n].begun <= latest and (moved := operations[n].after(at)) is not None:
            yield done | 1 << n, moved


def lies(operations: Sequence[Operation]) -> Iterable[tuple[str, list[Operation]]]:
    """The same with one wrong answer, in every way that no order can explain: told of a row that
    another was told of, of one that never came, or of a read before the beginning.
    """
    for n, one in enumerate(operations):
        if one.answer is None or one.event == READ:
            continue
        state, seq = one.answer
        for name, answer in (
            ("a row of another", (state, seq - 1)),
            ("a row that never came", (state, seq + 100)),
            ("another state", ("nowhere", seq)),
            ("refused, and done", None),
        ):
            changed = Operation(one.event, one.begun, one.ended, answer)
            yield name, [*operations[:n], changed, *operations[n + 1 :]]
