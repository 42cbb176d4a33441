"""Finding the unit somebody means: by name or code, with suggestions where several fit."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.pages.forms import printable, text_in
from api.presenting.fields import Option
from workflow.store.lists import queries, units

MOST_SUGGESTED = 400
"""Names offered while typing; an organisation with more is searched, not listed."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What was typed and the unit it means, or the sentence and the units it may have meant."""

    text: str
    unit: int | None = None
    problem: str = ""
    options: tuple[Option, ...] = ()


def pick_unit(connection: Connection, form: Mapping[str, Any], name: str) -> Picked:
    """The unit a picker named `name` was given; a choice among suggestions goes before the text."""
    typed = printable(text_in(form, name))
    chosen = printable(text_in(form, f"{name}.pick"))
    if not typed and not chosen:
        return Picked("")
    rows = units.find_units(connection, _bare(chosen or typed))
    rows = _narrowed(rows, chosen or typed)
    if len(rows) == 1:
        return Picked(typed or rows[0]["short_name"], rows[0]["id"])
    if not rows:
        return Picked(typed, problem=f"没有找到名为“{typed}”的单位，请核对名称或编码")
    return Picked(typed, problem="有几个单位符合，请选一个", options=tuple(map(_option, rows)))


def _bare(text: str) -> str:
    """The name in `坪东街道（兴义市）`."""
    return text.removesuffix("）").partition("（")[0]


def _narrowed(rows: list[queries.Row], text: str) -> list[queries.Row]:
    """The rows whose parent is the one in brackets, if there is one."""
    above = text.removesuffix("）").partition("（")[2]
    return [row for row in rows if not above or row["above"] == above]


def _option(row: queries.Row) -> Option:
    above = f"{row['above']}，" if row["above"] else ""
    return Option(row["code"], f"{row['short_name']}（{above}编码 {row['code']}）")


def suggestions(connection: Connection, selectors: Collection[str]) -> tuple[str, ...]:
    """Names to offer while typing: all units of these kinds, or none if they are too many."""
    kinds = [_kind(selector) for selector in selectors] or None
    names = units.names_of_kinds(connection, kinds, MOST_SUGGESTED)
    same = Counter(name for name, _ in names)
    return tuple(
        name if same[name] == 1 or not above else f"{name}（{above}）" for name, above in names
    )


def _kind(selector: str) -> tuple[str, str]:
    level, _, department = selector.partition(" ")
    return level, "department" if department else "government"
