"""Units named in the tables of a case, and circles: parties of several units.

A cell of a column of type `unit` is `{unit, name}`: which unit, and what it was called when it was
written down. A party with `units` is whoever stands in such a column. It is told, addressed and
sees the case; what each of its units has to do is a child case of that unit.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from workflow.engine.case import Case, Lineage, Seat
from workflow.engine.definition import Column, Definition, Fact
from workflow.engine.errors import RelationNotAllowed

Lineages = Mapping[int, Lineage]


class Called(TypedDict):
    """A unit that stands in a table."""

    unit: int
    name: str


def unit_columns(fact: Fact) -> tuple[str, ...]:
    """The columns of a table in which units stand; none of another fact."""
    return tuple(name for name, column in fact.columns.items() if column.type == "unit")


def called_in(definition: Definition, facts: Mapping[str, Any]) -> Iterator[tuple[Column, Called]]:
    """Every unit that stands in a table of these facts, with its column."""
    for name in facts:
        fact = definition.facts[name]
        for key in unit_columns(fact):
            cells = (row.get(key) for row in facts[name] or ())
            yield from ((fact.columns[key], cell) for cell in cells if cell)


def units_in(definition: Definition, facts: Mapping[str, Any]) -> Iterator[int]:
    """The units that stand in tables of what was given, which may be malformed yet."""
    for name, value in facts.items():
        rows = value if isinstance(value, list) else []
        for key in unit_columns(definition.facts[name]):
            cells = (row.get(key) for row in rows if isinstance(row, Mapping))
            found = (cell.get("unit") for cell in cells if isinstance(cell, Mapping))
            yield from (unit for unit in found if type(unit) is int)


def in_words(fact: Fact, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a table as expressions see them: a unit is its name."""
    columns = unit_columns(fact)
    if not columns:
        return rows
    return [row | {key: row[key]["name"] for key in columns if key in row} for row in rows]


def circle(definition: Definition, facts: Mapping[str, Any], party: str) -> tuple[int, ...]:
    """The units of a party of several, each once, in the order of the table."""
    fact, _, column = (definition.parties[party].units or "").partition(".")
    cells = (row.get(column) for row in facts.get(fact) or ())
    return tuple(dict.fromkeys(cell["unit"] for cell in cells if cell))


def circles(definition: Definition, facts: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Every party of several units, with its units."""
    several = (name for name, party in definition.parties.items() if party.units)
    return {name: circle(definition, facts, name) for name in several}


def units_of_party(case: Case, definition: Definition, party: str) -> tuple[int, ...]:
    """The units of a party, be it one or several; none if it is empty."""
    if party in definition.parties and definition.parties[party].units:
        return circle(definition, case.facts, party)
    seat = case.parties.get(party)
    return (seat.unit,) if seat else ()


def units_of_parties(case: Case, definition: Definition) -> list[int]:
    """The units of all parties, each once, in the order of the definition."""
    found = (units_of_party(case, definition, name) for name in definition.parties)
    return list(dict.fromkeys(unit for some in found for unit in some))


def check_called(
    definition: Definition,
    seats: Mapping[str, Seat],
    facts: Mapping[str, Any],
    given: Mapping[str, Any],
    lineages: Lineages,
) -> None:
    """Raise RelationNotAllowed for a unit that may not stand where it was put.

    `facts` are all of the case after the step, `given` those of the step.
    """
    if not any(unit_columns(definition.facts[name]) for name in given):
        return
    for column, cell in called_in(definition, given):
        _check_cell(definition, column, cell, seats, facts, lineages)
    _check_apart(definition, seats, facts)
    for party in definition.parties.values():
        if party.units:
            _check_once(party.title, party.units, given)


def _check_cell(
    definition: Definition,
    column: Column,
    cell: Called,
    seats: Mapping[str, Seat],
    facts: Mapping[str, Any],
    lineages: Lineages,
) -> None:
    lineage = lineages[cell["unit"]]
    refused = f"“{cell['name']}”不能列入“{column.title}”"
    if column.among and lineage.unit.selector not in column.among:
        raise RelationNotAllowed(f"{refused}：不是这类单位", {"allowed": list(column.among)})
    if column.within and cell["unit"] not in circle(definition, facts, column.within):
        title = definition.parties[column.within].title
        raise RelationNotAllowed(f"{refused}：不在{title}之中", {"within": column.within})
    if column.below:
        above = seats[column.below].unit
        if cell["unit"] == above or above not in lineage.offices.values():
            title = definition.parties[column.below].title
            raise RelationNotAllowed(f"{refused}：不在{title}之下", {"below": column.below})


def _check_apart(
    definition: Definition, seats: Mapping[str, Seat], facts: Mapping[str, Any]
) -> None:
    """No unit stands on two sides that must be apart, of which one is a circle."""
    sides = {name: (seat.unit,) for name, seat in seats.items()} | circles(definition, facts)
    for name, party in definition.parties.items():
        for other in party.apart_from:
            if {*sides.get(name, ())} & {*sides.get(other, ())}:
                theirs = definition.parties[other].title
                raise RelationNotAllowed(f"{theirs}和{party.title}不能是同一个单位")


def _check_once(title: str, source: str, given: Mapping[str, Any]) -> None:
    """A unit stands once in the table that makes a circle."""
    fact, _, column = source.partition(".")
    cells = [row[column] for row in given.get(fact) or () if column in row]
    seen: set[int] = set()
    for cell in cells:
        if cell["unit"] in seen:
            raise RelationNotAllowed(f"{title}中“{cell['name']}”列了两次")
        seen.add(cell["unit"])
