"""What samples are drawn from: the units of a population in their strata, and earlier rounds."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Table, or_, select

from workflow.engine.kinds import place_in_words
from workflow.engine.visiting import Sample
from workflow.store.tables.handles import ARCHIVED_HISTORY, CASE, HISTORY, UNIT

Row = Mapping[str, Any]

_HISTORIES = (HISTORY, ARCHIVED_HISTORY)


def _draws(rows: Table) -> ColumnElement[bool]:
    """Of history rows those that draw lots."""
    return rows.c.effects.contains('"drawn":{')


def population(connection: Connection, sample: Sample, root: int) -> Mapping[str, list[int]]:
    """The living units at or below `root` that can be drawn, by stratum; both in their order.

    Strata are called as people call them: by kind, class, or the short name of the unit above.
    """
    path = select(UNIT.c.path).where(UNIT.c.id == root).scalar_subquery()
    kinds = [
        (UNIT.c.level == level) & (UNIT.c.kind == (kind or "government"))
        for level, _, kind in (one.partition(" ") for one in sample.from_)
    ]
    query = (
        select(UNIT)
        .where(UNIT.c.path.like(path + "%"), UNIT.c.until.is_(None), or_(*kinds))
        .order_by(UNIT.c.id)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    above = _above(connection, rows)
    strata: dict[str, list[int]] = {}
    for row in rows:
        strata.setdefault(_stratum(sample, row, above), []).append(row["id"])
    return dict(sorted(strata.items()))


def _above(connection: Connection, rows: Collection[Row]) -> Mapping[int, Row]:
    ids = {int(part) for row in rows for part in row["path"].strip("/").split("/")}
    query = select(UNIT.c.id, UNIT.c.short_name, UNIT.c.class_).where(UNIT.c.id.in_(ids))
    return {row["id"]: dict(row) for row in connection.execute(query).mappings()}


def _stratum(sample: Sample, row: Row, above: Mapping[int, Row]) -> str:
    if sample.strata == "kind":
        government = row["kind"] == "government"
        return place_in_words(row["level"] if government else f"{row['level']} {row['kind']}")
    if sample.strata == "parent":
        parent = above.get(row["parent_id"] or 0)
        return str(parent["short_name"]) if parent else ""
    line = (above[int(part)] for part in reversed(row["path"].strip("/").split("/")))
    return next((str(one["class_"]) for one in line if one["class_"]), "")


def places(connection: Connection, units: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """Code and short name of units."""
    query = select(UNIT.c.id, UNIT.c.code, UNIT.c.short_name).where(UNIT.c.id.in_(units))
    return {id_: (code, name) for id_, code, name in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Round:
    """An earlier draw: of which case, as it stands now, and whom it took."""

    definition: int
    state: str
    units: tuple[int, ...]


def rounds(
    connection: Connection,
    workflow: str,
    fact: str,
    body: int,
    *,
    but: int,
    since: datetime | None,
) -> Iterator[Round]:
    """The draws of one office for a fact, in all its cases `but` one, since an instant."""
    for rows in _HISTORIES:
        query = (
            select(CASE.c.definition_id, CASE.c.state, rows.c.effects)
            .join(rows, rows.c.case_id == CASE.c.id)
            .where(CASE.c.workflow == workflow, CASE.c.id != but, rows.c.unit_id == body)
            .where(_draws(rows))
        )
        if since is not None:
            query = query.where(rows.c.at >= since)
        for definition, state, effects in connection.execute(query):
            taken = orjson.loads(effects).get("drawn", {}).get(fact, ())
            yield Round(definition, state, tuple(row["unit"] for row in taken))


def times(rounds_: Collection[Round]) -> Counter[int]:
    """How often each unit was drawn."""
    return Counter(unit for one in rounds_ for unit in one.units)


def cases_with_draws(connection: Connection, number: str | None) -> list[int]:
    """The cases in which lots were drawn; only the one with this number, where it is given."""
    found: set[int] = set()
    for rows in _HISTORIES:
        query = select(rows.c.case_id).where(_draws(rows)).distinct()
        if number is not None:
            query = query.join(CASE, CASE.c.id == rows.c.case_id).where(CASE.c.number == number)
        found |= set(connection.execute(query).scalars())
    return sorted(found)
