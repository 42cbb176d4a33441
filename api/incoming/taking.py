"""Taking in what another system sends: a case for each row, once; and what became of a case there.

Rows stand alone: what can be taken is, what cannot is answered with what is wrong. A row whose
foreign number has a case is answered with that case: the same ticket never becomes two.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.context import Duban
from api.inspecting.refusing import BadFile
from api.spreadsheets.case_table import (
    WHOLE_ROW,
    Column,
    Row,
    UnitNames,
    UnreadableFile,
    columns_in,
    columns_of,
    read_row,
)
from api.spreadsheets.reading import Cell, read_sheet
from workflow.commands import Wanted
from workflow.engine.case import Actor
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput, NotFound, OutOfTurn, Refusal
from workflow.engine.machine import Compiled
from workflow.store.evidence.audit import Act
from workflow.store.lists.units import units_of_kinds
from workflow.store.people.sources import Source, cases_by_external

MOST_ROWS = 500
"""Rows of one call; whoever has more sends more calls."""
_MOST_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row or an event: `opened`, `known`, `done` or `refused`.

    `number` and `state` are those of the case, `code` says why it was refused, `errors` what is
    wrong in which column.
    """

    row: int
    external: str
    outcome: str
    number: str = ""
    state: str = ""
    code: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a case in the other system."""

    external: str
    event: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """The door at work for one call: whose, in whose name, about which workflow."""

    duban: Duban
    source: Source
    call: str
    actor: Actor

    @property
    def definition(self) -> Definition:
        """The workflow as it is now."""
        return self.duban.catalog.newest(self.source.workflow).definition

    # Rows

    def sheet(self, content: bytes) -> list[Row]:
        """The rows of an xlsx or CSV file; raises UnreadableFile."""
        try:
            sheet = read_sheet(content)
        except BadFile as error:
            raise UnreadableFile(error.sentence, {"reason": error.code}) from None
        order = columns_in(sheet, columns_of(self.definition))
        units = self._units()
        return [read_row(self.definition, order, units, one) for one in sheet[1:]]

    def rows(self, given: Sequence[Mapping[str, Cell]]) -> list[Row]:
        """Rows of JSON, by the titles of columns or the names of facts."""
        columns, units = columns_of(self.definition), self._units()
        return [
            _read(self.definition, columns, units, at, one) for at, one in enumerate(given, start=1)
        ]

    def _units(self) -> UnitNames:
        with self.duban.database.reading() as connection:
            return UnitNames(units_of_kinds(connection, None, _MOST_UNITS))

    def take(self, rows: Sequence[Row]) -> Iterator[Taken]:
        """Open a case for each row that has none."""
        if len(rows) > MOST_ROWS:
            raise InvalidInput(f"一次至多 {MOST_ROWS} 行，请分几次发送", {"rows": len(rows)})
        external = self.definition.opening.external
        assert external is not None, "a source is of a workflow with numbers of another system"
        numbers = [str(row.facts.get(external, "")).strip() for row in rows]
        known = self._known(numbers)
        for row, number in zip(rows, numbers, strict=True):
            taken = self._known_one(row.number, number, known) or self._open(row, number)
            yield taken
            if taken.outcome == "opened":
                known = {**known, **self._known([number])}

    def _known(self, numbers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        with self.duban.database.reading() as connection:
            return cases_by_external(connection, self.actor, self.source.workflow, numbers)

    def _known_one(
        self, row: int, number: str, known: Mapping[str, Mapping[str, Any]]
    ) -> Taken | None:
        if not number or number not in known:
            return None
        case = known[number]
        if not case:  # another office's: that there is one is all that is said
            return Taken(row, number, "known")
        definition = self.duban.catalog.version(case["definition_id"]).definition
        return Taken(row, number, "known", case["number"], definition.states[case["state"]].title)

    def _open(self, row: Row, number: str) -> Taken:
        if row.errors:
            return Taken(row.number, number, "refused", code=InvalidInput.code, errors=row.errors)
        try:
            (answer,) = self.duban.commands.open_cases(
                workflow=self.source.workflow,
                wanted=[Wanted(row.parties, row.facts, row.period)],
                actor=self.actor,
                request=self._request("row", row.number),
                now=self.duban.clock(),
                noted=self._act({"workflow": self.source.workflow, "rows": 1}),
            )
        except Refusal as refusal:  # perhaps the same ticket came by another call just now
            taken = self._known_one(row.number, number, self._known([number]))
            return taken or self._refused(row.number, number, refusal)
        state = self.definition.states[answer.state].title
        return Taken(row.number, number, "opened", answer.number, state)

    # Events

    def hear(self, events: Iterable[Happened]) -> Iterator[Taken]:
        """Note what happened in the other system, where the workflow lets it be mirrored."""
        for at, one in enumerate(events, start=1):
            try:
                yield self._happened(at, one)
            except Refusal as refusal:
                yield self._refused(at, one.external, refusal)

    def _happened(self, at: int, one: Happened) -> Taken:
        case = self._known([one.external]).get(one.external)
        if not case:
            raise NotFound("没有这个外部编号的事项")
        compiled = self.duban.catalog.version(case["definition_id"])
        if not _may_be_mirrored(compiled, case["state"], one.event):
            title = compiled.definition.states[case["state"]].title
            raise OutOfTurn(f"事项现处于“{title}”，不能由来源报送这一步", {"state": case["state"]})
        answer = self.duban.commands.fire(
            case_id=case["id"],
            event=one.event,
            actor=self.actor,
            request=self._request("event", at),
            now=self.duban.clock(),
            facts=dict(one.facts),
        )
        state = compiled.definition.states[answer.state].title
        return Taken(at, one.external, "done", answer.number, state)

    # Both

    def _request(self, what: str, at: int) -> str:
        """The request id of one part of a call: a call that broke off goes on where it was."""
        text = f"{self.source.id}:{self.call}:{what}:{at}"
        return f"door:{hashlib.sha256(text.encode()).hexdigest()[:40]}"

    def _act(self, data: dict[str, Any]) -> Act:
        return Act("import", self.actor.person, ("source", self.source.id), data=data)

    def _refused(self, at: int, external: str, refusal: Refusal) -> Taken:
        titles = {name: fact.title for name, fact in self.definition.facts.items()}
        facts = refusal.data.get("facts")
        errors = (
            {titles.get(name, WHOLE_ROW): str(said) for name, said in facts.items()}
            if isinstance(facts, Mapping)
            else {WHOLE_ROW: refusal.sentence}
        )
        return Taken(at, external, "refused", code=refusal.code, errors=errors)


def _may_be_mirrored(compiled: Compiled, state: str, name: str) -> bool:
    """Whether a source may report an event here; or elsewhere, where it is none in this state: it
    may have led here by an earlier try of this very call, and then its answer is known.
    """
    here = compiled.events[state].get(name)
    if here is not None:
        return here.mirrored
    return any(name in events and events[name].mirrored for events in compiled.events.values())


def _read(
    definition: Definition,
    columns: Sequence[Column],
    units: UnitNames,
    at: int,
    given: Mapping[str, Cell],
) -> Row:
    known = {column.title for column in columns} | {column.name for column in columns}
    cells: list[Cell] = [given.get(one.title, given.get(one.name)) for one in columns]
    row = read_row(definition, columns, units, (at, cells))
    if unknown := [str(key)[:30] for key in given if key not in known]:
        errors = {**row.errors, WHOLE_ROW: f"多了“{unknown[0]}”这一栏"}
        return Row(row.number, row.facts, row.parties, errors)
    return row
