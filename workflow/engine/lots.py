"""Drawing lots: which units are visited this time, so that nobody can foresee it and everybody can
check it afterwards.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256


def by_lot(seed: str, count: int, units: Mapping[int, str], before: Sequence[int]) -> list[int]:
    """So many of these units, given with their codes, by the lots that a seed gives them.

    `before` are those drawn at earlier times, the latest first: nobody is drawn again in a round
    of which others have not had their turn.
    """
    past = [unit for unit in before if unit in units]
    this_round = set(past[: len(past) % len(units)]) if units else set()

    def lot(unit: int) -> tuple[bool, str]:
        return unit in this_round, sha256(f"{seed} {units[unit]}".encode()).hexdigest()

    return sorted(units, key=lot)[:count]
