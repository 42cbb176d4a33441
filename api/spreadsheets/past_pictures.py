"""Pictures on the sheet of an office's own ledger (补录): to which row and fact each belongs;
looked into as every upload is, and kept with the cases of their rows.

A picture that cannot be kept keeps no row out: its row says so, before anything is taken over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from api.attaching import keep, look_into_pictures
from api.context import Duban
from api.inspecting.child import ask_child
from api.inspecting.refusing import BadFile
from api.spreadsheets.past_columns import Reading, heads_of
from api.spreadsheets.reading import NumberedRow
from workflow.backfilling import PastCase
from workflow.engine.attachments import most_of
from workflow.engine.definition import Definition
from workflow.uploads import NewFile

_PICTURES = b"xl/media/"
"""How a workbook calls its pictures: in the directory of the archive, which is never packed."""


@dataclass(frozen=True, slots=True)
class OnSheet:
    """The pictures of a sheet: row and column of each, counted from 1, and its place among the
    contents.
    """

    placed: Sequence[tuple[int, int, int]] = ()
    contents: Sequence[bytes] = ()


@dataclass
class Pictures:
    """What becomes of them: by row and fact those to keep, and by row what is said of others."""

    kept: dict[int, dict[str, list[NewFile]]] = field(default_factory=dict)
    said: dict[int, list[str]] = field(default_factory=dict)
    elsewhere: int = 0

    @property
    def many(self) -> int:
        """How many are kept."""
        return sum(len(files) for facts in self.kept.values() for files in facts.values())

    def of(self, row: int) -> int:
        """How many of a row are kept."""
        return sum(map(len, self.kept.get(row, {}).values()))


def pictures_on(content: bytes) -> OnSheet:
    """The pictures of a file's first sheet, found by a child process; raises BadFile."""
    if _PICTURES not in content:
        return OnSheet()
    placed, contents = ask_child("pictures", content)
    return OnSheet([(row, column, at) for row, column, at in placed], contents)


def sort_out(
    duban: Duban,
    person: int,
    definition: Definition,
    sheet: Sequence[NumberedRow],
    reading: Reading,
    rows: frozenset[int],
    on_sheet: OnSheet,
) -> Pictures:
    """Which picture goes where, looked into; `rows` are those that become cases."""
    found = Pictures()
    if not on_sheet.placed:
        return found
    heads = heads_of(sheet, reading.head)
    wanted = list(_wanted(definition, heads, reading, rows, on_sheet, found))
    contents = list(dict.fromkeys(at for *_, at in wanted))
    looked = look_into_pictures(duban, person, [on_sheet.contents[at] for at in contents])
    by_place = dict(zip(contents, looked, strict=True))
    for row, head, name, at in wanted:
        _keep_or_say(definition, found, row, head, name, by_place[at])
    return found


def _wanted(
    definition: Definition,
    heads: Sequence[str],
    reading: Reading,
    rows: frozenset[int],
    on_sheet: OnSheet,
    found: Pictures,
) -> Iterator[tuple[int, str, str, int]]:
    """Row, head, fact and content of each picture that has a place; the others are told."""
    for row, column, at in sorted(on_sheet.placed):
        head = heads[column - 1] if column <= len(heads) else f"第 {column} 列"
        root, _, name = reading.columns.get(head, "").partition(".")
        if row not in rows:
            found.elsewhere += 1
        elif root == "fact" and definition.facts[name].type == "photos":
            yield row, head, name, at
        else:
            _say(found, row, f"“{head}”一列的图片没有收下：这一列没有对应照片")


def _keep_or_say(
    definition: Definition, found: Pictures, row: int, head: str, name: str, looked: object
) -> None:
    fact = definition.facts[name]
    files = found.kept.setdefault(row, {}).setdefault(name, [])
    if isinstance(looked, BadFile):
        _say(found, row, f"“{head}”有一张图片没有收下：{looked.sentence}")
    elif len(files) >= most_of(fact):
        _say(found, row, f"“{head}”的图片超过 {most_of(fact)} 张，多出的没有收下")
    elif isinstance(looked, NewFile):
        files.append(replace(looked, name=f"补录 第{row}行 {head[:40]} {len(files) + 1}.jpg"))


def _say(found: Pictures, row: int, sentence: str) -> None:
    said = found.said.setdefault(row, [])
    if sentence not in said:
        said.append(sentence)


def with_pictures(
    duban: Duban, person: int, cases: Sequence[PastCase], pictures: Pictures
) -> list[PastCase]:
    """The cases with their pictures brought, as facts name them; raises QuotaExceeded."""
    return [
        replace(case, facts={**case.facts, **_brought(duban, person, pictures.kept[case.row])})
        if case.row in pictures.kept
        else case
        for case in cases
    ]


def _brought(duban: Duban, person: int, kept: Mapping[str, Sequence[NewFile]]) -> dict[str, Any]:
    return {
        name: [keep(duban, person, one).id for one in files]
        for name, files in kept.items()
        if files
    }
