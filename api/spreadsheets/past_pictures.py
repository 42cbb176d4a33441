"""Pictures on the sheet of an office's own ledger (补录): to which row and fact each belongs;
looked into as every upload is, and kept with the cases of their rows.

A look draws every picture and remembers how large it came out, never the bytes; they are drawn
again, kept and forgotten one by one when the ledger is taken over.

A picture that cannot be kept keeps no row out: its row says so, before anything is taken over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from api.attaching import (
    FileRefused,
    Sized,
    check_room,
    keep,
    look_into_pictures,
    room_left,
    safe_name,
)
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
    contents; and how many lie in no cell that is known.
    """

    placed: Sequence[tuple[int, int, int]] = ()
    contents: Sequence[Sized] = ()
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that is kept: under which name, which of the contents, and its bytes once drawn."""

    name: str
    at: int
    size: int


@dataclass
class Pictures:
    """What becomes of them: by row and fact those to keep, and by row what is said of others.

    `size` is that of all to keep together; `problem` says that it is more than may be brought.
    """

    kept: dict[int, dict[str, list[Photo]]] = field(default_factory=dict)
    said: dict[int, list[str]] = field(default_factory=dict)
    elsewhere: int = 0
    lost: int = 0
    size: int = 0
    problem: str = ""

    @property
    def unplaced(self) -> str:
        """What is said of those that lie in no cell that is known; empty where there are none."""
        if not self.lost:
            return ""
        which = f"有 {self.lost} 张图片的位置认不出来（例如 Excel“置于单元格中”的）"
        return f"{which}，请改成浮动图片后再试"

    @property
    def many(self) -> int:
        """How many are kept."""
        return sum(map(self.of, self.kept))

    def of(self, row: int) -> int:
        """How many of a row are kept."""
        return sum(map(len, self.kept.get(row, {}).values()))


def pictures_on(content: bytes, person: int | None) -> OnSheet:
    """The pictures of a file's first sheet, found by a child process; raises BadFile."""
    if _PICTURES not in content:
        return OnSheet()
    (placed, pixels, lost), contents = ask_child("pictures", content, person)
    sized = list(zip(contents, pixels, strict=True))
    return OnSheet([(row, column, at) for row, column, at in placed], sized, lost)


def sort_out(
    duban: Duban,
    person: int,
    definition: Definition,
    sheet: Sequence[NumberedRow],
    reading: Reading,
    rows: Mapping[int, bool],
    on_sheet: OnSheet,
) -> Pictures:
    """Which picture goes where, looked into; `rows` says of each whether it becomes a case."""
    found = Pictures(lost=on_sheet.lost)
    if not on_sheet.placed:
        return found
    heads = heads_of(sheet, reading.head)
    wanted = list(_wanted(definition, heads, reading, rows, on_sheet, found))
    looked = look_into_pictures(duban, person, _contents(on_sheet, (at for *_, at in wanted)))
    verdicts: dict[int, int | BadFile] = {}
    room = room_left(duban, person)
    for row, head, name, at in wanted:
        if at not in verdicts:
            verdicts[at] = _verdict(next(looked))
        _keep_or_say(definition, found, row, head, name, at, verdicts[at])
        if found.size > room:
            found.problem = (
                f"表里的照片合计超过你今天还能上传的 {room / 1024 / 1024:.0f} 兆，"
                "请分成几个文件，其余的明天再补录"
            )
            break
    return found


def _contents(on_sheet: OnSheet, places: Iterable[int]) -> Iterator[Sized]:
    """Each of these contents once, in the order in which they are first spoken of."""
    return (on_sheet.contents[at] for at in dict.fromkeys(places))


def _verdict(looked: NewFile | BadFile) -> int | BadFile:
    """Why a picture is not kept, or its bytes when it is."""
    return len(looked.content) if isinstance(looked, NewFile) else looked


def _wanted(
    definition: Definition,
    heads: Sequence[str],
    reading: Reading,
    rows: Mapping[int, bool],
    on_sheet: OnSheet,
    found: Pictures,
) -> Iterator[tuple[int, str, str, int]]:
    """Row, head, fact and content of each picture that has a place; the others are told, but for
    those of rows that are wrong: such a row is mended first.
    """
    for row, column, at in sorted(on_sheet.placed):
        head = heads[column - 1] if column <= len(heads) else f"第 {column} 列"
        root, _, name = reading.columns.get(head, "").partition(".")
        if row not in rows:
            found.elsewhere += 1
        elif not rows[row]:
            continue
        elif root == "fact" and definition.facts[name].type == "photos":
            yield row, head, name, at
        else:
            _say(found, row, f"“{head}”一列的图片没有收下：这一列没有对应照片")


def _keep_or_say(
    definition: Definition,
    found: Pictures,
    row: int,
    head: str,
    name: str,
    at: int,
    verdict: int | BadFile,
) -> None:
    most = most_of(definition.facts[name])
    photos = found.kept.setdefault(row, {}).setdefault(name, [])
    if isinstance(verdict, BadFile):
        _say(found, row, f"“{head}”有一张图片没有收下：{verdict.sentence}")
    elif len(photos) >= most:
        _say(found, row, f"“{head}”的图片超过 {most} 张，多出的没有收下")
    else:
        photos.append(Photo(name_of(row, head, len(photos) + 1), at, verdict))
        found.size += verdict


def name_of(row: int, head: str, number: int) -> str:
    """What a photo is called: where it came from, in characters that lead nowhere."""
    whole = head[:40].translate({ord("/"): "／", ord("\\"): "＼"})
    return safe_name(f"补录 第{row}行 {whole} {number}.jpg")


def _say(found: Pictures, row: int, sentence: str) -> None:
    said = found.said.setdefault(row, [])
    if sentence not in said:
        said.append(sentence)


def with_pictures(
    duban: Duban,
    person: int,
    cases: Sequence[PastCase],
    on_sheet: OnSheet,
    pictures: Pictures,
) -> list[PastCase]:
    """The cases with their pictures brought, as facts name them; raises QuotaExceeded before the
    first is kept, FileRefused, TooBusy.
    """
    check_room(duban, person, pictures.size)
    ids = _brought(duban, person, on_sheet, pictures)
    return [
        replace(case, facts={**case.facts, **_named(pictures.kept[case.row], ids)})
        if case.row in pictures.kept
        else case
        for case in cases
    ]


def _brought(
    duban: Duban, person: int, on_sheet: OnSheet, pictures: Pictures
) -> dict[tuple[int, str], int]:
    """Each content drawn once and kept under each of its names; the attachments by both."""
    names: dict[int, list[str]] = {}
    for facts in pictures.kept.values():
        for photos in facts.values():
            for photo in photos:
                names.setdefault(photo.at, []).append(photo.name)
    drawn = look_into_pictures(duban, person, _contents(on_sheet, names))
    ids = {}
    for at, new in zip(names, drawn, strict=True):
        for name in names[at]:
            if isinstance(new, BadFile):
                raise FileRefused(name, new)
            ids[at, name] = keep(duban, person, replace(new, name=name)).id
    return ids


def _named(
    kept: Mapping[str, Sequence[Photo]], ids: Mapping[tuple[int, str], int]
) -> dict[str, list[int]]:
    return {
        name: [ids[photo.at, photo.name] for photo in photos]
        for name, photos in kept.items()
        if photos
    }
