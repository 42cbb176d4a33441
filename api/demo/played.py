"""What a play leaves beside the database: which case is which, and what is worth a remark."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from workflow.engine.errors import DubanError

BELOW = "›"
"""Stands between a case's key and the name of its child."""


class StoryBroken(DubanError):
    """Something in the story did not go as it should; the text says what."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that the system refused, as the story wanted it."""

    at: datetime
    case: int
    unit: int
    person: int
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that happened to the world, not to a case."""

    at: datetime
    kind: str
    text: str


@dataclass
class Played:
    """What the year left beside the database."""

    keys: dict[int, str] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    instants: int = 0
    _alike: Counter[str] = field(default_factory=Counter)

    def name(self, case: int, key: str) -> None:
        """Give a case its key; the second and later ones of a key are told apart."""
        if case not in self.keys:
            self._alike[key] += 1
            same = self._alike[key]
            self.keys[case] = f"{key}~{same}" if same > 1 else key
