"""What a case is between two steps, and who acts on it: frozen values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, Literal

from workflow.engine.calendar import Calendar
from workflow.engine.sampling import Pool


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a definition sees it; `kind` is `government` (党委政府), `department` or `office`
    (内设机构).
    """

    id: int
    level: str
    kind: str
    class_: str = ""

    @property
    def selector(self) -> str:
        """The word by which definitions call this kind of unit."""
        return self.level if self.kind == "government" else f"{self.level} {self.kind}"


@dataclass(frozen=True, slots=True)
class Lineage:
    """A unit with every office found on the way up from it: `prefecture.supervision` → unit id."""

    unit: Unit
    offices: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Post:
    """A post somebody acts through; `holder` is for whom a deputy or substitute acts, else None."""

    id: int
    unit: int
    role: str
    holder: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be named on a case; `units` are those of all posts held, and all above.

    What they are called is no part of it: history keeps candidates, and nothing leaves history.
    """

    person: int
    posts: tuple[Post, ...]
    units: tuple[int, ...]


class Pen(Enum):
    """Whether somebody may sign off now; whoever asks over a network begins without."""

    READY = auto()
    """They have just shown that it is they."""

    ASLEEP = auto()
    """They must confirm who they are first."""

    NONE = auto()
    """It is a program: nothing is signed by programs."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who fires: a person through the posts held today, the clock, or another case."""

    kind: Literal["person", "clock", "case"]
    person: int | None = None
    posts: tuple[Post, ...] = ()
    pen: Pen = Pen.READY


ENDED = "ended"
"""`child.ended` stands for any final state of the child."""

PARENT = "parent"
"""`parent.state` stands for the case that opened this one, in one of its states."""

CLOCK = Actor("clock")
LINKED_CASE = Actor("case")


@dataclass(frozen=True, slots=True)
class Seat:
    """The unit that fills a party, and the offices of its row through which it may rise (提级)."""

    unit: int
    row: tuple[int, ...] = ()
    selector: str = ""

    @property
    def higher(self) -> int | None:
        """The next office of the row, or None at its end."""
        at = self.row.index(self.unit) + 1 if self.unit in self.row else len(self.row)
        return self.row[at] if at < len(self.row) else None


@dataclass(frozen=True, slots=True)
class Due:
    """The one limit of the present state: when it ends, how that came about, and what is needed to
    find it again.

    `at` is the end of the due day, or the minute itself of a limit by the clock, in UTC; `start`,
    `term` and the version of the `calendar` are the inputs, `term` empty for a date fact.
    """

    at: datetime
    derivation: str
    provisional: bool
    start: datetime
    term: str
    calendar: int = 0


@dataclass(frozen=True, slots=True)
class Signature:
    """A sign-off in force."""

    person: int
    unit: int
    seq: int


@dataclass(frozen=True, slots=True)
class Stated:
    """A sign-off of before a case was entered (补录), as somebody states it: who and when in words,
    each empty where the old ledger does not say. It is no signature.
    """

    person: str = ""
    unit: str = ""
    day: str = ""

    def as_list(self) -> list[str]:
        """The statement as it is kept."""
        return [self.person, self.unit, self.day]


