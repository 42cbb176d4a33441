"""Pictures that lie on a workbook's first sheet, each with the cell it lies in; runs in the child.

A picture belongs to the cell in which it begins; one that begins in its lower half and lies more in
the next was pasted a little too high. WPS has another way, a picture inside a cell: a formula names
it there (DISPIMG). Pictures whose cell is not to be found are counted: Excel 365 keeps them inside
cells in a way of its own (richData), and an anchor may stand on the paper and not on a cell.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from api.inspecting.archives import scan
from api.inspecting.images import pixels_of
from api.inspecting.refusing import BadFile, unreadable

MOST_PICTURES = 2000
"""Pictures of one file, each as often as it is shown."""

_A_POINT, _USUAL_HEIGHT = 12700, 15 * 12700
_A_CHARACTER, _USUAL_WIDTH = 7 * 9525, 9 * 7 * 9525
"""EMU, in which anchors are measured: of a height and of a width in the units of a sheet."""
_MOST_CELLS = 2_000_000
_NAMED = re.compile(r'DISPIMG\("(\w{1,60})"')
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Placed = tuple[int, int, str]
"""Row and column, counted from 1, and the part in which the picture lies."""


Found = tuple[list[tuple[int, int, int]], list[int], int]
"""Row, column and place among the contents of each picture; the pixels of each content; how many
pictures lie in no cell that is known.
"""


def pictures_of(content: bytes) -> tuple[Found, list[bytes]]:
    """Where pictures lie, and their bytes, which are told once; raises BadFile."""
    names = scan(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        try:
            book = _Book(archive, names)
            found = list(book.placed())
            lost = book.lost + len(book.unnamed())
        except (ElementTree.ParseError, KeyError, ValueError, StopIteration):
            raise unreadable("图片的位置认不出来，请用 Excel 或 WPS 另存一次后再试") from None
        parts = list(dict.fromkeys(part for *_, part in found))
        at = {part: place for place, part in enumerate(parts)}
        contents = list(map(archive.read, parts))
    placed = [(row, column, at[part]) for row, column, part in found]
    return (placed, list(map(pixels_of, contents)), lost), contents


@dataclass
class _Book:
    archive: zipfile.ZipFile
    names: set[str]
    heights: dict[int, float] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    cells: list[tuple[int, int, str]] = field(default_factory=list)
    lost: int = 0
    """Pictures of the sheet that lie in no cell, or that a cell names and nobody has."""

    def placed(self) -> Iterator[Placed]:
        sheet = self._first_sheet()
        self._measure(sheet)
        found = 0
        for one in (*self._anchored(sheet), *self._inside()):
            found += 1
            if found > MOST_PICTURES:
                sentence = f"表里的图片超过 {MOST_PICTURES:,} 张，请分成几个文件"
                raise BadFile("too_many_pictures", sentence)
            yield one

    def _first_sheet(self) -> str:
        book = self._tree("xl/workbook.xml")
        first = next(one for one in book.iter() if _tag(one) == "sheet")
        return self._related("xl/workbook.xml")[_attribute(first, "id")]

    def _measure(self, sheet: str) -> None:
        """Heights and widths, and the cells that hold a picture by its name."""
        heard = 0
        for _, one in ElementTree.iterparse(io.BytesIO(self.archive.read(sheet))):
            tag = _tag(one)
            if tag == "row":
                if height := one.get("ht"):
                    self.heights[int(one.get("r", "0"))] = float(height) * _A_POINT
                one.clear()
            elif tag == "col":
                self._widen(one)
            elif tag == "c":
                heard += 1
                if heard > _MOST_CELLS:
                    return
                self._hear(one)

    def _widen(self, one: ElementTree.Element) -> None:
        first, last = int(one.get("min", "1")), int(one.get("max", "1"))
        for column in range(first, min(last, first + 500) + 1):
            self.widths[column] = float(one.get("width", "9")) * _A_CHARACTER

    def _hear(self, cell: ElementTree.Element) -> None:
        for part in cell:
            if _tag(part) == "f" and (named := _NAMED.search(part.text or "")):
                if place := _CELL.fullmatch(cell.get("r", "")):
                    row, column = int(place[2]), _number_of(place[1])
                    self.cells.append((row, column, named[1]))

    def _anchored(self, sheet: str) -> Iterator[Placed]:
        for drawing in self._related(sheet, "/drawing").values():
            parts = self._related(drawing)
            for anchor in self._tree(drawing):
                pictures = list(_pictures_in(anchor, parts))
                if place := self._cell_of(anchor):
                    yield from ((*place, part) for part in pictures)
                else:
                    self.lost += len(set(pictures))

    def _cell_of(self, anchor: ElementTree.Element) -> tuple[int, int] | None:
        """The cell to which an anchored picture belongs, if it is anchored to one."""
        parts = {_tag(one): one for one in anchor}
        if "from" not in parts:
            return None
        begin, end = _marker(parts["from"]), _marker(parts["to"]) if "to" in parts else {}
        size = {key: int(value) for key, value in parts["ext"].items()} if "ext" in parts else {}
        return (
            _place(begin["row"], end.get("row"), size.get("cy", 0), self.heights, _USUAL_HEIGHT),
            _place(begin["col"], end.get("col"), size.get("cx", 0), self.widths, _USUAL_WIDTH),
        )

    def _inside(self) -> Iterator[Placed]:
        """Pictures inside cells, as WPS has them."""
        book = "xl/cellimages.xml"
        if not self.cells or book not in self.names:
            self.lost += len(self.cells)
            return
        parts = self._related(book)
        known = {}
        for image in self._tree(book):
            name = next((one.get("name") for one in image.iter() if _tag(one) == "cNvPr"), None)
            known[name] = next(iter(_pictures_in(image, parts)), None)
        for row, column, name in self.cells:
            if part := known.get(name):
                yield row, column, part
            else:
                self.lost += 1

    def unnamed(self) -> set[str]:
        """Pictures of which nothing speaks but the values of cells, in Excel 365's way."""
        media = {name for name in self.names if name.startswith("xl/media/")}
        for rels in self.names:
            if rels.endswith(".rels") and not rels.startswith("xl/richData/"):
                folder, _, name = rels.removesuffix(".rels").rpartition("_rels/")
                media -= set(self._related(folder + name).values())
        return media

    def _tree(self, part: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.archive.read(part))

    def _related(self, part: str, kind: str = "") -> dict[str, str]:
        """What a part speaks of, by the ids it uses."""
        folder, name = posixpath.split(part)
        rels = f"{folder}/_rels/{name}.rels"
        if rels not in self.names:
            return {}
        targets = {
            one.get("Id", ""): posixpath.normpath(
                posixpath.join("/", folder, one.get("Target", ""))
            )
            for one in self._tree(rels)
            if one.get("Type", "").endswith(kind)
        }
        return {id_: path[1:] for id_, path in targets.items() if path[1:] in self.names}


