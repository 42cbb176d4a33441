"""Lists of cases: my work, the ledgers, their reconciliation."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.presenting.fields import Option
from api.presenting.lights import Clock, Pace, clock_of, pace_of
from api.presenting.values import Value, value_of
from api.presenting.wording import Names, shortened
from workflow.catalog import Catalog
from workflow.engine.calendar import Calendar, local_day
from workflow.engine.case import Actor
from workflow.engine.confidence import shown_to
from workflow.engine.definition import Definition, Event
from workflow.engine.machine import Compiled
from workflow.engine.named import fits
from workflow.engine.permits import party_of
from workflow.store.offices.named import Roster

COLUMNS = 6
"""How many facts of a ledger are columns; the rest unfold in the row."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A case in a list: `steps` are what the reader can do; `mine` when it is their unit's turn;
    `said` is why it stands in a list of the reader's own.
    """

    url: str
    number: str
    headline: str
    workflow: str
    state: str
    unit: str
    clock: Clock
    steps: tuple[str, ...] = ()
    mine: bool = True
    pace: Pace | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class WorkPage:
    """我的待办, 我关注的 or 我办过的: `show` says which; `next` is the next page's address.

    `posts` is false for whoever has no post, and so no work.
    """

    title: str
    show: str
    posts: bool
    tabs: tuple["LedgerLink", ...]
    items: tuple[WorkItem, ...]
    next: str
    first: bool
    start: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of a ledger: the case, its first facts as columns, the rest to unfold, its stamps."""

    id: int
    item: WorkItem
    columns: tuple[Value, ...]
    rest: tuple[Value, ...]
    stamped: tuple[str, ...]
    awaits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of a summary: `url` narrows the ledger to it, `share` is 0 to 100 of the most."""

    label: str
    url: str
    count: str
    share: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A ledger counted by something."""

    title: str
    total: str
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A ledger with its filters; `kept` once they were kept as a view, `view` the name for it that
    was refused, and why.
    """

    title: str
    workflow_title: str
    keeper: str
    heads: tuple[str, ...]
    rows: tuple[LedgerRow, ...]
    states: tuple[Option, ...]
    opened: tuple[Option, ...]
    classes: tuple[Option, ...]
    orders: tuple[Option, ...]
    groups: tuple[Option, ...]
    summary: Summary | None
    unit: str
    unit_problem: str
    unit_options: tuple[Option, ...]
    suggestions: tuple[str, ...]
    sheet: str
    forms: tuple["LedgerLink", ...]
    bulk: str
    keep: str
    next: str
    narrowed: bool
    first: bool
    start: str
    siblings: tuple["LedgerLink", ...]
    kept: bool = False
    view: str = ""
    view_problem: str = ""


@dataclass(frozen=True, slots=True)
class ReconciliationPage:
    """对账: the cases on which the ledgers disagree in one way; `kinds` are all ways, and `still`
    says of each case how long nothing has happened, where that is the way.
    """

    title: str
    workflow_title: str
    lead: str
    kinds: tuple["LedgerLink", ...]
    rows: tuple[LedgerRow, ...]
    still: Mapping[int, str]
    next: str
    first: bool
    start: str
    siblings: tuple["LedgerLink", ...]


@dataclass(frozen=True, slots=True)
class LedgerLink:
    """One ledger to choose."""

    url: str
    title: str
    keeper: str = ""
    here: bool = False


@dataclass(frozen=True, slots=True)
class LedgerGroup:
    """The ledgers of one workflow."""

    title: str
    links: tuple[LedgerLink, ...]


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the reader's own: where it is, and where it is forgotten."""

    url: str
    title: str
    forget: str


@dataclass(frozen=True, slots=True)
class LedgersPage:
    """All ledgers of all workflows, and the reader's own views of them."""

    groups: tuple[LedgerGroup, ...]
    views: tuple[SavedView, ...] = ()


@dataclass
class Clocks:
    """How the limits of many cases stand at one moment: those that are alike are told once.

    `settled` are the workflows and states whose cases have ended here, whatever is still to come.
    """

    calendar: Calendar
    now: datetime
    settled: Collection[tuple[str, str]]
    told: dict[tuple[Any, ...], Clock] = field(default_factory=dict)

    @classmethod
    def at(cls, now: datetime, catalog: Catalog) -> "Clocks":
        """The clocks of an instant."""
        return cls(catalog.calendar, now, catalog.settled())

    def of(self, row: Row, definition: Definition) -> Clock:
        """The clock of a row of a list."""
        due, stopped = row["body"]["due"], row["body"]["stopped_at"] is not None
        settled = (definition.workflow, row["state"]) in self.settled
        why, closed = due[1] if due else "", settled or row["closed_at"] is not None
        key = (row["due_at"], why, row["provisional"], stopped, closed)
        if key not in self.told:
            self.told[key] = clock_of(
                row["due_at"],
                why,
                provisional=bool(row["provisional"]),
                stopped=stopped,
                closed=closed,
                calendar=self.calendar,
                now=self.now,
            )
        return self.told[key]


