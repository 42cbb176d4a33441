"""What one firing decided: the case afterwards and everything that has to be written with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow.engine.case import Actor, Case, Firing, Post, Seat


@dataclass(frozen=True, slots=True)
class Timer:
    """Something the clock will fire for one entry of a case: a rung of a ladder, or an event.

    `name` is `rung:LADDER` or `event:EVENT`; with case, entry and `rung` it is unique.
    """

    name: str
    rung: int
    at: datetime
    derivation: str


@dataclass(frozen=True, slots=True)
class Notice:
    """People to be told: the holders of roles in units, or people by id; a template with its
    variables.
    """

    to: tuple[tuple[int, str], ...]
    template: str
    variables: Mapping[str, str]
    urgency: str = "digest"
    ways: tuple[str, ...] = ()
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A child case to be opened in the same transaction."""

    child: str
    workflow: str
    parties: Mapping[str, Seat]
    facts: Mapping[str, Any]
    begins: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The whole outcome of one firing; nothing of it is optional to write."""

    case: Case
    firing: Firing
    actor: Actor
    now: datetime
    from_state: str
    post: Post | None = None
    """The post through which a person acted."""
    partial: bool = False
    """A co-signature that is not the last: it is kept, and nothing moves."""
    timers: tuple[Timer, ...] | None = None
    """None leaves the pending ones alone; otherwise those are cancelled and these set."""
    notices: tuple[Notice, ...] = ()
    openings: tuple[Opening, ...] = ()
    signed: str | None = None
    """The sign-off given; `voided` are those that lost force."""
    voided: tuple[str, ...] = ()
    postponed: Timer | None = None
    """The timer that fired, at a later instant: its warning had not been out for long enough."""
    arrived: bool = False
    """The case came into another state: a parent may be waiting for it."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """The facts this firing gave."""
    emptied: tuple[str, ...] = ()
    """Facts it took the value of."""
    drawn: Mapping[str, Any] = field(default_factory=dict)
    """The fact drawn by lot."""
    kept: tuple[int, ...] = ()
    """Attachments that the case uses from now on beside those in facts."""
    moved: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Parties that sit in another unit after a re-organisation: the unit before, and after."""
