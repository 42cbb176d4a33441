"""What a workflow definition says: frozen models of the file, key by key.

These models are the grammar: the parser, `definitions/schema.json` and the documented keys all come
from here (a test compares the three). What one key alone can get wrong is refused here; what needs
the whole file is in `checks/`.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from workflow.engine.beginnings import Alike, Backfill, Confidential, Opening, Periodic, Series
from workflow.engine.burden import Burden
from workflow.engine.limits import LIMIT_SCHEMA, Limit, parse_limit
from workflow.engine.model import Model
from workflow.engine.monthly import Monthly
from workflow.engine.printed import Printed
from workflow.engine.tallies import Listing, Ranking, Tally
from workflow.engine.terms import Moment, Term, parse_moment, parse_term
from workflow.engine.visiting import Sample, Visit
from workflow.engine.words import (
    ONE_OR_MORE,
    Channels,
    ChildState,
    FactColumn,
    Guard,
    MomentKey,
    Name,
    Names,
    Offices,
    OrText,
    PartyOrColumn,
    PartyRoles,
    Selector,
    Selectors,
    SomePartiesOrRoles,
    Text,
    Texts,
    Title,
    Urgency,
    parsed,
)


class Party(Model):
    """Who answers for what on a case (双责): a unit, named or found; or several, in a fact."""

    title: Title
    among: Selectors = Field(
        (), description="kinds of unit that may be named; only for a named party"
    )
    of: Name | None = Field(None, description="the party from whose unit the table starts")
    table: dict[Selector, Offices] = Field(
        {}, description="kind of that unit → office; further offices are reached by `raises`"
    )
    units: FactColumn | None = Field(
        None, description="fact.column: a party of several units, those in that column"
    )
    choice: bool = Field(
        False, description="the opener may name any office of the row, not only the first"
    )
    apart_from: Names = Field((), description="parties whose people may not act for this one")
    optional: bool = Field(False, description="a named party that a case may do without")
    public: bool = Field(False, description="named to everybody while the case is shown publicly")

    @property
    def named(self) -> bool:
        """Whether whoever opens a case names its unit."""
        return not (self.table or self.units)


class Column(Model):
    """One column of a table fact."""

    title: Title
    type: Literal["text", "number", "integer", "date", "unit"] = Field(
        "text", description="what the column holds"
    )
    among: Selectors = Field((), description="for units: the kinds that may stand here")
    below: Name | None = Field(None, description="for units: the party below which they lie")
    within: Name | None = Field(None, description="for units: the party of several they belong to")
    optional: bool = Field(False, description="a row may leave it empty")
    personal: bool = Field(False, description="left out of anything public")


FactType = Literal[
    "text", "choice", "number", "integer", "date", "yes_no", "table", "photos", "documents",
    "people", "sample",
]  # fmt: skip
FILE_TYPES = ("photos", "documents")
"""Facts that hold attachments: a picture made anew by us; a PDF, docx, xlsx or scanned page."""


class Fact(Model):
    """One thing a case knows."""

    title: Title
    type: FactType = Field("text", description="what the fact holds")
    options: Texts = Field((), description="for a choice: what may be chosen")
    columns: dict[Name, Column] = Field({}, description="for a table: its columns")
    among: PartyRoles = Field((), description="for people: the posts whose holders may be named")
    apart_from: Names = Field(
        (), description="for people: parties to whose unit, or to what is below it, none belongs"
    )
    opener: bool = Field(False, description="for people: whoever opens the case is named at once")
    min: float | None = Field(None, description="least length of a text, least value of a number")
    max: float | None = Field(None, description="greatest length of a text, or value of a number")
    at_most: Annotated[int, Field(ge=1, le=30)] | None = Field(
        None, description="for photos, documents and people: how many at most; default 9"
    )
    lines: bool = Field(False, description="a text of several lines")
    public: bool = Field(False, description="shown to everybody while the case is shown publicly")
    personal: bool = Field(False, description="left out of anything public")
    computed: bool = Field(
        False, description="given by the arithmetic of a scorecard; nobody types it"
    )
    seen_by: SomePartiesOrRoles = Field(
        (), description="parties, or posts as party.role, that alone see it; absent: all who may"
    )
    draft: Annotated[str, Field(min_length=1, max_length=4000)] | None = Field(
        None, description="for a text: what the system writes first, a template over the tallies"
    )
    ranking: Ranking | None = Field(None, description="for a table: rows of tallies, first")
    listing: Listing | None = Field(None, description="for a table: rows from other cases, first")
    as_before: bool = Field(False, description="begins as the unit's case before has it")
    hint: Text | None = Field(None, description="a sentence below the field")


class Ledger(Model):
    """One of the ledgers (台账): a fact belongs to one ledger, and only its keeper writes it."""

    title: Title
    kept_by: Name = Field(description="the party that alone writes its facts")
    facts: Names = Field(description="the facts that stand in it")
    versions: bool = Field(
        False, description="what stood in it before a change stays to be seen, as a version"
    )


class SignOff(Model):
    """One signature of a closing (销号): different persons and different units for each."""

    title: Title
    stamps: Name = Field(description="the ledger that the signature stamps")
    apart_from: Names = Field((), description="sign-offs whose person and unit must be others")


class Rung(Model):
    """One rung of a ladder: at a moment around the limit, who is told and what is opened."""

    at: MomentKey = Field(description="when, before or after the limit: due - 3 working days")
    tell: PartyRoles = Field((), description="who is told")
    by: Channels = Field((), description="ways it must go, beside the usual")
    urgency: Urgency = Field("digest", description="how soon the message goes out")
    notice: Name | None = Field(None, description="template of the message; default by the moment")
    open: Names = Field((), description="children opened, each a proposal on somebody's desk")
    mark: Name | None = Field(None, description="a mark the case keeps")
    warned: Annotated[Term | None, *parsed(parse_term)] = Field(
        None, description="how long before at least the warning must have gone out"
    )
    because: Text | None = Field(None, description="the reason handed to what is opened")

    @property
    def punitive(self) -> bool:
        """Whether this rung does more than remind: it marks, or opens a case against the unit."""
        return bool(self.open or self.mark)


Rungs = Annotated[tuple[Rung, ...], *ONE_OR_MORE]


class Branch(Model):
    """One of several targets of an event; the first whose condition holds is taken."""

    state: Name = Field(description="the next state")
    when: Guard | None = Field(None, description="condition (CEL); absent: always")


def _as_branches(value: object) -> object:
    if isinstance(value, str):
        return ({"state": value},)
    return tuple(value) if isinstance(value, list) else value


Target = Annotated[
    tuple[Branch, ...],
    BeforeValidator(_as_branches),
    OrText(),
]


class Event(Model):
    """What can happen in a state: done `by` people, `at` a moment, or `on` a child's arrival."""

    title: Title = Field(description="what the button says")
    by: PartyRoles = Field((), description="who may do it")
    not_by: Names = Field((), description="facts of people, events: who is there or did it may not")
    at: Annotated[Moment | None, *parsed(parse_moment)] = Field(
        None, description="the moment at which the clock does it"
    )
    on: ChildState | None = Field(
        None, description="child.state, or parent.state: done when that case arrives there"
    )
    to: Target = Field((), description="the next state, or branches; absent: stays")
    when: Guard | None = Field(None, description="condition (CEL)")
    otherwise: Text | None = Field(None, description="what the refused person reads")
    needs: Names = Field((), description="facts that must be given")
    may: Names = Field((), description="facts that may be given")
    takes: dict[Name, Name] = Field({}, description="for `on`: own fact ← fact of the child")
    at_most: Annotated[int, Field(ge=1)] | None = Field(None, description="how often in a cycle")
    burden: Annotated[tuple[Burden, ...], *ONE_OR_MORE] = Field(
        (), description="how much a unit is asked in a week (减负)"
    )
    signs: Name | None = Field(None, description="the sign-off this event gives")
    voids: Names = Field((), description="sign-offs that lose force")
    cosign: Annotated[int, Field(ge=2, le=9)] | None = Field(
        None, description="how many different people must do it before it counts (会签)"
    )
    take_back: bool = Field(False, description="may be taken back until the next desk acts (撤回)")
    mirrored: bool = Field(
        False, description="may be reported by the other system that knows the case (照录)"
    )
    adds: Name | None = Field(None, description="a count that goes up by one")
    mark: Name | None = Field(None, description="a mark the case keeps")
    opens: Names = Field((), description="children that are opened")
    draws: Name | None = Field(None, description="the sample that is drawn by lot (抽样)")
    raises: Names = Field(
        (), description="parties that move to the next office of their row (提级)"
    )
    reassigns: Name | None = Field(
        None, description="the named party that is given to another unit"
    )
    clears: Names = Field(
        (), description="ledgers whose facts begin anew; the history keeps the old"
    )
    next_cycle: bool = Field(False, description="begins the next cycle; the old one is frozen")
    clock: Literal["stops", "resumes"] | None = Field(
        None, description="suspends or resumes the limit"
    )
    tell: PartyRoles = Field((), description="who is told that it happened")
    urgency: Urgency = Field("digest", description="how soon the message goes out")
    notice: Name | None = Field(None, description="template of the message")


