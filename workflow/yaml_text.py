"""YAML text to plain values, with the place of every key.

YAML 1.2 only (`on` and `no` are words), no aliases (a bomb of aliases is a few hundred bytes), no
tags, no key twice, limited in size and depth. The text is read as a stream of events, so that no
depth of nesting reaches Python's stack.
"""

import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidDefinition, Mistake
from workflow.engine.findings import found
from workflow.engine.parsing import parse
from workflow.engine.sentences import SENTENCES

MAX_CHARACTERS = 200_000
MAX_DEPTH = 20

Path = tuple[str | int, ...]
Places = dict[Path, tuple[int, int]]

_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SYNTAX_HINTS = {
    "mapping values are not allowed": "这里不能再有冒号；含冒号的文字请加引号",
    "could not find expected ':'": "缺少冒号",
    "found character '\\t'": "缩进用空格，不用制表符",
    "found unexpected end of stream": "引号没有配对",
    "expected <block end>": "缩进不对，或缺少冒号、“- ”",
    "expected ',' or": "缺少逗号或右括号",
}
"""What the most frequent words of the YAML library mean, by their beginning."""

_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content as plain values; `places` maps each path to (line, column) from 1."""

    source: str
    tree: Any
    places: Places


def read_definition(text: str, source: str) -> Definition:
    """The definition in `text`; raises InvalidDefinition with all that is wrong with it."""
    reader = _Reader(source)
    document = reader.read(text)
    if not reader.mistakes:
        return parse(document.tree, source, document.places)
    mistakes = reader.mistakes
    if not any(mistake.code == "alias" for mistake in mistakes):
        try:
            parse(document.tree, source, document.places)
        except InvalidDefinition as error:
            mistakes = mistakes + error.mistakes
    raise InvalidDefinition(source, mistakes)


def read_file(path: pathlib.Path) -> str:
    """The text of a file; raises InvalidDefinition where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        mistake = Mistake(0, 0, "", "not_utf8", SENTENCES["not_utf8"], "请另存为 UTF-8")
        raise InvalidDefinition(path.name, [mistake]) from None


def read_yaml(text: str, source: str) -> Document:
    """The document in `text`; raises InvalidDefinition when it is not YAML of the kind allowed."""
    reader = _Reader(source)
    document = reader.read(text)
    if reader.mistakes:
        raise InvalidDefinition(source, reader.mistakes)
    return document


@dataclass(slots=True)
class _Open:
    """A mapping or a list that has begun and not ended; `key` waits for its value."""

    path: Path
    content: dict[str, Any] | list[Any]
    key: str | None = None

    @property
    def wants_key(self) -> bool:
        return isinstance(self.content, dict) and self.key is None

    def next_path(self) -> Path:
        return (*self.path, len(self.content) if self.key is None else self.key)

    def add(self, value: Any) -> None:
        """Put a value in its place; of a key that stands twice the first counts."""
        if isinstance(self.content, list):
            self.content.append(value)
        elif self.key is not None:
            self.content.setdefault(self.key, value)
            self.key = None


class _Reader:
    """Builds values and places from events; keeps mistakes that do not hinder reading on."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self.places: Places = {}
        self._root: list[Any] = []
        self._open = [_Open((), self._root)]
        self._documents = 0

    def read(self, text: str) -> Document:
        """The document in `text`; raises InvalidDefinition where reading cannot go on."""
        text = text.removeprefix("\ufeff")
        self._check_characters(text)
        for event in self._events(text):
            self._take(event)
        if self._root in ([], [None]):
            raise self._refused((1, 1), "empty_file")
        return Document(self.source, self._root[0], self.places)

    def _check_characters(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise self._refused((0, 0), "too_long_file", most=MAX_CHARACTERS)
        if bad := _UNPRINTABLE.search(text):
            before = text[: bad.start()].split("\n")
            place = (len(before), len(before[-1]) + 1)
            raise self._refused(place, "bad_character", character=f"U+{ord(bad[0]):04X}")

    def _events(self, text: str) -> Iterator[Event]:
        try:
            yield from YAML(typ="safe", pure=True).parse(StringIO(text))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            raise self._refused(place, "yaml_syntax", _syntax_hint(error.problem or "")) from None

    def _take(self, event: Event) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._refused(_place(event), "several_documents")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            ended = self._open.pop()
            self._open[-1].add(ended.content)
        elif isinstance(event, NodeEvent):
            self._check_node(event)
            if self._open[-1].wants_key:
                self._take_key(event)
            else:
                self._take_value(event)

    def _check_node(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent):
            self._mistake(_place(event), "alias", name=event.anchor)
        elif (tag := getattr(event, "tag", None)) is not None:
            self._mistake(_place(event), "tag", name=tag)

    def _take_key(self, event: NodeEvent) -> None:
        opened = self._open[-1]
        if not isinstance(event, ScalarEvent):
            raise self._refused(_place(event), "key_not_word")
        opened.key = str(event.value)
        if opened.key in opened.content:
            self._mistake(_place(event), "key_twice", name=opened.key)
        self.places.setdefault(opened.next_path(), _place(event))

    def _take_value(self, event: NodeEvent) -> None:
        path = self._open[-1].next_path() if len(self._open) > 1 else ()
        self.places.setdefault(path, _place(event))
        if len(self._open) > MAX_DEPTH:
            raise self._refused(_place(event), "too_deep", most=MAX_DEPTH)
        if isinstance(event, MappingStartEvent):
            self._open.append(_Open(path, {}))
        elif isinstance(event, SequenceStartEvent):
            self._open.append(_Open(path, []))
        else:
            self._open[-1].add(_scalar(event) if isinstance(event, ScalarEvent) else None)

    def _mistake(self, place: tuple[int, int], code: str, hint: str = "", **words: object) -> None:
        finding = found(code, (), hint, **words)
        self.mistakes.append(Mistake(*place, "", code, finding.problem, hint))

    def _refused(
        self, place: tuple[int, int], code: str, hint: str = "", **words: object
    ) -> InvalidDefinition:
        self._mistake(place, code, hint, **words)
        return InvalidDefinition(self.source, self.mistakes)


def _place(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _syntax_hint(problem: str) -> str:
    for beginning, hint in _SYNTAX_HINTS.items():
        if problem.startswith(beginning):
            return hint
    return f"YAML: {problem}"


def _scalar(event: ScalarEvent) -> str | int | float | bool | None:
    """A scalar by YAML 1.2's core rules; only true/false are yes and no, quoted text stays text."""
    text = str(event.value)
    if event.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
