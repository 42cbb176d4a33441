"""Where the parties of a case sit after a re-organisation (机构调整).

Who was named moves to the unit that took over. Who was found in a table is found in it again: a
reviewer or supervisor answers for what lies in its place, so a unit that moves is reviewed where it
has come to, and whoever held the case keeps it where the new row allows. What was apart stays
apart: where a merger would put two sides into one unit, one of them rises along its row.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from workflow.engine.case import Case, Seat
from workflow.engine.circles import unit_columns
from workflow.engine.definition import Definition
from workflow.engine.errors import RelationNotAllowed
from workflow.engine.machine import Compiled
from workflow.engine.named import Named, people_facts
from workflow.engine.parties import named_seat, tabled_seat
from workflow.engine.permits import party_of
from workflow.engine.scene import Scene

Seats = dict[str, Seat]


def followed(scene: Scene) -> Seats:
    """The seats of all parties as the units are now; raises RelationNotAllowed where the
    definition has no place for a party, or two sides that must be apart cannot be.
    """
    definition, lineages = scene.definition, scene.world.lineages
    now_at = {name: _now(scene, seat.unit) for name, seat in scene.case.parties.items()}
    seats: Seats = {}
    for name, party in definition.parties.items():
        if party.named and name in now_at:  # an optional one may be empty
            seats[name] = named_seat(party, now_at[name], lineages)
    for name, party in definition.parties.items():
        if party.table and party.of:
            seat = tabled_seat(party, None, lineages[seats[party.of].unit])
            kept = now_at[name] if now_at[name] in seat.row else seat.unit
            seats[name] = replace(seat, unit=kept)
    return _parted(scene, seats)


def facts_followed(scene: Scene) -> dict[str, Any]:
    """The facts, where people named for a unit that is no more are named for the one that took
    over: their part in the case goes with them. Units in tables are followed, too.
    """
    facts = dict(scene.case.facts)
    for name in people_facts(scene.definition, facts):
        rows: list[Named] = facts[name] or []
        facts[name] = [Named(person=one["person"], unit=_now(scene, one["unit"])) for one in rows]
    return {name: _units_followed(scene, name, value) for name, value in facts.items()}


def _units_followed(scene: Scene, name: str, value: Any) -> Any:
    """A fact, where units of a table that are no more are those that took over; what they were
    called stays, for it was so written.
    """
    columns = unit_columns(scene.definition.facts[name])
    if not columns or not value:
        return value
    return [
        row
        | {key: row[key] | {"unit": _now(scene, row[key]["unit"])} for key in columns if key in row}
        for row in value
    ]


def unit_of(definition: Definition, case: Case) -> int:
    """The unit a case counts for: its anchor's; a periodic case stays with the unit that owed it,
    for whoever took over owes it beside its own.
    """
    return case.unit if case.period is not None else case.parties[definition.anchor].unit


def _now(scene: Scene, unit: int) -> int:
    return scene.world.successors.get(unit, unit)


def _parted(scene: Scene, seats: Seats) -> Seats:
    """The seats after one of two sides that a merger put together has risen."""
    for one, other in _apart(scene):
        if seats[one].unit == seats[other].unit:
            taken = {seats[one].unit}
            risen = [(name, _risen(seats[name], taken)) for name in (one, other)]
            seats |= dict([(name, seat) for name, seat in risen if seat is not None][:1])
    for name, signed in _signed_opposite(scene):
        if seats[name].unit in signed:
            seats[name] = _risen(seats[name], signed) or seats[name]
    _check(scene, seats)
    return seats


def _risen(seat: Seat, taken: set[int]) -> Seat | None:
    """The party at the next office of its row that is not taken, if there is one."""
    while seat.higher is not None:
        seat = replace(seat, unit=seat.higher)
        if seat.unit not in taken:
            return seat
    return None


def _check(scene: Scene, seats: Seats) -> None:
    parties = scene.definition.parties
    for one, other in _apart(scene):
        if seats[one].unit == seats[other].unit:
            both = f"{parties[other].title}和{parties[one].title}"
            raise RelationNotAllowed(f"{both}会成为同一个单位，又没有更高一级可以接办")
    for name, signed in _signed_opposite(scene):
        if seats[name].unit in signed:
            sentence = f"{parties[name].title}会与已签字的单位合为一个单位，又没有更高一级可以接办"
            raise RelationNotAllowed(sentence)


def _apart(scene: Scene) -> Iterator[tuple[str, str]]:
    """Parties that must not sit in one unit: by what the definition says of them, or because they
    give sign-offs that must be apart.
    """
    definition, before = scene.definition, scene.case.parties
    for name, party in definition.parties.items():
        seated = [other for other in party.apart_from if other in before and name in before]
        yield from ((name, other) for other in seated)
    for side, spec in definition.sign_offs.items():
        for opposite in spec.apart_from:
            for one in _signers(scene.compiled, side):
                for other in _signers(scene.compiled, opposite):
                    if before[one].unit != before[other].unit:
                        yield one, other


def _signed_opposite(scene: Scene) -> Iterator[tuple[str, set[int]]]:
    """Parties that have yet to sign, with the units, as they are now, that signed what must be
    apart from it.
    """
    signed, sign_offs = scene.case.cycle.signed, scene.definition.sign_offs
    for side in (side for side in sign_offs if side not in signed):
        opposite = {one for one, other in sign_offs.items() if side in other.apart_from}
        given = [signed[one] for one in {*opposite, *sign_offs[side].apart_from} & {*signed}]
        if units := {_now(scene, one.unit) for one in given}:
            yield from ((name, units) for name in _signers(scene.compiled, side))


def _signers(compiled: Compiled, side: str) -> list[str]:
    """The parties whose posts give a sign-off."""
    found = (
        party_of(role, compiled.definition.states[state])
        for state, events in compiled.events.items()
        for event in events.values()
        if event.signs == side
        for role in event.by
    )
    return list(dict.fromkeys(found))