class Wide(Event):
    """An event that can happen in several states, or that waits for nobody in one."""

    from_: Names = Field(alias="from", description="the states in which it can happen")


class State(Model):
    """Where a case stands and whose turn it is."""

    title: Title
    turn: Name | None = Field(None, description="the party that has to act")
    limit: Annotated[
        Limit | None,
        BeforeValidator(parse_limit),
        WithJsonSchema(LIMIT_SCHEMA),
    ] = Field(None, description="how long, or until when")
    ladder: Name | None = Field(None, description="who is told when, around the limit")
    tell: PartyRoles = Field((), description="who is told on arrival")
    urgency: Urgency = Field("digest", description="how soon the message goes out")
    hand_over: PartyRoles = Field((), description="to whom the work may be handed (转办)")
    needs_signed: Names = Field((), description="sign-offs without which nothing arrives here")
    final: bool = Field(False, description="the case ends here")
    void: bool = Field(False, description="a final state that counts as if never opened")
    frees_period: bool = Field(False, description="another case may be of its unit and period")
    settled: bool = Field(False, description="what it is about is done; lists say it has ended")
    public: bool = Field(False, description="here its public facts are shown to everybody")
    events: dict[Name, Event] = Field({}, description="what can happen here")


class Child(Model):
    """A case that this case may open: another machine, linked."""

    workflow: Name = Field(description="the workflow of the case that is opened")
    parties: dict[Name, PartyOrColumn] = Field(
        {}, description="party of the child ← party of this case, or row.column with `for_each`"
    )
    facts: dict[Name, Guard] = Field({}, description="fact of the child ← CEL over this case")
    for_each: Name | None = Field(None, description="one child for each row of this table fact")
    monthly: Monthly | None = Field(None, description="rows open by the calendar, in their month")
    begins: Name | None = Field(None, description="the state of the child in which it begins")
    at_most: Annotated[int, Field(ge=1)] | None = Field(None, description="how often in a cycle")
    alone: bool = Field(True, description="a second one waits until the first has ended")