def work_item(row: Row, compiled: Compiled, names: Names, actor: Actor, clocks: Clocks) -> WorkItem:
    """A row of a list as somebody sees it who may act on it."""
    definition, body = compiled.definition, row["body"]
    turn = definition.states[row["state"]].turn
    mine = turn is not None and body["parties"][turn][0] in {post.unit for post in actor.posts}
    return WorkItem(
        url=f"/cases/{row['id']}",
        number=row["number"],
        headline=shortened(row["headline"]),
        workflow=definition.title,
        state=definition.states[row["state"]].title,
        unit=names.unit(row["unit_id"]),
        clock=clocks.of(row, definition),
        steps=tuple(dict.fromkeys(_steps(row, compiled, actor))),
        mine=mine,
        pace=None if row["closed_at"] else _pace(row, definition, clocks.now),
    )


def _pace(row: Row, definition: Definition, now: datetime) -> Pace | None:
    """The light of a row's progress, where it is behind."""
    pace = pace_of(definition, row["body"]["facts"], row["opened_at"], now)
    return pace if pace and pace.light != "good" else None


def _steps(row: Row, compiled: Compiled, actor: Actor) -> Iterator[str]:
    """Titles of the events for which the case waits and that belong to the actor."""
    definition = compiled.definition
    for event in definition.states[row["state"]].events.values():
        if is_for(event, row, definition, actor):
            yield event.title


def is_for(event: Event, row: Row, definition: Definition, actor: Actor) -> bool:
    """Whether an event of a row belongs to a post of the actor, or to people of whom they are one
    who is named on the case.
    """
    state, body = definition.states[row["state"]], row["body"]
    for role in event.by:
        seat, name = body["parties"].get(party_of(role, state)), role.partition(".")[2]
        if seat and any(
            post.unit == seat[0] and fits(body["facts"], definition, actor, post, name)
            for post in actor.posts
        ):
            return True
    return False


def facts_of(row: Row, definition: Definition, reader: Actor, people: Roster) -> dict[str, Any]:
    """The facts of a row that somebody sees who sees the row, with people by name."""
    shown = shown_to(reader, definition, row["body"]["parties"], row["body"]["facts"])
    return people.by_name(definition, shown)


def ledger_row(
    item: WorkItem, row: Row, definition: Definition, facts: Iterable[str], shown: Mapping[str, Any]
) -> LedgerRow:
    """A row of the ledger with these facts, of which `shown` is what the reader sees."""
    values = tuple(value_of(definition.facts[n], shown.get(n)) for n in facts)
    return LedgerRow(
        id=row["id"],
        item=item,
        columns=values[:COLUMNS],
        rest=values[COLUMNS:],
        stamped=stamps_of(definition, row["body"]),
        awaits=stamps_of(definition, row["body"], given=False),
    )


def stamps_of(definition: Definition, body: Row, *, given: bool = True) -> tuple[str, ...]:
    """The sign-offs in force, or those still missing, with the ledger that each stamps; one of
    before the case was taken over (补录) says so.
    """
    signed, stated = body["signed"], body.get("stated", {})
    return tuple(
        f"{definition.ledgers[side.stamps].title}：{side.title}"
        + ("（补录）" if name in stated else "")
        for name, side in definition.sign_offs.items()
        if (name in signed or name in stated) == given
    )


def still_in_words(last: datetime, now: datetime) -> str:
    """For how long nothing has been written about a case."""
    return f"已 {(local_day(now) - local_day(last)).days} 天未更新"


def ledger_links(definition: Definition, here: str) -> tuple[LedgerLink, ...]:
    """The ledgers of a workflow, and their reconciliation."""
    start = f"/ledgers/{definition.workflow}"
    links = [
        LedgerLink(
            f"{start}/{name}", ledger.title, definition.parties[ledger.kept_by].title, name == here
        )
        for name, ledger in definition.ledgers.items()
    ]
    links.append(LedgerLink(f"{start}/{RECONCILIATION}", "对账", here=here == RECONCILIATION))
    return tuple(links)


def forms_of(definition: Definition, ledger: str, query: str) -> tuple[LedgerLink, ...]:
    """The printed forms of a workflow, for what a query string narrows a ledger to."""
    start = f"/ledgers/{definition.workflow}/{ledger}/sheet.xlsx{query}{'&' if query[1:] else ''}"
    return tuple(
        LedgerLink(f"{start}form={name}", form.title) for name, form in definition.printed.items()
    )


RECONCILIATION = "reconciliation"
"""The address of the reconciliation, beside those of the ledgers."""
