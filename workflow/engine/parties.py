"""Which unit fills which party: named by the opener, or found in the definition's table (never
typed).
"""

from collections.abc import Mapping
from dataclasses import replace

from workflow.engine.case import Lineage, Seat
from workflow.engine.definition import Definition, Party
from workflow.engine.errors import InvalidInput, RelationNotAllowed


def seat_parties(
    definition: Definition, named: Mapping[str, int], lineages: Mapping[int, Lineage]
) -> dict[str, Seat]:
    """The seats of all parties, given the units the opener named.

    A party with a table takes the first office of its row; where `choice` is given, a named office
    of the row. Raises InvalidInput for a party missing or unknown, RelationNotAllowed for a unit
    of the wrong kind or an office outside the row (实施办法 art. 26: who may interview whom is such
    a row).
    """
    unknown = [name for name in named if name not in definition.parties]
    if unknown:
        raise InvalidInput(f"没有“{str(unknown[0])[:30]}”这一方", {"parties": unknown})
    seats: dict[str, Seat] = {}
    for name, party in definition.parties.items():
        if party.named and not (party.optional and named.get(name) is None):
            seats[name] = named_seat(party, named.get(name), lineages)
    for name, party in definition.parties.items():
        if party.table and party.of:
            start = lineages[seats[party.of].unit]
            seats[name] = tabled_seat(party, named.get(name), start)
    return _apart(definition, seats)


def reseat(
    definition: Definition, seats: Mapping[str, Seat], name: str, lineage: Lineage
) -> dict[str, Seat]:
    """The seats after a named party is given to another unit (改派): tables that start from it
    follow.
    """
    after = dict(seats)
    after[name] = named_seat(definition.parties[name], lineage.unit.id, {lineage.unit.id: lineage})
    for other, party in definition.parties.items():
        if party.of == name:
            seat = tabled_seat(party, None, lineage)
            kept = after[other].unit if after[other].unit in seat.row else seat.unit
            after[other] = replace(seat, unit=kept)  # who held the case keeps it where possible
    return _apart(definition, after)


def _apart(definition: Definition, seats: dict[str, Seat]) -> dict[str, Seat]:
    """The seats, if no unit sits on two sides that must be apart."""
    for name, party in definition.parties.items():
        for other in party.apart_from:  # of circles `circles.py` says it
            if name in seats and other in seats and seats[name].unit == seats[other].unit:
                title, theirs = party.title, definition.parties[other].title
                raise RelationNotAllowed(f"{theirs}和{title}不能是同一个单位")
    return seats


def named_seat(party: Party, unit: int | None, lineages: Mapping[int, Lineage]) -> Seat:
    """The seat of a party that is named; raises InvalidInput, RelationNotAllowed."""
    if unit is None:
        raise InvalidInput(f"请指明{party.title}", {"party": party.title})
    selector = lineages[unit].unit.selector
    if party.among and selector not in party.among:
        raise RelationNotAllowed(
            f"该单位不能作为{party.title}", {"kind": selector, "allowed": list(party.among)}
        )
    return Seat(unit, selector=selector)


def tabled_seat(party: Party, chosen: int | None, start: Lineage) -> Seat:
    """The seat of a party that is found in its table; raises RelationNotAllowed."""
    offices = party.table.get(start.unit.selector)
    if offices is None:
        sentence = f"没有规定这类单位的{party.title}，不能办理"
        raise RelationNotAllowed(sentence, {"kind": start.unit.selector})
    found = (start.offices[office] for office in offices if office in start.offices)
    row = tuple(dict.fromkeys(found))  # two offices may have become one unit
    if not row:
        lacking = "、".join(offices)
        raise RelationNotAllowed(f"找不到{party.title}，请系统管理员在“组织机构”里补上：{lacking}")
    if chosen is not None and chosen not in (row if party.choice else row[:1]):
        raise RelationNotAllowed(
            f"该单位不能作为{party.title}：不在规定的关系之内", {"allowed": list(row)}
        )
    return Seat(chosen or row[0], row)
