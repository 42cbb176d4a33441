"""The page of one case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.presenting.actions import Action
from api.presenting.case_outlook import (
    DocumentToCome,
    Holders,
    PartyLine,
    documents_to_come,
    parties_of,
)
from api.presenting.documents import Papers
from api.presenting.lights import Clock, Pace, clock_of, pace_of
from api.presenting.timeline import Row, TimelineEntry, timeline_of, what_happened
from api.presenting.values import Value, values_of
from api.presenting.versions import Version, earlier_versions
from api.presenting.wording import (
    Names,
    in_full,
    machine_readable,
    shortened,
    to_the_minute,
)
from api.presenting.workflows import rung_in_words
from workflow.engine.calendar import Calendar, local_day
from workflow.engine.case import Case
from workflow.engine.circles import units_of_parties
from workflow.engine.definition import FILE_TYPES, Definition
from workflow.engine.flow import events_in
from workflow.engine.visits import visits_of


@dataclass(frozen=True, slots=True)
class Stamp:
    """A sign-off on the ledger it stamps: “一次销号 州乡村振兴指挥部 韦×× 2026年5月8日”."""

    title: str
    unit: str
    person: str
    day: str


@dataclass(frozen=True, slots=True)
class LedgerView:
    """One ledger of the case: who keeps it, its facts, its stamps; `awaits` are missing stamps."""

    title: str
    keeper: str
    unit: str
    values: tuple[Value, ...]
    stamps: tuple[Stamp, ...]
    awaits: tuple[str, ...]
    earlier: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Relative:
    """A case linked with this one."""

    url: str
    title: str
    number: str
    headline: str
    state: str


@dataclass(frozen=True, slots=True)
class ComingDate:
    """Something the clock will do."""

    when: str
    iso: str
    what: str
    follows: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything the page of one case shows."""

    id: int
    seq: int
    workflow: str
    workflow_title: str
    number: str
    headline: str
    state: str
    cycle: str
    clock: Clock
    pace: Pace | None
    opened: str
    handler: str
    marks: tuple[str, ...]
    counts: tuple[str, ...]
    actions: tuple[Action, ...]
    waiting: str
    ledgers: tuple[LedgerView, ...]
    other: tuple[Value, ...]
    pictures: tuple[Value, ...]
    parties: tuple[PartyLine, ...]
    to_come: tuple[DocumentToCome, ...]
    parent: Relative | None
    children: tuple[Relative, ...]
    coming: tuple[ComingDate, ...]
    timeline: tuple[TimelineEntry, ...]
    messages: int
    papers: Papers
    tallies: bool
    watched: bool = False
    drawn: bool = False
    visits_in: str = ""
    problem: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What was read of a case, before it is put in words."""

    case: Case
    definition: Definition
    history: Sequence[Row]
    timers: Sequence[Row]
    names: Names
    parent: Relative | None
    children: tuple[Relative, ...]
    messages: int
    holders: Holders
    papers: Papers
    watched: bool = False
    withheld: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    @property
    def shown(self) -> dict[str, Any]:
        """The facts that the reader sees."""
        facts = self.case.facts.items()
        return {name: value for name, value in facts if name not in self.withheld}

    def values(self, names: Iterable[str], facts: Mapping[str, Any]) -> tuple[Value, ...]:
        """Facts as the page shows them."""
        return values_of(self.definition, names, facts, self.case.id, self._came_before())

    def _came_before(self) -> set[int]:
        """The files that came with the row of an old ledger from which the case was taken over."""
        if self.case.backfill is None:
            return set()
        facts = self.definition.facts
        return {
            one["id"]
            for row in self.history
            if row["seq"] == 1
            for name, raw in row["inputs"].get("facts", {}).items()
            if facts[name].type in FILE_TYPES
            for one in raw
        }


def case_page(
    file: CaseFile,
    actions: tuple[Action, ...],
    *,
    calendar: Calendar,
    now: datetime,
    settled: bool = False,
    problem: str = "",
    done: int = 0,
    reader: int | None = None,
) -> CasePage:
    """The page, from what was read; `done` is the history row the reader has just written,
    `settled` whether what the case is about is done although it is open.
    """
    case, definition, names = file.case, file.definition, file.names
    return CasePage(
        id=case.id,
        seq=case.seq,
        workflow=case.workflow,
        workflow_title=definition.title,
        number=case.number,
        headline=headline_of(case, definition),
        state=definition.states[case.state].title,
        cycle=f"第 {case.cycle.number} 轮" if case.cycle.number > 1 else "",
        clock=_clock(case, calendar, now, settled=settled),
        pace=None if case.closed_at else pace_of(definition, case.facts, case.opened_at, now),
        opened=in_full(local_day(case.opened_at)),
        handler=names.person(case.stay.handler) if case.stay.handler else "",
        marks=tuple(
            definition.marks[mark].title for mark in case.marks if mark in definition.marks
        ),
        counts=tuple(
            f"{definition.counts[name]} {n}" for name, n in case.cycle.counts.items() if n
        ),
        actions=actions,
        waiting=_waiting(case, definition, names),
        ledgers=tuple(_ledgers(file)),
        other=_other(file),
        pictures=_pictures(file),
        parties=parties_of(case, definition, names, file.holders),
        to_come=() if case.closed_at else documents_to_come(case, definition),
        parent=file.parent,
        children=file.children,
        coming=tuple(_coming(file)),
        timeline=timeline_of(definition, file.history, names, file.withheld, file.hidden),
        messages=file.messages,
        papers=file.papers,
        tallies=bool(definition.tallies),
        watched=file.watched,
        drawn=any(row["effects"].get("drawn", {}).keys() - file.withheld for row in file.history),
        visits_in=next((one.month for one in visits_of(definition, case)), ""),
        problem=problem,
        done=_done(file, done, reader),
    )


def headline_of(case: Case, definition: Definition) -> str:
    """What a case is about, on one line."""
    return shortened(str(case.facts.get(definition.headline, "")))


def _done(file: CaseFile, seq: int, reader: int | None) -> str:
    """What the reader has just done, if it was they who did it."""
    rows = [row for row in file.history if row["seq"] == seq and row["person_id"] == reader]
    return f"已办理：{what_happened(file.definition, rows[0])}" if rows else ""


def _clock(case: Case, calendar: Calendar, now: datetime, *, settled: bool) -> Clock:
    due = case.due
    return clock_of(
        due.at if due else None,
        due.derivation if due else "",
        provisional=bool(due and due.provisional),
        stopped=case.stopped_at is not None,
        closed=settled or case.closed_at is not None,
        calendar=calendar,
        now=now,
    )


def _waiting(case: Case, definition: Definition, names: Names) -> str:
    """Whose turn it is, for somebody who cannot act."""
    state = definition.states[case.state]
    if state.final:
        return f"已办结：{state.title}。"
    if state.turn is None:
        return "等待关联事项或到期，不需要办理。"
    party = definition.parties[state.turn].title
    return f"现由{party}（{names.unit(case.parties[state.turn].unit)}）办理。"


# Ledgers


def _ledgers(file: CaseFile) -> Iterator[LedgerView]:
    case, definition = file.case, file.definition
    at = {row["seq"]: row["at"] for row in file.history}
    for name, ledger in definition.ledgers.items():
        sides = {side: spec for side, spec in definition.sign_offs.items() if spec.stamps == name}
        yield LedgerView(
            title=ledger.title,
            keeper=definition.parties[ledger.kept_by].title,
            unit=file.names.unit(case.parties[ledger.kept_by].unit),
            values=file.values(
                [fact for fact in ledger.facts if fact not in file.withheld], file.shown
            ),
            stamps=tuple(
                _stamp(spec.title, case, side, at, file.names)
                for side, spec in sides.items()
                if side in case.cycle.signed or side in case.stated
            ),
            awaits=tuple(
                spec.title
                for side, spec in sides.items()
                if side not in case.cycle.signed and side not in case.stated
            ),
            earlier=earlier_versions(definition, ledger, file.history) if ledger.versions else (),
        )


def _stamp(title: str, case: Case, side: str, at: Mapping[int, datetime], names: Names) -> Stamp:
    if side not in case.cycle.signed:  # of before the case was taken over (补录): no signature
        stated = case.stated[side]
        day = in_full(date.fromisoformat(stated.day)) if stated.day else ""
        known = stated.person or stated.unit or day
        return Stamp(
            f"{title}（补录）", stated.unit, stated.person or ("" if known else "原台账未载明"), day
        )
    signature = case.cycle.signed[side]
    signed_at = at.get(signature.seq)
    day = in_full(local_day(signed_at)) if signed_at else ""
    return Stamp(title, names.unit(signature.unit, signed_at), names.person(signature.person), day)


def _other(file: CaseFile) -> tuple[Value, ...]:
    """Facts that stand in no ledger, as far as they are given."""
    definition, shown = file.definition, file.shown
    kept = {fact for ledger in definition.ledgers.values() for fact in ledger.facts}
    names = [n for n in definition.facts if n not in kept and shown.get(n) not in (None, "", [])]
    return file.values(names, shown)


def _pictures(file: CaseFile) -> tuple[Value, ...]:
    """Several facts of photos, to stand side by side: before and after."""
    definition, shown = file.definition, file.shown
    names = [n for n, fact in definition.facts.items() if fact.type == "photos" and shown.get(n)]
    return file.values(names, shown) if len(names) > 1 else ()


# Dates to come


def _coming(file: CaseFile) -> Iterator[ComingDate]:
    for timer in file.timers:
        if timer["status"] == "waiting":
            what, follows = _timer_in_words(file, timer)
            late = f"；{timer['derivation']}" if timer["moved"] else ""
            at = timer["wake_at"]
            yield ComingDate(to_the_minute(at), machine_readable(at), what, follows + late)


def _timer_in_words(file: CaseFile, timer: Row) -> tuple[str, str]:
    """Which moment it is, and what will be done then."""
    kind, _, name = timer["name"].partition(":")
    definition, state = file.definition, file.case.state
    if kind == "rung" and name in definition.ladders:
        rung = definition.ladders[name][timer["rung"]]
        follows = rung_in_words(definition, rung, definition.states[state], file.names)
        return rung.at.in_words(), follows
    event = dict(events_in(definition, state)).get(name)
    return timer["derivation"], f"自动办理：{event.title}" if event else "自动办理"


def relative(row: Mapping[str, Any], definition: Definition) -> Relative:
    """A linked case from its row of a list."""
    return Relative(
        url=f"/cases/{row['id']}",
        title=definition.title,
        number=row["number"],
        headline=shortened(row["headline"]),
        state=definition.states[row["state"]].title,
    )


def people_in(case: Case, history: Sequence[Row]) -> set[int]:
    """Everyone the page names."""
    found = {row[key] for row in history for key in ("person_id", "holder_id")}
    found |= {row["inputs"].get("person") for row in history}
    found |= {signature.person for signature in case.cycle.signed.values()}
    return {person for person in {*found, case.stay.handler} if person is not None}


def units_in(case: Case, definition: Definition, history: Sequence[Row]) -> set[int]:
    """Every unit the page names."""
    found = {row["unit_id"] for row in history} | {row["inputs"].get("unit") for row in history}
    for row in history:
        found |= {unit for pair in row["effects"].get("moved", {}).values() for unit in pair}
    found |= {*units_of_parties(case, definition)}
    found |= {signature.unit for signature in case.cycle.signed.values()}
    return {unit for unit in {*found, case.unit} if unit is not None}
