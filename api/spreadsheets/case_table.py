"""A table of cases to open: columns by Chinese titles, its header, its rows as facts and units."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.spreadsheets.reading import Cell, NumberedRow
from workflow.engine.case import Unit
from workflow.engine.definition import FILE_TYPES, Definition, Party
from workflow.engine.errors import InvalidInput
from workflow.engine.periods import period_called

WHOLE_ROW = "本行"
"""Under what a report keeps what is wrong with a row but with no column of it."""

_EXCEL_BEGINS = date(1899, 12, 30)
_EXCEL_DAYS = (20_000, 80_000)
"""Numbers in a date column that stand for days from 1954 to 2119."""
_BETWEEN_NAMES = re.compile(r"[\s、]+")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


class UnreadableFile(InvalidInput):
    """The file, or its header, cannot be read as a table of cases."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: a fact of the opening, the unit of a named party, or the period."""

    title: str
    name: str
    required: bool
    party: bool = False
    period: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row as an opening: its facts and units, or what is wrong with its cells; `about` is what it
    says of its units and what names it, as they were written.
    """

    number: int
    facts: Mapping[str, Any]
    parties: Mapping[str, int]
    errors: Mapping[str, str]
    about: str = ""
    period: int | None = None


def columns_of(definition: Definition) -> tuple[Column, ...]:
    """The columns of a workflow's table, parties first; raises InvalidInput if it has none."""
    opening = definition.opening
    if not opening.by:
        raise InvalidInput(f"“{definition.title}”不由人发起，不能从表格导入")
    for name in opening.needs:
        if definition.facts[name].type in ("table", *FILE_TYPES):
            title = definition.facts[name].title
            raise InvalidInput(f"“{definition.title}”发起时要填写“{title}”，不能成批导入")
    facts = [
        Column(definition.facts[name].title, name, name in opening.needs)
        for name in dict.fromkeys((*opening.needs, *opening.may))
        if definition.facts[name].type not in ("table", *FILE_TYPES)
    ]
    taken = {column.title for column in facts}
    parties = [
        Column(_party_title(party, taken), name, not (party.table or party.optional), party=True)
        for name, party in definition.parties.items()
        if party.named or party.choice
    ]
    asked = opening.period
    periods = [Column("期别", "period", asked.needed, period=True)] if asked else []
    return (*parties, *periods, *facts)


def _party_title(party: Party, taken: set[str]) -> str:
    return f"{party.title}（单位）" if party.title in taken else party.title


# The header


def columns_in(sheet: Sequence[NumberedRow], columns: Sequence[Column]) -> list[Column]:
    """The columns in the order of the file; raises UnreadableFile naming all that do not fit."""
    if not sheet:
        raise UnreadableFile("这个文件是空的，请换一个文件")
    titles = [_title(cell) for cell in sheet[0][1]]
    known = {column.title: column for column in columns}
    missing = [c.title for c in columns if c.required and c.title not in titles]
    unknown = [title for title in dict.fromkeys(titles) if title not in known]
    twice = [title for title in known if titles.count(title) > 1]
    if not (missing or unknown or twice):
        if len(sheet) == 1:
            raise UnreadableFile("表头下面一行也没有，请填写以后再上传")
        return [known[title] for title in titles]
    data = {"missing": missing, "unknown": unknown, "twice": twice, "columns": list(known)}
    raise UnreadableFile(_header_sentence(missing, unknown, twice, known), data)


def _title(cell: Cell) -> str:
    return str(cell if cell is not None else "").strip().rstrip("*＊").strip()


def _header_sentence(
    missing: list[str], unknown: list[str], twice: list[str], known: Mapping[str, Column]
) -> str:
    said = []
    if missing:
        said.append(f"缺少{_quoted(missing)}")
    if unknown:
        said.append(f"多了{'、'.join(_with_nearest(title, known) for title in unknown[:10])}")
    if twice:
        said.append(f"{_quoted(twice)}出现了两次")
    return f"表头不对：{'；'.join(said)}。可以先下载模板"


def _quoted(titles: Iterable[str]) -> str:
    return "、".join(f"“{title}”" for title in titles)


