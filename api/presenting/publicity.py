"""What everybody may read of a case while it is shown publicly: what its definition calls public,
and nothing else.

A fact, a column or a party is left out unless the definition says `public`, and is left out if it
is `personal`. Numbers that are a person's are masked wherever they were typed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.presenting.values import Table, Value, value_of
from api.presenting.wording import Names, in_full, shortened
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition, Fact
from workflow.engine.sight import due_day
from workflow.papers.numbers import MOBILE, numbers_in
from workflow.store.lists.queries import Row
from workflow.store.offices.masking import masked, masked_in

HIDDEN = "（号码已隐去）"
"""What stands for a number as long as an identity card's or an account's."""


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """One notice: what it is about, who answers for it, from when to when, and the public facts.

    `objections` is the unit that hears them; empty where the definition does not make it public;
    `contact` how to reach whoever hears them, `hears` the id of that unit or 0.
    """

    url: str
    title: str
    workflow: str
    number: str
    period: str
    units: tuple[tuple[str, str], ...]
    values: tuple[Value, ...]
    objections: str
    hears: int = 0
    contact: str = ""


@dataclass(frozen=True, slots=True)
class PublicNoticesPage:
    """All notices; `next` is the next page's address."""

    notices: tuple[PublicNotice, ...]
    next: str
    first: bool
    contact: str = ""


def public_states(definition: Definition) -> frozenset[str]:
    """The states in which something of a case is public: none without a public fact."""
    if not any(fact.public for fact in definition.facts.values()):
        return frozenset()
    return frozenset(name for name, state in definition.states.items() if state.public)


def units_named(row: Row, definition: Definition) -> set[int]:
    """The units that the notice names."""
    return {unit for _, unit in _parties(row, definition)}


def public_notice(row: Row, definition: Definition, names: Names) -> PublicNotice:
    """The notice of a case that stands in a public state."""
    state, headline = definition.states[row["state"]], definition.facts[definition.headline]
    seats = dict(_parties(row, definition))
    hears = seats.get(state.turn or "", 0)
    return PublicNotice(
        url=f"/public/{row['id']}",
        title=shortened(_masked(row["headline"])) if headline.public else state.title,
        workflow=f"{definition.title}：{state.title}",
        number=row["number"],
        period=_period(row),
        units=tuple((definition.parties[one].title, names.unit(seats[one])) for one in seats),
        values=tuple(_values(definition, row["body"]["facts"])),
        objections=names.unit(hears) if hears else "",
        hears=hears,
    )


def _parties(row: Row, definition: Definition) -> Iterator[tuple[str, int]]:
    """The public parties of the case with their units."""
    for name, party in definition.parties.items():
        seat = row["body"]["parties"].get(name)
        if party.public and seat is not None:
            yield name, seat[0]


def _period(row: Row) -> str:
    """From the day on which the case came into the state to its limit."""
    since = row["body"]["entries"].get(row["state"])
    begins = in_full(local_day(datetime.fromisoformat(since))) if since else ""
    if row["due_at"] is None:
        return f"{begins}起"
    return f"{begins} 至 {in_full(due_day(row['due_at']))}"


def _values(definition: Definition, facts: Mapping[str, Any]) -> Iterator[Value]:
    for name, fact in definition.facts.items():
        if fact.public and not fact.personal and facts.get(name) not in (None, "", []):
            yield _value(fact, facts[name])


def _value(fact: Fact, raw: Any) -> Value:
    shown = {name: column for name, column in fact.columns.items() if not column.personal}
    value = value_of(fact.model_copy(update={"columns": shown}), raw)
    table = value.table and Table(
        value.table.heads,
        tuple(tuple(_masked(cell) for cell in row) for row in value.table.rows),
    )
    return replace(value, text=_masked(value.text), table=table)


def _masked(text: str) -> str:
    text, shown, end = masked_in(text), "", 0
    for number in numbers_in(text):
        found = text[number.start : number.end]
        shown += text[end : number.start] + (masked(found) if number.kind == MOBILE else HIDDEN)
        end = number.end
    return shown + text[end:]
