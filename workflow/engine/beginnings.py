"""How cases begin, and who may know of them: the parts of a definition that say so."""

from typing import Annotated, Literal

from pydantic import Field

from workflow.engine.kinds import LEVELS
from workflow.engine.model import Model
from workflow.engine.periods import Length
from workflow.engine.words import (
    ONE_OR_MORE,
    Guard,
    Name,
    Names,
    PartiesOrRoles,
    PartyRoles,
    Seats,
    Selectors,
    Text,
    Texts,
)


class OfPeriod(Model):
    """That whoever opens a case by hand says of which period it is, as the calendar does."""

    every: Annotated[tuple[Length, ...], Field(min_length=1), *ONE_OR_MORE] = Field(
        description="how long such a period is"
    )
    needed: bool = Field(True, description="whether it must be said")


class Opening(Model):
    """How a case begins."""

    state: Name = Field(description="the first state")
    by: PartyRoles = Field(
        (), description="who may open one; absent: only other cases or the calendar"
    )
    needs: Names = Field((), description="facts that must be given")
    may: Names = Field((), description="facts that may be given")
    from_case: Names = Field(
        (), description="where a case begins that another case opens; others by `begins`"
    )
    period: OfPeriod | None = Field(
        None, description="that whoever opens one by hand says of which period it is"
    )
    straight_through: Names = Field(
        (), description="events fired at once by the opener, unless a draft is wanted"
    )
    external: Name | None = Field(
        None, description="the fact with the number of another system; no second case has the same"
    )

    @property
    def beginnings(self) -> tuple[str, ...]:
        """The states in which a case may begin, that of one opened by a person first."""
        return tuple(dict.fromkeys((self.state, *self.from_case)))


class Backfill(Model):
    """Cases that began before they are entered, taken over from an office's ledger (补录)."""

    by: PartyRoles = Field(description="who may take them over")
    into: dict[Name, Texts] = Field(
        description="states they may be in, each with words by which ledgers call it"
    )
    undone: Name = Field(description="the void final state of one that is undone")
    needs: Names = Field((), description="facts that each must have")
    may: Names = Field((), description="facts that it may have")
    called: dict[Name, Texts] = Field(
        {}, description="fact or party → heads of columns under which ledgers have it"
    )


class Alike(Model):
    """When cases are about the same thing: repeated complaints, one problem (反复)."""

    by: Names = Field(description="the facts in which they agree, beside the anchor's unit")
    count: Name = Field(
        description="the count in which a new case keeps how many there were before"
    )
    joins: Name | None = Field(
        None, description="the text fact that takes the number of the first that is still open"
    )


class Periodic(Model):
    """Cases that open by the calendar: one for each unit of some kinds, or for some of them drawn
    by lot, and each period.
    """

    every: Length = Field("year", description="how long a period is")
    on: Text = Field(description="the day of the period on which they open")
    about: Literal["present", "before"] = Field(
        "present", description="the period of which the cases are: that of the day, or the last"
    )
    party: Name = Field(description="the party that each such unit fills")
    among: Selectors = Field(description="kinds of unit for each of which a case opens")
    reporting: bool = Field(True, description="only for units that report by themselves")
    draw: Annotated[int, Field(ge=1, le=99)] | None = Field(
        None, description="so many of the units each time, by lot, nobody again before all others"
    )
    missed: Literal["late", "skip"] = Field(
        "late", description="whether what was missed in the period before is opened late"
    )
    when: Guard | None = Field(
        None, description="only for units of which this holds on that day (CEL over `tallies`)"
    )
    runs: bool = Field(True, description="whether it runs until somebody switches it")
    switched_by: Seats = Field((), description="posts, as level.function.role, that switch it")
    facts: dict[Name, Guard] = Field({}, description="fact ← CEL; `period` is the year")

    def said_at(self, level: str) -> str | None:
        """The level whose posts say for a unit of some level whether it runs there: of those that
        switch it the nearest one, at or above it.
        """
        above = [*LEVELS][: [*LEVELS].index(level) + 1]
        found = {seat.partition(".")[0] for seat in self.switched_by}
        return max(found & {*above}, key=above.index, default=None)


class Confidential(Model):
    """Cases that only those named here see, until a state is reached."""

    seen_by: PartiesOrRoles = Field(description="parties, or posts as party.role, that see it")
    when: Guard | None = Field(None, description="condition (CEL) over facts; absent: always")
    until: Names = Field((), description="states from which it is like any other case")


class Series(Model):
    """Cases about one cause whose level rises by one at a time."""

    cause: Name = Field(description="the fact that says which cause it is")
    level: Name = Field(description="the fact that says which level it is")
    first: int = Field(description="the lowest level")
    direct: Guard | None = Field(None, description="when a higher level may be entered at once")
