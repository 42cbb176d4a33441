"""Many cases from one table: a row a case, columns by the Chinese titles of what the opening asks.

A preview says of every row whether it would be opened and what is wrong in which column. A commit
opens all rows in one transaction or none; its request id is made of the file, so that the same
file sent twice opens no case twice.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.inspecting.refusing import BadFile
from api.jobs.telling import Tell, counted, silent
from api.spreadsheets.case_table import (
    WHOLE_ROW,
    Row,
    UnitNames,
    UnreadableFile,
    columns_in,
    columns_of,
    read_row,
)
from api.spreadsheets.reading import read_sheet
from workflow.commands import Wanted
from workflow.engine.case import Firing, World
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput, Refusal
from workflow.engine.opening import Request, open_case
from workflow.engine.step import step
from workflow.store.casework import candidates, cases
from workflow.store.evidence.audit import Act
from workflow.store.lists.units import units_of_kinds
from workflow.store.offices.organisation import read_lineages
from workflow.store.request_ids import kept_id

_MOST_UNITS = 100_000


class RowsRefused(InvalidInput):
    """Some rows are wrong, so none was opened; `data` has the report."""

    code = "rows_refused"


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of a row; `number` is that of the case, once there is one, `about` what the file
    calls it.
    """

    row: int
    ok: bool
    case: int | None = None
    number: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    about: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file; without `committed` nothing was opened."""

    workflow: str
    committed: bool
    rows: tuple[RowReport, ...]

    @property
    def wrong(self) -> int:
        """How many rows are refused."""
        return sum(not row.ok for row in self.rows)


def import_cases(
    duban: Duban,
    someone: Someone,
    workflow: str,
    content: bytes,
    *,
    commit: bool,
    tell: Tell = silent,
) -> Report:
    """Preview a file, or open a case for each of its rows; raises UnreadableFile, RowsRefused.

    `tell` hears of every row that was looked at; the opening is one transaction and says nothing.
    """
    definition = duban.catalog.newest(workflow).definition
    columns = columns_of(definition)
    try:
        sheet = read_sheet(content, someone.person)
    except BadFile as error:
        raise UnreadableFile(error.sentence, {"reason": error.code}) from None
    order = columns_in(sheet, columns)
    digest = hashlib.sha256(workflow.encode() + b"\n" + content).hexdigest()[:40]
    with duban.database.reading() as connection:
        units = UnitNames(units_of_kinds(connection, None, _MOST_UNITS))
        rows = [read_row(definition, order, units, one) for one in sheet[1:]]
        if earlier := cases.answered(connection, kept_id(None, digest)):
            return Report(workflow, commit, _opened(rows, earlier[1]))
        checked = _checked(connection, duban, someone, definition, rows)
        reports = tuple(counted(checked, len(rows), tell))
    report = Report(workflow, False, reports)
    if not commit:
        return report
    if report.wrong:
        sentence = f"有 {report.wrong} 行有误，一行也没有导入；改正后请重新上传"
        raise RowsRefused(sentence, {"rows": [_plain(row) for row in reports if not row.ok]})
    answers = duban.commands.open_cases(
        workflow=workflow,
        wanted=[Wanted(row.parties, row.facts, row.period) for row in rows],
        actor=someone.actor,
        request=digest,
        now=duban.clock(),
        noted=Act("import", someone.person, data={"workflow": workflow, "rows": len(rows)}),
        of_file=True,
    )
    return Report(workflow, True, _opened(rows, [asdict(answer) for answer in answers]))


def _opened(rows: Sequence[Row], answers: Sequence[Mapping[str, Any]]) -> tuple[RowReport, ...]:
    """The rows with the cases that were opened for them."""
    return tuple(
        RowReport(row.number, True, answer["case"], answer["number"], about=row.about)
        for row, answer in zip(rows, answers, strict=True)
    )


def _plain(report: RowReport) -> dict[str, Any]:
    return {"row": report.row, "errors": dict(report.errors)}


# Checking and opening


def _checked(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    definition: Definition,
    rows: Sequence[Row],
) -> Iterator[RowReport]:
    """What each row's opening would come to, asked of the engine with nothing written."""
    lineages = read_lineages(connection, {unit for row in rows for unit in row.parties.values()})
    world = World(duban.catalog.calendar, lineages=lineages)
    compiled, now = duban.catalog.newest(definition.workflow), duban.clock()
    titles = {column.name: column.title for column in columns_of(definition) if not column.party}
    twice = _known_already(connection, definition, rows)
    for row in rows:
        if errors := {**row.errors, **{titles[n]: why for n, why in twice(row).items()}}:
            yield RowReport(row.number, False, errors=errors, about=row.about)
            continue
        seen = replace(world, series_top=_series_top(connection, definition, row))
        try:
            facts, seen = candidates.of_opening(
                connection, compiled, row.parties, row.facts, someone.actor, seen, now
            )
            request = Request(1, "", row.parties, facts, row.period)
            case = open_case(compiled, request, someone.actor, seen, now).case
            for event in definition.opening.straight_through:
                case = step(compiled, case, Firing(event), someone.actor, seen, now).case
            yield RowReport(row.number, True, about=row.about)
        except Refusal as error:
            yield RowReport(row.number, False, errors=_by_column(error, titles), about=row.about)


def _known_already(
    connection: Connection, definition: Definition, rows: Sequence[Row]
) -> Callable[[Row], Mapping[str, str]]:
    """What is wrong with a row whose number in another system has a case, or stands above it."""
    external = definition.opening.external
    numbers = [str(row.facts.get(external, "")) for row in rows] if external else []
    known = cases.numbers_by_external(connection, definition.workflow, numbers)

    def twice(row: Row) -> Mapping[str, str]:
        number = str(row.facts.get(external, "")) if external else ""
        if not external or not number:
            return {}
        earlier = known.setdefault(number, f"第 {row.number} 行")
        return {} if earlier == f"第 {row.number} 行" else {external: f"已经登记过（{earlier}）"}

    return twice


def _series_top(connection: Connection, definition: Definition, row: Row) -> int | None:
    cause = row.facts.get(definition.series.cause) if definition.series else None
    if not isinstance(cause, str):
        return None
    return cases.series_top(connection, definition.workflow, cause)


def _by_column(error: Refusal, titles: Mapping[str, str]) -> dict[str, str]:
    facts = error.data.get("facts")
    if not isinstance(facts, Mapping):
        return {WHOLE_ROW: error.sentence}
    return {titles.get(name, WHOLE_ROW): str(sentence) for name, sentence in facts.items()}