def _with_nearest(title: str, known: Mapping[str, Column]) -> str:
    if not title:
        return "没有标题的一列"
    near = _nearest(title, known)
    return f"“{title[:30]}”（是不是{near}？）" if near else f"“{title[:30]}”"


def _nearest(text: str, known: Iterable[str]) -> str:
    """The names most like a text, quoted; empty when none is."""
    return _quoted(difflib.get_close_matches(text[:60], known, n=3))


# The rows


class UnitNames:
    """Units by code, name and short name."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._found: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            for text in {_one_name(row[key]) for key in ("code", "name", "short_name")}:
                self._found.setdefault(text, []).append(row)

    def find(self, text: str, among: Collection[str], *, only: bool = False) -> int:
        """The unit a cell means, of one of these kinds if there is one, and of no other kind if
        `only`; raises ValueError with a Chinese sentence.
        """
        found = self._found.get(_one_name(text), [])
        if not found:
            near = _nearest(text, self._found)
            raise ValueError(f"没有“{text[:40]}”这个单位" + (f"，是不是{near}？" if near else ""))
        fitting = [row for row in found if not among or _kind(row) in among]
        if only and not fitting:
            raise ValueError(f"“{text[:40]}”不是这类单位")
        if len(fitting or found) > 1:
            codes = "、".join(str(row["code"]) for row in (fitting or found)[:8])
            raise ValueError(f"叫“{text[:40]}”的单位不止一个，请填写编码：{codes}")
        return int((fitting or found)[0]["id"])


def _one_name(text: str) -> str:
    """A joint office is called by both its names, with a gap, a sign or a new line between them."""
    return _BETWEEN_NAMES.sub(" ", text).strip()


def _kind(row: Mapping[str, Any]) -> str:
    return Unit(row["id"], row["level"], row["kind"]).selector


def read_row(
    definition: Definition,
    order: Sequence[Column],
    units: UnitNames,
    numbered: NumberedRow,
) -> Row:
    """A row of the file as an opening."""
    number, cells = numbered
    facts: dict[str, Any] = {}
    parties: dict[str, int] = {}
    errors: dict[str, str] = {}
    period: int | None = None
    if len(cells) > len(order):
        errors[WHOLE_ROW] = "比表头多出几格"
    for column, cell in zip(order, cells, strict=False):
        if cell is None:
            continue
        if not (column.party or column.period):
            facts[column.name] = typed(definition.facts[column.name].type, cell)
            continue
        try:
            if column.period:
                period = _period(definition, cell)
            else:
                among = definition.parties[column.name].among
                parties[column.name] = units.find(_text(cell), among)
        except ValueError as error:
            errors[column.title] = str(error)
    for column in order:
        if column.party and column.required and column.name not in parties:
            errors.setdefault(column.title, f"请填写“{column.title}”")
    named = (
        _text(cell)
        for column, cell in zip(order, cells, strict=False)
        if cell is not None and (column.party or column.name == definition.headline)
    )
    return Row(number, facts, parties, errors, "，".join(named), period)


def _period(definition: Definition, cell: Cell) -> int:
    """The number of the period that a cell calls by its name; raises ValueError with a Chinese
    sentence.
    """
    asked = definition.opening.period
    return int(period_called(_text(cell), asked.every if asked else ()))


def typed(kind: str, cell: Cell) -> Any:
    """A cell as it would be given for a fact of this type; what cannot be read stays as it is."""
    if kind == "date":
        return _day(cell)
    if kind in ("number", "integer"):
        return cell.replace(",", "").replace("，", "").strip() if isinstance(cell, str) else cell
    if kind == "yes_no" and isinstance(cell, bool):
        return cell
    return _text(cell)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return str(cell).strip()


def _day(cell: Cell) -> str:
    """A day as ISO text; also 2026/5/29, 2026年5月29日, and a day Excel took for a number."""
    if isinstance(cell, float) and _EXCEL_DAYS[0] <= cell < _EXCEL_DAYS[1]:
        return (_EXCEL_BEGINS + timedelta(days=int(cell))).isoformat()
    text = _text(cell)
    if match := _DATE.fullmatch(text):
        year, month, day = match.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    return text
