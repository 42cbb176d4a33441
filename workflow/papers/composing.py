"""A template and what a case knows, to a composed document: all its words, nothing of its looks.

What people wrote fills gaps; it never acts as a template, for it is put in after compiling.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from jinja2 import Template as Compiled
from jinja2 import TemplateError

from workflow.engine.errors import InvalidInput
from workflow.papers.reading import ENVIRONMENT
from workflow.papers.template import GridItem, Item, TableItem, Template

LONGEST_TEXT = 60_000
"""Characters a text may grow to; how long a document may be is `lint`'s to tell."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the body: a `paragraph`, or rows of cells: a `table` with heads, or a `grid`."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Annexed:
    """What goes with a document, from a new page on."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """A document in words. `organ` are the lines of who signs, one a joint issuer."""

    kind: str
    layout: str
    name: str
    mark: str
    number: str
    signer: str
    title: str
    to: tuple[str, ...]
    blocks: tuple[Block, ...]
    attachments: tuple[str, ...]
    organ: tuple[str, ...]
    date: str
    copies: tuple[str, ...]
    public: bool
    annexes: tuple[Annexed, ...] = ()

    def numbered(self, number: str) -> "Composed":
        """The same document under its number."""
        return replace(self, number=number)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, to be kept."""
        return asdict(self)

    @property
    def text(self) -> str:
        """All its words, in their order."""
        return "\n".join(self.words())

    def words(self) -> Iterator[str]:
        """Its words, part by part."""
        yield self.title
        yield from self.to
        yield from _words(self.blocks)
        yield from (*self.attachments, *self.organ, *self.copies)
        for annex in self.annexes:
            yield from _words(annex.blocks)


def _words(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        yield from (block.text, *(cell for row in block.rows for cell in row))


def composed_of(plain: Mapping[str, Any]) -> Composed:
    """The document that `as_dict` made plain values of."""
    tuples = {key: tuple(plain[key]) for key in ("to", "attachments", "organ", "copies")}
    annexes = tuple(  # documents of earlier releases have none
        Annexed(one["title"], _blocks_of(one["blocks"])) for one in plain.get("annexes", ())
    )
    blocks = _blocks_of(plain["blocks"])
    return Composed(**{**plain, **tuples, "blocks": blocks, "annexes": annexes})


def _blocks_of(plain: Iterable[Mapping[str, Any]]) -> tuple[Block, ...]:
    return tuple(Block(one["kind"], one["text"], tuple(map(tuple, one["rows"]))) for one in plain)


def joined(names: tuple[str, ...]) -> str:
    """Units one after the other; a joint office is two names."""
    return "，".join("、".join(name.split()) for name in names)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a document goes out from and to, and when, in words."""

    issuer: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    date: str


Tables = Mapping[str, tuple[tuple[str, ...], ...]]
"""Table facts by name: rows of texts, the first the heads."""

_SETTLED = re.compile("[，。；、]+(?=[，。；])")
"""What somebody closed with a sign and the template goes on from: the template's sign stands."""

_GAP = re.compile("(?<=[\u4e00-\u9fff]) (?=[0-9])|(?<=[0-9]) (?=[\u4e00-\u9fff])")
"""Pages put a gap beside a number (“逾期 3 件”); a document does not."""

Fill = Callable[[str], str]
"""Puts what the case knows in its places in a text."""


def compose(
    template: Template, values: Mapping[str, Any], tables: Tables, envelope: Envelope, number: str
) -> Composed:
    """The document that a template makes of these values; raises InvalidInput."""

    def fill(text: str) -> str:
        return _filled(text, values)

    enclosed = [_line(fill(one)) for one in template.attachments]
    annexes = tuple(_annexes(template, fill, tables))
    return Composed(
        kind=template.kind,
        layout=template.layout,
        name=template.name,
        mark=_mark(template, fill),
        number=number,
        signer=_line(fill(template.signer or "")),
        title=_GAP.sub("", _line(fill(template.title))),
        to=envelope.to or tuple(filter(None, (_line(fill(template.addressed or "")),))),
        blocks=tuple(_blocks(template.body, fill, tables)),
        attachments=tuple(filter(None, (*enclosed, *(one.title for one in annexes)))),
        organ=tuple(envelope.issuer.split()) if template.signed else (),
        date=envelope.date,
        copies=envelope.copies,
        public=template.public,
        annexes=annexes,
    )


def _mark(template: Template, fill: Fill) -> str:
    """GB/T 9704-2012, 10.1: the head of a joint letter is that of the issuer who leads."""
    mark = _line(fill(template.mark))
    return mark.partition(" ")[0] if template.layout == "letter" else mark


def _annexes(template: Template, fill: Fill, tables: Tables) -> Iterator[Annexed]:
    """Those in which something stands."""
    for annex in template.annexes:
        if blocks := tuple(_blocks(annex.body, fill, tables)):
            yield Annexed(_line(fill(annex.title)), blocks)


def _blocks(items: Iterable[Item], fill: Fill, tables: Tables) -> Iterator[Block]:
    for item in items:
        if isinstance(item, TableItem):
            if len(rows := tables.get(item.table, ())) > 1:
                yield Block("table", rows=rows)
        elif isinstance(item, GridItem):
            rows = tuple(tuple(fill(cell).strip() for cell in row) for row in item.grid)
            yield Block("grid", rows=rows)
        else:
            for line in fill(item).splitlines():
                if line.strip():
                    yield Block("paragraph", _SETTLED.sub("", _GAP.sub("", _line(line))))


def _filled(text: str, values: Mapping[str, Any]) -> str:
    try:
        filled = _compiled(text).render(values)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise InvalidInput(f"公文模板有误：{str(error)[:80]}，请联系系统管理员") from None
    if len(filled) > LONGEST_TEXT:
        raise InvalidInput("公文太长，请减少内容")
    return filled


@lru_cache(maxsize=1000)
def _compiled(text: str) -> Compiled:
    return ENVIRONMENT.from_string(text)


def _line(text: str) -> str:
    return " ".join(text.split())
