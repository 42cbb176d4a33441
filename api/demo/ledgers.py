"""What stands in the books at the end: each ledger as a table, their reconciliation, and lists."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.demo import records
from api.demo.story import LedgerBook, Listing
from api.demo.telling import Teller
from api.presenting.values import value_of
from api.presenting.wording import NOTHING, shortened
from workflow.engine.calendar import ZONE
from workflow.engine.case import Case
from workflow.engine.definition import Definition

LONGEST_CELL = 18
"""Characters of a cell; the whole text stands in the system."""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table ready to be printed."""

    title: str
    heads: Row
    rows: Sequence[Row]


class Books:
    """Reads the sign-offs in force and makes the tables."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._signed: dict[int, dict[str, datetime]] = {}
        with teller.stage.duban.database.reading() as connection:
            for row in records.sign_offs(connection):
                case = teller.cases[row["case_id"]]
                if row["cycle"] == case.cycle.number:
                    self._signed.setdefault(case.id, {})[row["side"]] = row["at"]

    def ledgers(self, book: LedgerBook) -> Iterator[Grid]:
        """Each ledger of a workflow, with the sign-offs that stamp it."""
        cases = self._cases(book.workflow)
        definition = self._definition(cases)
        for name, columns in book.columns.items():
            ledger = definition.ledgers[name]
            stamps = [
                side for side, sign_off in definition.sign_offs.items() if sign_off.stamps == name
            ]
            titles = [definition.sign_offs[side].title for side in stamps]
            heads = ("编号", "单位", *self._titles(definition, columns), "环节", *titles)
            keeper = definition.parties[ledger.kept_by].title
            rows = [
                (*self._row(case, columns), *(self._stamp(case, side) for side in stamps))
                for case in cases
            ]
            yield Grid(f"{ledger.title}（{keeper}记，{len(rows)} 件）", heads, rows)

    def reconciliation(self, book: LedgerBook) -> tuple[str, Grid]:
        """The rows that some sign-offs stamp and others do not, and a sentence on all rows."""
        cases = self._cases(book.workflow)
        definition = self._definition(cases)
        sides = definition.sign_offs
        counts = {case.id: len(self._signed.get(case.id, {})) for case in cases}
        whole = sum(count == len(sides) for count in counts.values())
        half = [case for case in cases if 0 < counts[case.id] < len(sides)]
        none = len(cases) - whole - len(half)
        said = f"两账都已销号 {whole} 件，都未销号 {none} 件，只销了一账 {len(half)} 件"
        titles = tuple(sign_off.title for sign_off in sides.values())
        rows = [
            (*self._row(case, ()), *(self._stamp(case, side) for side in sides)) for case in half
        ]
        return said, Grid("对账：只销了一账的", ("编号", "单位", "环节", *titles), rows)

    def listing(self, listing: Listing) -> Grid:
        """Every case of a workflow, with the columns asked for and its marks."""
        cases = self._cases(listing.workflow)
        definition = self._definition(cases)
        heads = ("编号", "单位", *self._titles(definition, listing.columns), "环节", "标记")
        rows = [(*self._row(case, listing.columns), self._marks(case)) for case in cases]
        return Grid(f"{listing.title}（{len(rows)} 件）", heads, rows)

    def _cases(self, workflow: str) -> list[Case]:
        return [case for case in self._teller.cases.values() if case.workflow == workflow]

    def _definition(self, cases: Sequence[Case]) -> Definition:
        return self._teller.definition(cases[0])

    def _titles(self, definition: Definition, columns: Iterable[str]) -> list[str]:
        return [definition.facts[name].title for name in columns]

    def _row(self, case: Case, columns: Sequence[str]) -> Row:
        definition = self._teller.definition(case)
        cells = (value_of(definition.facts[name], case.facts.get(name)).text for name in columns)
        return (
            case.number.removeprefix(definition.title),
            self._teller.names.unit(case.unit),
            *(shortened(text, LONGEST_CELL) for text in cells),
            definition.states[case.state].title,
        )

    def _stamp(self, case: Case, side: str) -> str:
        at = self._signed.get(case.id, {}).get(side)
        return at.astimezone(ZONE).date().isoformat() if at else NOTHING

    def _marks(self, case: Case) -> str:
        marks: Mapping[str, object] = self._teller.definition(case).marks
        titles = [getattr(marks[name], "title", name) for name in case.marks]
        return "、".join(titles) or NOTHING