@dataclass(frozen=True, slots=True)
class Cosigner:
    """One of several who must do an event together."""

    person: int
    unit: int
    post: int | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A case's time in one state, with all that ends when it leaves; taking a move back brings it
    back whole.

    `handler` is to whom the work was handed, `cosigned` who has done their part of an event that
    several do together; `climbed` holds the last rung of each ladder, `warnings` the history row of
    its last warning.
    """

    state: str
    entered_at: datetime
    due: Due | None = None
    handler: int | None = None
    cosigned: Mapping[str, tuple[Cosigner, ...]] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)
    climbed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cycle:
    """What is counted while the work is done for the first, the second … time; another begins with
    everything at nothing.

    `entries` is when each state was last entered, `stops` are the times for which the clock stood;
    `done_by` is who did an event that bars them from another one, or for whom it was done.
    """

    number: int = 1
    entries: Mapping[str, datetime] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    fired: Mapping[str, int] = field(default_factory=dict)
    signed: Mapping[str, Signature] = field(default_factory=dict)
    proposed: tuple[str, ...] = ()
    children: Mapping[str, int] = field(default_factory=dict)
    stops: tuple[tuple[datetime, datetime], ...] = ()
    done_by: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """The last move, kept until somebody acts, so that it can be taken back to where it came `back`
    from.
    """

    event: str
    person: int | None
    back: Stay
    unit: int | None = None
    post: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a step needs of a case."""

    id: int
    workflow: str
    definition: int
    """The version it was opened with, by id."""
    number: str
    unit: int
    """The unit it counts for: its anchor's, or the one that owed a case of a period."""
    opened_at: datetime
    stay: Stay
    cycle: Cycle = field(default_factory=Cycle)
    seq: int = 0
    """How many history rows it has."""
    entry: int = 0
    """The history row that its timers hang on."""
    period: int | None = None
    """Its period as one number (`periods.py`)."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    parties: Mapping[str, Seat] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    stopped_at: datetime | None = None
    """Since when its clock stands; None while it runs."""
    last: Move | None = None
    """The last move, for as long as it can be taken back."""
    parent: int | None = None
    """The case that opened it, under the name `child_name`."""
    child_name: str | None = None
    closed_at: datetime | None = None
    backfill: int | None = None
    """The file it was taken over from (补录); `stated` are its sign-offs of then."""
    stated: Mapping[str, Stated] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """The state it is in."""
        return self.stay.state

    @property
    def due(self) -> Due | None:
        """The limit of that state, if it has one."""
        return self.stay.due


@dataclass(frozen=True, slots=True)
class World:
    """The outside as one step sees it; kept in the history row so that replay needs nothing else.

    What a step does not ask for is left empty.
    """

    calendar: Calendar
    open_children: Mapping[str, int] = field(default_factory=dict)
    """How many children have not ended, by name."""
    lineages: Mapping[int, Lineage] = field(default_factory=dict)
    """Of units that a step may newly bring in: named, in a table, or by a re-organisation."""
    warned_at: datetime | None = None
    """When the last warning of the ladder in question really went out."""
    colleague: tuple[Post, ...] = ()
    """The posts of the person to whom work is handed."""
    series_top: int | None = None
    """The highest level so far of cases about one cause."""
    barred: tuple[str, ...] = ()
    """Children that could not be opened now: another case about that cause stands at that level."""
    successors: Mapping[int, int] = field(default_factory=dict)
    """From units of the case that are no more to those that took over."""
    candidates: tuple[Candidate, ...] = ()
    """Who may be named in the facts of people that a step is given."""
    alike: int = 0
    """How many cases about the same thing there were when a case was opened."""
    earlier: str = ""
    """The number of the first of them that is open and that the opener sees."""
    asked: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """What a unit was asked this week, where that has a budget: by what is counted, by whom or what
    for, and how often.
    """
    pool: Pool | None = None
    """What lots are drawn from; None where none are, or where the step is only tried."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A document as it was issued: which one, its number (or none), and its file as a fact refers
    to one.

    `template` is the published version it was written from, `text` the hash of what it says.
    """

    document: str
    number: str | None
    file: Mapping[str, Any]
    template: int
    text: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A document that came back under its seal: which one, the row that issued it, its number (or
    none), and the sealed file as a fact refers to one.
    """

    document: str
    of: int
    number: str | None
    file: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Voided:
    """A document that is void (作废): which one, the row and cycle that issued it, and why; its
    number stays with it.
    """

    document: str
    seq: int
    cycle: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Firing:
    """What is asked for: an event by name, with the facts given."""

    event: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """The facts; of `rung` its `ladder` and `rung`, of `reorganise` the `change` it follows and the
    `kind` of that.
    """
    unit: int | None = None
    """The unit that a re-assignment names."""
    person: int | None = None
    """To whom work is handed."""
    issued: Issued | None = None
    """What `issue_document` is about; `sealed` what `seal_document` brings back, `voided` what
    `void_document` takes the force of.
    """
    sealed: Sealed | None = None
    voided: Voided | None = None
    emptied: tuple[str, ...] = ()
    """Facts that are to have no value any more."""