def _pictures_in(anchor: ElementTree.Element, parts: Mapping[str, str]) -> Iterator[str]:
    for one in anchor.iter():
        if _tag(one) == "blip" and (part := parts.get(_attribute(one, "embed"))):
            yield part


def _marker(one: ElementTree.Element) -> dict[str, tuple[int, int]]:
    """A corner: row and column, counted from 1, and how far inside them."""
    said = {_tag(part): int(part.text or "0") for part in one}
    if min(said["row"], said["col"]) < 0:
        raise ValueError("no cell")
    return {key: (said[key] + 1, said.get(f"{key}Off", 0)) for key in ("row", "col")}


def _place(
    begin: tuple[int, int],
    end: tuple[int, int] | None,
    length: float,
    sizes: Mapping[int, float],
    usual: float,
) -> int:
    """The row or column to which a picture belongs."""
    at, offset = begin
    if end is not None:
        between = range(at, min(end[0], at + 3))
        length = sum(sizes.get(one, usual) for one in between) - offset + end[1]
    left = sizes.get(at, usual) - offset
    beyond = min(length - left, sizes.get(at + 1, usual))
    return at + 1 if left < offset and left < beyond else at


def _tag(one: ElementTree.Element) -> str:
    return one.tag.rpartition("}")[2]


def _attribute(one: ElementTree.Element, name: str) -> str:
    """An attribute by its name, in whichever namespace (strict files have another)."""
    return next((v for k, v in one.items() if k.rpartition("}")[2] == name and k != name), "")


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