class Mark(Model):
    """What a case is remembered for, set by events and rungs, or by itself by its condition."""

    title: Title
    when: Guard | None = Field(
        None, description="set at any step at which this holds before the step"
    )


def _as_mark(value: object) -> object:
    return {"title": value} if isinstance(value, str) else value


class Proposal(Model):
    """A rule that opens a child by itself, once a cycle."""

    when: Guard = Field(description="condition (CEL), asked after every step")
    open: Name = Field(description="the child that is opened")
    because: Text = Field(description="the reason handed to the child")


class Progress(Model):
    """Progress against a plan (序时进度), and where its lights turn yellow and red."""

    done: Name = Field(description="the number fact that says what is reached")
    target: Name = Field(description="the number fact that says what is to be reached in the end")
    plan: Name = Field(description="the table fact that says what is to be reached by when")
    by: Name = Field(description="its column with the date")
    reach: Name = Field(description="its column with the figure, in the unit of the target")
    since: Name | None = Field(
        None, description="the date fact on which the plan begins; absent: the day of opening"
    )
    yellow: Annotated[int, Field(ge=1, le=100)] = Field(
        10, description="from so many points behind the light is yellow"
    )
    red: Annotated[int, Field(ge=1, le=100)] = Field(
        30, description="above so many points behind it is red"
    )
    idle: Annotated[int, Field(ge=1, le=24)] | None = Field(
        None, description="with nothing done: yellow a month after the beginning, red so many after"
    )


