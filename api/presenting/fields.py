"""Form fields made from the facts an event or an opening asks for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflow.engine.attachments import most_of
from workflow.engine.definition import FILE_TYPES, Column, Definition, Fact
from workflow.engine.facts import LONGEST_TEXT, MOST_PEOPLE, MOST_ROWS

BLANK_ROWS = 5
"""Empty rows below those already filled: without a script a table cannot grow by itself."""

DRAFTED, AS_BEFORE = "系统按统计填写，可改", "与上一件相同，可改"
LARGEST_FILE_WORDS = "每个不超过 20 兆，一次合计不超过 60 兆"
ACCEPTED = {
    "photos": "image/jpeg,image/png,image/webp",
    "documents": ".pdf,.ofd,.docx,.xlsx,image/jpeg,image/png",
}
_FILES_IN_WORDS = {"photos": "照片或截图", "documents": "版式文件、文字文档、电子表格或扫描图片"}

_NUMBERS = {"integer": "1", "number": "any"}
_YES_NO = {"true": "是", "false": "否"}
_YES_NO_NOTHING = {**_YES_NO, "": "不填"}
"""Radio buttons cannot be unchosen: what may be left out has one of its own for that."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table field."""

    name: str
    title: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that has been brought already: it stays unless it is unticked."""

    id: int
    name: str
    size: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is text, lines, choice, date, number, yes_no, table, photos, documents,
    unit or person.

    `name` is the input's name and `id` is unique in the page. `options` are those of a choice, the
    people of a person picker, or the units a text may have meant; `suggestions` help while a unit
    is typed. `problem` is the sentence beside the field after a refusal. What `stood` in it is of
    the case: a field that comes back without it has been emptied.
    """

    name: str
    id: str
    title: str
    kind: str
    text: str = ""
    required: bool = False
    hint: str = ""
    options: tuple[Option, ...] = ()
    suggestions: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    kept: tuple[Kept, ...] = ()
    accept: str = ""
    problem: str = ""
    least: str = ""
    most: str = ""
    step: str = ""
    stood: bool = False


def fields_of(
    definition: Definition,
    form: str,
    *,
    needs: Collection[str],
    may: Iterable[str],
    given: Mapping[str, Any],
    problems: Mapping[str, str],
    drafted: Collection[str] = (),
    stood: Collection[str] = (),
    kept: Collection[str] = (),
) -> tuple[Field, ...]:
    """The fields for facts, needed ones first; `given` is what stands in them, written by the
    system in those that are `drafted`. Those that `stood` were shown with what the case has; of
    them those `kept` may be changed, not emptied.
    """
    names = dict.fromkeys((*needs, *may))
    fields = {
        name: _field(
            definition.facts[name],
            name,
            form,
            given.get(name),
            name in needs or (name in stood and name in kept),
            problems.get(name, ""),
            name in stood,
        )
        for name in names
    }
    return tuple(
        _with_hint(one, AS_BEFORE if definition.facts[name].as_before else DRAFTED)
        if name in drafted
        else one
        for name, one in fields.items()
    )


def _with_hint(field: Field, first: str) -> Field:
    return replace(field, hint="；".join(filter(None, (first, field.hint))))


def _field(
    fact: Fact, name: str, form: str, value: Any, required: bool, problem: str, stood: bool
) -> Field:
    field = Field(
        name=f"fact.{name}",
        id=f"{form}-{name}",
        title=fact.title,
        kind=_kind(fact),
        required=required,
        hint=fact.hint or _bounds_in_words(fact),
        problem=problem.removeprefix(f"{fact.title}："),  # it stands beside the title
        least=_bound(fact.min),
        most=_bound(fact.max),
        step=_NUMBERS.get(fact.type, ""),
        stood=stood,
    )
    if fact.type == "table":
        return replace(field, rows=_rows(fact, name, value))
    if fact.type in FILE_TYPES:
        hint = f"至多 {most_of(fact)} 个，{_FILES_IN_WORDS[fact.type]}；{LARGEST_FILE_WORDS}"
        hint = f"{fact.hint}；{hint}" if fact.hint else hint
        return replace(field, hint=hint, kept=_kept(value), accept=ACCEPTED[fact.type])
    text = called(value) if fact.type == "people" else typed(value)
    if fact.type == "yes_no":
        return replace(field, options=options_of(_YES_NO if required else _YES_NO_NOTHING, text))
    if fact.type == "choice":
        return replace(field, options=options_of({one: one for one in fact.options}, text))
    return replace(field, text=text, most=field.most or _longest(fact))


def _kept(value: Any) -> tuple[Kept, ...]:
    given = value if isinstance(value, list) else []
    return tuple(Kept(one["id"], one["name"], size_in_words(one["size"])) for one in given)


def size_in_words(size: int) -> str:
    """Bytes as people say them."""
    return f"{size / 1024 / 1024:.1f} 兆" if size >= 1024 * 1024 else f"{-(-size // 1024)} 千字节"


def _kind(fact: Fact) -> str:
    if fact.type == "text":
        return "lines" if fact.lines else "text"
    if fact.type == "people":
        return "text"
    return "number" if fact.type in _NUMBERS else fact.type


def _longest(fact: Fact) -> str:
    return str(LONGEST_TEXT) if fact.type == "text" else ""


def _bounds_in_words(fact: Fact) -> str:
    """What a person should know beforehand of the least and the greatest."""
    if fact.type == "people":
        return f"填写姓名或登录名，用顿号隔开，至多 {fact.at_most or MOST_PEOPLE} 人"
    unit = " 个字" if fact.type == "text" else ""
    if fact.min is not None and fact.max is not None:
        return f"{fact.min:g} 至 {fact.max:g}{unit}"
    if fact.min and fact.type == "text":
        return f"不少于 {fact.min:g} 个字"
    return ""


def _bound(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def options_of(labels: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    """Labels by value as something to choose from."""
    return tuple(Option(value, label, value == chosen) for value, label in labels.items())


def typed(value: Any) -> str:
    """A value as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)


def called(value: Any) -> str:
    """People as they would be typed: by login name, which nobody shares."""
    rows = value if isinstance(value, list) else [value or ""]
    return "、".join(str(row["username"] if isinstance(row, Mapping) else row) for row in rows)


def _rows(fact: Fact, name: str, value: Any) -> tuple[tuple[Cell, ...], ...]:
    given = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    given = given[:MOST_ROWS]
    blank: list[Mapping[str, Any]] = [{} for _ in range(min(BLANK_ROWS, MOST_ROWS - len(given)))]
    return tuple(
        tuple(_cell(f"fact.{name}.{at}", key, column, row) for key, column in fact.columns.items())
        for at, row in enumerate([*given, *blank])
    )


def _cell(start: str, key: str, column: Column, row: Mapping[str, Any]) -> Cell:
    kind = "number" if column.type in _NUMBERS else column.type
    value = row.get(key)
    text = str(value["name"]) if isinstance(value, Mapping) else typed(value)
    return Cell(f"{start}.{key}", column.title, kind, text)
