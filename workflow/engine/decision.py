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
    """The whole outcome of one firing; nothing of it is optional to write.

    `timers` None leaves the pending ones alone; otherwise pending ones are cancelled and these
    set. `signed` names the sign-off given, `voided` those that lost force. `postponed` moves the
    timer that fired to a later instant instead of settling it (a warning had not been out for long
    enough). `arrived` is set when the case came into another state: a parent may be waiting for
    it. `written` are the facts this firing gave, `emptied` those it took the value of, `drawn` the
    one drawn by lot, `kept` the attachments beside them.
    `moved` are the parties that sit in another unit after a re-organisation, each with the unit
    before and after.
    """

    case: Case
    firing: Firing
    actor: Actor
    now: datetime
    from_state: str
    post: Post | None = None
    partial: bool = False
    timers: tuple[Timer, ...] | None = None
    notices: tuple[Notice, ...] = ()
    openings: tuple[Opening, ...] = ()
    signed: str | None = None
    voided: tuple[str, ...] = ()
    postponed: Timer | None = None
    arrived: bool = False
    written: Mapping[str, Any] = field(default_factory=dict)
    emptied: tuple[str, ...] = ()
    drawn: Mapping[str, Any] = field(default_factory=dict)
    kept: tuple[int, ...] = ()
    moved: Mapping[str, tuple[int, int]] = field(default_factory=dict)
