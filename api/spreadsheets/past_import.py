"""An office's own ledger taken over (补录): looked at row by row, taken whole or not at all."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from api.context import Duban
from api.inspecting.refusing import BadFile
from api.spreadsheets.case_import import RowsRefused
from api.spreadsheets.case_table import WHOLE_ROW, UnitNames, UnreadableFile
from api.spreadsheets.past_columns import Reading, guess, heads_of, targets_of, words_said
from api.spreadsheets.past_pictures import (
    OnSheet,
    Pictures,
    pictures_on,
    sort_out,
    with_pictures,
)
from api.spreadsheets.past_table import PastRow, check_reading, read_table
from api.spreadsheets.reading import Cell, NumberedRow, read_list
from workflow.backfilling import LedgerFile, PastCase, office_of, tried
from workflow.commands import Answer
from workflow.engine.calendar import local_day
from workflow.engine.case import Actor
from workflow.engine.decision import Step
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput, Refusal
from workflow.engine.sight import due_day
from workflow.store.casework import backfills
from workflow.store.lists.units import units_of_kinds
from workflow.store.offices.organisation import read_lineages

MOST_PAST = 20_000
"""Rows of one file: the ledger of a prefecture for some years."""

_MOST_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """A file that somebody brought: its name, its bytes, its rows, the pictures on its sheet."""

    name: str
    content: bytes
    sheet: Sequence[NumberedRow]
    pictures: OnSheet = field(default_factory=OnSheet)

    @property
    def file(self) -> LedgerFile:
        """How the history calls it."""
        return LedgerFile(self.name, hashlib.sha256(self.content).hexdigest())


@dataclass(frozen=True, slots=True)
class PastReport:
    """What a row would come to: the state and limit of its case, or what is wrong by column; how
    many pictures it keeps, and what is said of those that it does not keep.
    """

    row: int
    ok: bool
    headline: str = ""
    state: str = ""
    due: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    pictures: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """A ledger looked at: how it is read, what keeps it from being read so, and every row.

    `heads` are its columns with an example each, `said` the words in that of the states.
    """

    reading: Reading
    heads: tuple[tuple[str, str], ...]
    said: tuple[str, ...]
    problems: tuple[str, ...]
    rows: tuple[PastReport, ...] = ()
    skipped: tuple[int, ...] = ()
    cases: tuple[PastCase, ...] = ()
    pictures: Pictures = field(default_factory=Pictures)

    @property
    def wrong(self) -> int:
        """How many rows are refused."""
        return sum(not row.ok for row in self.rows)

    @property
    def ready(self) -> bool:
        """Whether it can be taken over as it is."""
        return bool(self.rows) and not (self.problems or self.wrong)


def open_ledger(duban: Duban, actor: Actor, workflow: str, name: str, content: bytes) -> Ledger:
    """The rows of a file, read by a child process; raises UnreadableFile, NotYourTurn."""
    _check_turn(duban, actor, workflow)
    try:
        sheet = list(islice(read_list(content, person=actor.person), MOST_PAST + 11))
        pictures = pictures_on(content, actor.person)
    except BadFile as error:
        raise UnreadableFile(error.sentence, {"reason": error.code}) from None
    if not sheet:
        raise UnreadableFile("这个文件是空的，请换一个文件")
    if len(sheet) > MOST_PAST + 10:
        raise UnreadableFile(f"一次至多补录 {MOST_PAST:,} 行，请分成几个文件")
    return Ledger(name[-80:] or "台账", content, sheet, pictures)


def _check_turn(duban: Duban, actor: Actor, workflow: str) -> None:
    """Nothing is done for whoever may not take over; raises InvalidInput, NotYourTurn."""
    compiled = duban.catalog.newest(workflow)
    targets_of(compiled.definition)
    office_of(compiled, actor)


def look(
    duban: Duban, actor: Actor, workflow: str, ledger: Ledger, reading: Reading | None = None
) -> Looked:
    """What would become of every row; without a reading, as it is guessed. Raises NotYourTurn."""
    _check_turn(duban, actor, workflow)
    definition = duban.catalog.newest(workflow).definition
    reading = reading or guess(definition, ledger.sheet)
    heads = heads_of(ledger.sheet, reading.head)
    said = words_said(ledger.sheet, reading.head, heads, reading.columns)
    problems = check_reading(definition, ledger.sheet, reading)
    looked = Looked(
        reading, tuple(_with_examples(ledger, reading, heads)), tuple(said), tuple(problems)
    )
    if problems:
        return looked
    return _with_pictures(
        duban, actor, definition, ledger, _read(duban, actor, definition, ledger, looked)
    )


def _with_pictures(
    duban: Duban, actor: Actor, definition: Definition, ledger: Ledger, looked: Looked
) -> Looked:
    rows = {row.row: row.ok for row in looked.rows}
    pictures = sort_out(
        duban, actor.person or 0, definition, ledger.sheet, looked.reading, rows, ledger.pictures
    )
    reports = (
        replace(
            row,
            pictures=pictures.of(row.row),
            left_out=tuple(pictures.said.get(row.row, ())),
        )
        if row.row in pictures.kept or row.row in pictures.said
        else row
        for row in looked.rows
    )
    problems = (pictures.problem,) if pictures.problem else ()
    return replace(looked, problems=problems, rows=tuple(reports), pictures=pictures)


def _with_examples(ledger: Ledger, reading: Reading, heads: Sequence[str]) -> list[tuple[str, str]]:
    below = [cells for number, cells in ledger.sheet if number > reading.head][:50]
    return [(head, _first(below, at)) for at, head in enumerate(heads)]


def _first(rows: Sequence[Sequence[Cell]], at: int) -> str:
    for cells in rows:
        if at < len(cells) and cells[at] not in (None, ""):
            return str(cells[at])[:30]
    return ""


def _read(
    duban: Duban, actor: Actor, definition: Definition, ledger: Ledger, looked: Looked
) -> Looked:
    now = duban.clock()
    with duban.database.reading() as connection:
        units = UnitNames(units_of_kinds(connection, None, _MOST_UNITS))
        standing = backfills.standing(connection, definition.workflow, ledger.file.sha256)
        if standing is not None:
            raise InvalidInput("这个文件已经补录过；要重新补录，请先撤销那一次")
        table = read_table(definition, ledger.sheet, looked.reading, units, local_day(now))
        wanted = {unit for row in table.rows if row.case for unit in row.case.parties.values()}
        lineages = read_lineages(connection, wanted)
    compiled = duban.catalog.newest(definition.workflow)
    titles = {f"fact.{name}": fact.title for name, fact in definition.facts.items()}
    by_fact = {key: head for head, key in looked.reading.columns.items()}
    reports, cases = [], []
    for row in table.rows:
        if row.case is None:
            reports.append(PastReport(row.number, ok=False, errors=row.errors))
            continue
        try:
            step = tried(compiled, row.case, actor, duban.catalog.calendar, lineages, now)
            reports.append(_report(definition, row, step))
            cases.append(row.case)
        except Refusal as error:
            errors = _by_head(error, by_fact, titles)
            reports.append(PastReport(row.number, ok=False, errors=errors))
    return Looked(
        looked.reading,
        looked.heads,
        looked.said,
        (),
        tuple(reports),
        table.skipped,
        tuple(cases),
    )


def _report(definition: Definition, row: PastRow, step: Step) -> PastReport:
    case = step.case
    due = due_day(case.due.at).isoformat() if case.due else ""
    headline = str(case.facts.get(definition.headline, ""))[:60]
    return PastReport(
        row.number, ok=True, headline=headline, state=definition.states[case.state].title, due=due
    )


def _by_head(error: Refusal, heads: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    facts = error.data.get("facts")
    if not isinstance(facts, Mapping):
        return {WHOLE_ROW: error.sentence}
    return {
        heads.get(f"fact.{name}", titles.get(f"fact.{name}", WHOLE_ROW)): str(sentence)
        for name, sentence in facts.items()
    }


def take_over(
    duban: Duban, actor: Actor, workflow: str, ledger: Ledger, looked: Looked, request: str
) -> tuple[Answer, ...]:
    """Open a case for every row that was looked at, with its pictures; raises RowsRefused when one
    is wrong, QuotaExceeded.
    """
    if not looked.ready:
        sentence = "；".join(looked.problems) or f"有 {looked.wrong} 行有误，一行也没有补录"
        raise RowsRefused(sentence, {"wrong": looked.wrong})
    return duban.commands.take_over(
        workflow=workflow,
        file=ledger.file,
        rows=with_pictures(
            duban, actor.person or 0, looked.cases, ledger.pictures, looked.pictures
        ),
        actor=actor,
        request=request,
        now=duban.clock(),
    )
