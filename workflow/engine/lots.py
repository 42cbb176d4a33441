"""Drawing lots: which units are visited this time, so that nobody can foresee it and everybody can
check it afterwards.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256


def lot(seed: str, ticket: str) -> str:
    """The lot that a seed gives a ticket; who has the smallest is drawn."""
    return sha256(f"{seed} {ticket}".encode()).hexdigest()


def by_lot(seed: str, count: int, units: Mapping[int, str], before: Sequence[int]) -> list[int]:
    """So many of these units, given with their codes, by the lots that a seed gives them.

    `before` are those drawn at earlier times, the latest first: nobody is drawn again in a round
    of which others have not had their turn.
    """
    past = [unit for unit in before if unit in units]
    this_round = set(past[: len(past) % len(units)]) if units else set()

    def turn(unit: int) -> tuple[bool, str]:
        return unit in this_round, lot(seed, units[unit])

    return sorted(units, key=turn)[:count]
