"""Facts as given by people: checked against their declaration, made into plain JSON values,
refused in one answer.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from workflow.engine.attachments import references
from workflow.engine.definition import Column, Definition, Fact
from workflow.engine.errors import InvalidInput

LONGEST_TEXT = 4000
MOST_ROWS = 200
MOST_PEOPLE = 9
YEARS = range(2000, 2101)
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2}|\d{8})$")
_YES = {True, "true", "on", "1", "是"}
_NO = {False, "false", "off", "0", "否"}


def clean(
    definition: Definition,
    inputs: Mapping[str, Any],
    *,
    needs: Collection[str],
    may: Collection[str],
    beside: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The facts of `inputs` as values to store.

    An empty value counts as not given; see `emptying.py` for what is to be emptied. Raises
    InvalidInput naming every fact that is missing, malformed or not asked for, each with a Chinese
    sentence, and those that are wrong `beside`.
    """
    problems = dict(beside or {})
    values: dict[str, Any] = {}
    for name, raw in inputs.items():
        if name not in needs and name not in may:
            problems[name] = f"这一步不填写“{title_of(definition, name)}”"
        elif not _is_empty(raw):
            try:
                values[name] = value_of(definition.facts[name], raw)
            except ValueError as error:
                problems[name] = f"{definition.facts[name].title}：{error}"
    for name in needs:
        if name not in values and name not in problems:
            problems[name] = f"请填写“{title_of(definition, name)}”"
    if problems:
        raise InvalidInput.in_facts(problems)
    return values


def title_of(definition: Definition, name: str) -> str:
    """What a fact is called; its name, shortened, where there is no such fact."""
    return definition.facts[name].title if name in definition.facts else str(name)[:60]


def _is_empty(raw: object) -> bool:
    return raw is None or raw == "" or raw == [] or (isinstance(raw, str) and not raw.strip())


def value_of(fact: Fact, raw: Any) -> Any:
    """One fact as a value to store; raises ValueError with a Chinese sentence."""
    return _READERS[fact.type](fact, raw)


def _text(fact: Fact | Column, raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError("应为文字")
    text = raw.replace("\r\n", "\n").strip()
    if not _storable(text):
        raise ValueError("含有不能保存的控制字符")
    least = int(getattr(fact, "min", None) or 0)
    most = int(getattr(fact, "max", None) or LONGEST_TEXT)
    seen = _visible_length(text)
    if not max(least, 1) <= seen or len(text) > most:
        raise ValueError(f"应为 {max(least, 1)} 至 {most} 个字，现为 {seen} 个")
    return text


def _storable(text: str) -> bool:
    """No control characters and no lone surrogates."""
    return all(
        character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
        for character in text
    )


def _visible_length(text: str) -> int:
    """How many characters can be seen: invisible ones do not fill a field."""
    return sum(unicodedata.category(character) != "Cf" for character in text)


def _choice(fact: Fact, raw: Any) -> str:
    if raw not in fact.options:
        raise ValueError(f"应为 {'、'.join(fact.options)} 之一")
    return str(raw)


def _date(_: Fact | Column, raw: Any) -> str:
    try:
        if not _DATE.match(str(raw)):
            raise ValueError
        day = date.fromisoformat(str(raw))
    except ValueError:
        raise ValueError(f"没有“{str(raw)[:20]}”这个日期，应写成 2026-09-30 这样") from None
    if day.year not in YEARS:
        raise ValueError(f"年份应在 {YEARS[0]} 至 {YEARS[-1]} 之间")
    return day.isoformat()


def _integer(fact: Fact | Column, raw: Any) -> int:
    number = _number(fact, raw)
    if number != int(number):
        raise ValueError("应为整数")
    return int(number)


def _number(fact: Fact | Column, raw: Any) -> float:
    try:
        number = float(raw) if not isinstance(raw, bool) else float("nan")
    except (TypeError, ValueError, OverflowError):
        raise ValueError("应为数字") from None
    if number != number or abs(number) > 1e15:
        raise ValueError("应为数字")
    least, most = getattr(fact, "min", None), getattr(fact, "max", None)
    if (least is not None and number < least) or (most is not None and number > most):
        raise ValueError(_bounds(least, most))
    return number


def _bounds(least: float | None, most: float | None) -> str:
    if least is None:
        return f"不能大于 {most:g}"
    return f"不能小于 {least:g}" if most is None else f"应在 {least:g} 至 {most:g} 之间"


def _yes_no(_: Fact, raw: Any) -> bool:
    if isinstance(raw, bool | str) and raw in _YES | _NO:
        return raw in _YES
    raise ValueError("应为是或否")


def _table(fact: Fact, raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        raise ValueError("应为若干行")
    if len(raw) > MOST_ROWS:
        raise ValueError(f"至多 {MOST_ROWS} 行")
    return [_row(fact, at, row) for at, row in enumerate(raw, start=1)]


def _row(fact: Fact, at: int, row: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(row) - set(fact.columns):
        raise ValueError(f"第 {at} 行没有“{sorted(unknown)[0]}”这一栏")
    values = {}
    for name, column in fact.columns.items():
        if _is_empty(row.get(name)):
            if not column.optional:
                raise ValueError(f"第 {at} 行请填写“{column.title}”")
            continue
        try:
            values[name] = _READERS[column.type](column, row[name])
        except ValueError as error:
            raise ValueError(f"第 {at} 行“{column.title}”{error}") from None
    return values


def _unit(_: Column, raw: Any) -> dict[str, Any]:
    """A unit with its name, as `store/offices/called.py` makes it of what was typed."""
    if not (isinstance(raw, Mapping) and type(raw.get("unit")) is int and "name" in raw):
        raise ValueError("应为单位名称或编码")
    return {"unit": raw["unit"], "name": str(raw["name"])}


def _people(fact: Fact, raw: Any) -> list[int]:
    """The ids of people, bare or in rows, each once; who may be named is for `named.py` to say.

    Names are not taken: a step is given ids (`offices/named.py`), and ids are what history keeps.
    """
    given = raw if isinstance(raw, list) else [raw]
    ids = [one.get("person") if isinstance(one, Mapping) else one for one in given]
    people = [one for one in ids if type(one) is int]
    if len(people) < len(ids):
        raise ValueError("应为可以指定的人员")
    people = list(dict.fromkeys(people))
    most = fact.at_most or MOST_PEOPLE
    if not 1 <= len(people) <= most:
        raise ValueError(f"应为 1 至 {most} 人，现为 {len(people)} 人")
    return people


def _sample(_: Fact, __: Any) -> Any:
    raise ValueError("由系统抽取，不能填写")


_READERS: Mapping[str, Callable[..., Any]] = {
    "text": _text,
    "choice": _choice,
    "date": _date,
    "integer": _integer,
    "number": _number,
    "yes_no": _yes_no,
    "unit": _unit,
    "table": _table,
    "photos": references,
    "documents": references,
    "people": _people,
    "sample": _sample,
}
