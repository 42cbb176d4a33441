"""Units that people write into tables: a name or a code becomes the unit it means.

A cell keeps which unit it is and what it was called then; the name is for whoever reads the case.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, or_, select

from workflow.engine.case import Unit
from workflow.engine.circles import unit_columns
from workflow.engine.definition import Column, Definition
from workflow.engine.errors import InvalidInput
from workflow.store.tables.handles import UNIT

Row = Mapping[str, Any]


def resolved(
    connection: Connection, definition: Definition, facts: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The facts with units where their names, codes or ids were written into tables.

    Raises InvalidInput, a sentence a fact.
    """
    tables = [name for name in facts if name in definition.facts]
    tables = [name for name in tables if unit_columns(definition.facts[name])]
    written = {cell for name in tables for cell in _cells(definition, name, facts[name])}
    if not written:
        return facts
    known = _known(connection, written)
    found, problems = dict(facts), {}
    for name in tables:
        try:
            found[name] = _rows(definition, name, facts[name], known)
        except ValueError as error:
            problems[name] = f"{definition.facts[name].title}：{error}"
    if problems:
        raise InvalidInput.in_facts(problems)
    return found


def _cells(definition: Definition, name: str, raw: Any) -> Iterator[str | int]:
    """What stands in the columns of units; what is no table is refused by the engine."""
    rows = raw if isinstance(raw, list) else []
    for row in (row for row in rows if isinstance(row, Mapping)):
        for key in unit_columns(definition.facts[name]):
            written = _written(row.get(key))
            if written is not None:
                yield written


def _written(cell: Any) -> str | int | None:
    """A name or code as typed, or an id; also of a cell as it is shown."""
    if isinstance(cell, Mapping):
        cell = cell.get("unit")
    if isinstance(cell, str):
        return cell.strip() or None
    return cell if type(cell) is int else None


def _known(connection: Connection, written: set[str | int]) -> dict[str | int, list[Row]]:
    """The living units that are meant by each of these."""
    texts = [one for one in written if isinstance(one, str) and one.isprintable()]
    ids = [one for one in written if isinstance(one, int) and abs(one) < 2**31]
    spelled = (UNIT.c.code, UNIT.c.name, UNIT.c.short_name)
    query = select(UNIT).where(
        UNIT.c.until.is_(None), or_(UNIT.c.id.in_(ids), *(one.in_(texts) for one in spelled))
    )
    found: dict[str | int, list[Row]] = {}
    for row in map(dict, connection.execute(query.order_by(UNIT.c.id)).mappings()):
        for called in {row["id"], row["code"], row["name"], row["short_name"]}:
            found.setdefault(called, []).append(row)
    return found


def _rows(
    definition: Definition, name: str, rows: Any, known: Mapping[str | int, list[Row]]
) -> list[Any]:
    columns = definition.facts[name].columns
    keys = unit_columns(definition.facts[name])
    found = []
    for at, row in enumerate(rows, start=1):
        if isinstance(row, Mapping):
            written = {key: _written(row.get(key)) for key in keys}
            meant = {key: one for key, one in written.items() if one is not None}
            row = {
                **row,
                **{key: _unit(at, columns[key], one, known) for key, one in meant.items()},
            }
        found.append(row)
    return found


def _unit(
    at: int, column: Column, written: str | int, known: Mapping[str | int, list[Row]]
) -> dict[str, Any]:
    meant = known.get(written, [])
    fitting = [row for row in meant if not column.among or _selector(row) in column.among]
    if len(fitting) == 1:
        return {"unit": fitting[0]["id"], "name": fitting[0]["short_name"]}
    said = f"第 {at} 行“{column.title}”"
    if len(fitting) > 1:
        codes = "、".join(str(row["code"]) for row in fitting[:8])
        raise ValueError(f"{said}：叫“{written}”的单位不止一个，请填写编码：{codes}")
    why = "不是这类单位" if meant else "没有这个单位"
    raise ValueError(f"{said}：“{str(written)[:40]}”{why}")


def _selector(row: Row) -> str:
    return Unit(row["id"], row["level"], row["kind"]).selector