class Paper(Model):
    """A document (公文) that a case may issue: by whom, in whose name, to whom, and when."""

    title: Title
    template: Name | None = Field(
        None, description="the file in documents/ that it is written from; default: its own name"
    )
    by: PartyRoles = Field(description="who may issue it")
    from_: Names = Field(alias="from", description="the states in which it may be issued")
    issuer: Name = Field(description="the party in whose name it is issued")
    to: Names = Field((), description="the parties it is addressed to (主送)")
    copies: Names = Field((), description="the parties that get a copy (抄送)")
    when: Guard | None = Field(None, description="condition (CEL)")
    otherwise: Text | None = Field(None, description="what the refused person reads")
    at_most: Annotated[int, Field(ge=1)] | None = Field(None, description="how often in a cycle")
    number: Name | None = Field(None, description="the fact that takes its number (发文字号)")


class Definition(Model):
    """One workflow, whole."""

    workflow: Name = Field(description="the name by which other files call it")
    title: Title = Field(description="its name on pages and in messages")
    basis: Text = Field(description="the articles on which it rests")
    headline: Name = Field(description="the fact that names a case in lists")
    anchor: Name = Field(description="the party whose unit the case is about")
    roles: dict[Name, Title] = Field(description="the posts' roles used here")
    parties: dict[Name, Party] = Field(description="who answers for what")
    facts: dict[Name, Fact] = Field(description="what a case knows")
    ledgers: dict[Name, Ledger] = Field({}, description="which party keeps which facts (台账)")
    sign_offs: dict[Name, SignOff] = Field({}, description="the signatures of a closing (销号)")
    counts: dict[Name, Title] = Field({}, description="things counted within a cycle")
    marks: dict[Name, Annotated[Mark, BeforeValidator(_as_mark), OrText()]] = Field(
        {}, description="what a case is remembered for"
    )
    children: dict[Name, Child] = Field({}, description="cases that a case may open")
    ladders: dict[Name, Rungs] = Field({}, description="who is told when, around a limit")
    proposals: dict[Name, Proposal] = Field({}, description="rules that open a child by themselves")
    opening: Opening = Field(description="how a case begins")
    backfill: Backfill | None = Field(None, description="cases that began before (补录)")
    alike: Alike | None = Field(None, description="when cases are about the same thing")
    periodic: Annotated[tuple[Periodic, ...], *ONE_OR_MORE] = Field(
        (), description="cases that open by the calendar"
    )
    series: Series | None = Field(None, description="levels about one cause that rise by one")
    tallies: dict[Name, Tally] = Field({}, description="what is counted of other cases (统计)")
    progress: Progress | None = Field(None, description="progress against a plan, and its lights")
    visits: dict[Name, Visit] = Field({}, description="visits that its cases plan (走访)")
    samples: dict[Name, Sample] = Field({}, description="fact of type sample → how it is drawn")
    confidential: Confidential | None = Field(
        None, description="cases that only those named see, until a state is reached"
    )
    insists: bool = Field(
        False, description="nobody may switch its messages off, or choose by which way they come"
    )
    documents: dict[Name, Paper] = Field({}, description="documents a case may issue (公文)")
    printed: dict[Name, Printed] = Field({}, description="forms printed from its cases (表格)")
    states: dict[Name, State] = Field(description="where a case can stand")
    anytime: dict[Name, Wide] = Field({}, description="events for which nothing waits")

    @property
    def is_owed(self) -> bool:
        """Whether cases begin by the calendar alone: what is owed every period, such as reports."""
        return bool(self.periodic) and not self.opening.by

    def cadence(self, every: str) -> Periodic | None:
        """How its cases open in periods of a length; None where they do not."""
        return next((one for one in self.periodic if one.every == every), None)
