"""What units and people are called, for pages that name many of them: one statement for all."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, literal, null, select, union_all

from workflow.store.offices.organisation import Fates, FormerNames
from workflow.store.tables.handles import FORMER_NAME, PERSON, UNIT


@dataclass(frozen=True, slots=True)
class Known:
    """Names by id; of units also what they were called before, and what became of those that are
    no more.
    """

    units: dict[int, str] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    former: FormerNames = field(default_factory=dict)
    fates: Fates = field(default_factory=dict)


def names_of(connection: Connection, units: Collection[int], people: Collection[int]) -> Known:
    """The names of these units and people."""
    heir = UNIT.alias("heir")
    of_units = (
        select(
            literal("unit").label("of"),
            UNIT.c.id,
            UNIT.c.short_name.label("name"),
            UNIT.c.until.label("ended"),
            heir.c.short_name.label("heir"),
            FORMER_NAME.c.until.label("once_until"),
            FORMER_NAME.c.short_name.label("once"),
        )
        .outerjoin(heir, heir.c.id == UNIT.c.successor_id)
        .outerjoin(FORMER_NAME, FORMER_NAME.c.unit_id == UNIT.c.id)
        .where(UNIT.c.id.in_(units))
    )
    nothing = [null() for _ in range(4)]
    of_people = select(literal("person"), PERSON.c.id, PERSON.c.name, *nothing)
    both = union_all(of_units, of_people.where(PERSON.c.id.in_(people)))
    names: dict[str, dict[int, str]] = {"unit": {}, "person": {}}
    former: dict[int, list[tuple[datetime, str]]] = {}
    fates: dict[int, tuple[datetime, str | None]] = {}
    for row in connection.execute(both):
        names[row.of][row.id] = row.name
        if row.ended is not None:
            fates[row.id] = (row.ended, row.heir)
        if row.once is not None:
            former.setdefault(row.id, []).append((row.once_until, row.once))
    once = {unit: tuple(sorted(earlier)) for unit, earlier in former.items()}
    return Known(names["unit"], names["person"], once, fates)
