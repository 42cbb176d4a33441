"""Cases and worlds as plain JSON, and back: what the rows of `cases` and `history` hold beside
their columns.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping

from workflow.engine.calendar import Calendar
from workflow.engine.case import (
    Actor,
    Candidate,
    Case,
    Cosigner,
    Cycle,
    Due,
    Lineage,
    Move,
    Post,
    Seat,
    Signature,
    Stated,
    Stay,
    Unit,
    World,
)
from workflow.engine.sampling import Pool, Stratum
from workflow.store.plain import dumps, instant

Plain = dict[str, Any]


def _instant_or_none(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


# Cases


def case_body(case: Case) -> str:
    """What a case knows beyond its columns."""
    plain: Plain = {"stated": {side: one.as_list() for side, one in case.stated.items()}}
    return dumps(
        (plain if case.stated else {})
        | _stay(case.stay)
        | _cycle(case.cycle)
        | {
            "facts": case.facts,
            "parties": {name: _seat(seat) for name, seat in case.parties.items()},
            "marks": case.marks,
            "stopped_at": _instant_or_none(case.stopped_at),
            "last": _move(case.last),
        }
    )


def _stay(stay: Stay) -> Plain:
    return {
        "entered_at": instant(stay.entered_at),
        "due": _due(stay.due),
        "handler": stay.handler,
        "cosigned": _cosigned(stay.cosigned),
        "warnings": stay.warnings,
        "climbed": stay.climbed,
    }


def _cycle(cycle: Cycle) -> Plain:
    done_by = {"done_by": cycle.done_by} if cycle.done_by else {}
    return done_by | {
        "entries": {state: instant(at) for state, at in cycle.entries.items()},
        "counts": cycle.counts,
        "fired": cycle.fired,
        "signed": {side: [s.person, s.unit, s.seq] for side, s in cycle.signed.items()},
        "proposed": cycle.proposed,
        "children": cycle.children,
        "stops": [[instant(a), instant(b)] for a, b in cycle.stops],
    }


def _seat(seat: Seat) -> list[Any]:
    return [seat.unit, list(seat.row), seat.selector]


def _due(due: Due | None) -> list[Any] | None:
    if due is None:
        return None
    start = instant(due.start)
    return [instant(due.at), due.derivation, due.provisional, start, due.term, due.calendar]


def _cosigned(cosigned: Mapping[str, tuple[Cosigner, ...]]) -> dict[str, list[list[Any]]]:
    return {
        event: [[one.person, one.unit, one.post] for one in who] for event, who in cosigned.items()
    }


def _move(move: Move | None) -> Plain | None:
    if move is None:
        return None
    return {
        "event": move.event,
        "person": move.person,
        "state": move.back.state,
        **_stay(move.back),
        "unit": move.unit,
        "post": move.post,
    }


def case_of(row: Mapping[str, Any] | RowMapping) -> Case:
    """The case in a row of `cases` (a mapping of its columns)."""
    body = orjson.loads(row["body"])
    return Case(
        id=row["id"],
        workflow=row["workflow"],
        definition=row["definition_id"],
        number=row["number"],
        unit=row["unit_id"],
        opened_at=row["opened_at"],
        stay=_stay_of(row["state"], body),
        cycle=_cycle_of(row["cycle"], body),
        seq=row["seq"],
        entry=row["entry"],
        period=row["period"],
        facts=body["facts"],
        parties={name: _seat_of(seat) for name, seat in body["parties"].items()},
        marks=tuple(body["marks"]),
        stopped_at=_read(body["stopped_at"]),
        last=_move_of(body["last"]),
        parent=row["parent_id"],
        child_name=row["child_name"],
        closed_at=row["closed_at"],
        backfill=row["backfill_id"],
        stated={side: Stated(*one) for side, one in body.get("stated", {}).items()},
    )


def _stay_of(state: str, plain: Plain) -> Stay:
    return Stay(
        state=state,
        entered_at=datetime.fromisoformat(plain["entered_at"]),
        due=_due_of(plain["due"]),
        handler=plain["handler"],
        cosigned=_cosigned_of(plain["cosigned"]),
        warnings=plain["warnings"],
        climbed=plain["climbed"],
    )


def _cycle_of(number: int, plain: Plain) -> Cycle:
    return Cycle(
        number=number,
        entries={state: datetime.fromisoformat(at) for state, at in plain["entries"].items()},
        counts=plain["counts"],
        fired=plain["fired"],
        signed={side: Signature(*given) for side, given in plain["signed"].items()},
        proposed=tuple(plain["proposed"]),
        children=plain["children"],
        stops=tuple(
            (datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in plain["stops"]
        ),
        done_by={event: tuple(who) for event, who in plain.get("done_by", {}).items()},
    )


def _seat_of(seat: list[Any]) -> Seat:
    unit, row, selector = seat
    return Seat(unit, tuple(row), selector)


def _due_of(due: list[Any] | None) -> Due | None:
    if due is None:
        return None
    at, derivation, provisional, start, term, calendar = due
    at, start = datetime.fromisoformat(at), datetime.fromisoformat(start)
    return Due(at, derivation, provisional, start, term, calendar)


def _cosigned_of(plain: Mapping[str, list[list[Any]]]) -> dict[str, tuple[Cosigner, ...]]:
    return {event: tuple(Cosigner(*one) for one in who) for event, who in plain.items()}


def _move_of(plain: Plain | None) -> Move | None:
    if plain is None:
        return None
    return Move(
        event=plain["event"],
        person=plain["person"],
        back=_stay_of(plain["state"], plain),
        unit=plain.get("unit"),  # cases of earlier releases do not have these two
        post=plain.get("post"),
    )


# What the guards saw


def seen(world: World, actor: Actor) -> str:
    """The world and the actor's posts as the history keeps them; what is empty is left out."""
    plain: Plain = {"calendar": world.calendar.version}
    plain |= {"open": world.open_children} if world.open_children else {}
    plain |= {"alike": world.alike} if world.alike else {}
    plain |= {"earlier": world.earlier} if world.earlier else {}
    plain |= {"asked": world.asked} if world.asked else {}
    if world.lineages:
        plain["lineages"] = [_lineage(lineage) for lineage in world.lineages.values()]
    if world.warned_at is not None:
        plain["warned_at"] = instant(world.warned_at)
    if world.colleague:
        plain["colleague"] = [_post(post) for post in world.colleague]
    if world.series_top is not None:
        plain["series_top"] = world.series_top
    if world.barred:
        plain["barred"] = world.barred
    if world.successors:
        plain["successors"] = [[old, new] for old, new in sorted(world.successors.items())]
    if world.candidates:
        plain["candidates"] = [_candidate(one) for one in world.candidates]
    if world.pool is not None:
        plain["pool"] = _pool(world.pool)
    if actor.posts:
        plain["posts"] = [_post(post) for post in actor.posts]
    return dumps(plain)


def _pool(pool: Pool) -> list[Any]:
    strata = [[one.name, sorted(one.units.items())] for one in pool.strata]
    return [pool.seed, strata, [[unit, *place] for unit, place in sorted(pool.places.items())]]


def pool_seen(seen: Plain) -> Pool | None:
    """What lots were drawn from in a step, out of what it saw, read as JSON."""
    return _pool_of(seen.get("pool"))


def _pool_of(plain: list[Any] | None) -> Pool | None:
    if plain is None:
        return None
    seed, strata, places = plain
    return Pool(
        seed,
        tuple(Stratum(name, dict(units)) for name, units in strata),
        {unit: (code, name) for unit, code, name in places},
    )


def _asked_of(plain: Any) -> Mapping[str, tuple[tuple[str, int], ...]]:
    kinds = {"tasks": plain} if isinstance(plain, list) else plain  # once only tasks were counted
    return {kind: tuple((by, times) for by, times in some) for kind, some in kinds.items()}


def _lineage(lineage: Lineage) -> list[Any]:
    unit = lineage.unit
    return [unit.id, unit.level, unit.kind, unit.class_, lineage.offices]


def _candidate(one: Candidate) -> list[Any]:
    return [one.person, [_post(post) for post in one.posts], one.units]


def _post(post: Post) -> list[Any]:
    return [post.id, post.unit, post.role, post.holder]


def world_of(text: str, calendars: Mapping[int, Calendar]) -> World:
    """The world that a history row kept."""
    plain = orjson.loads(text)
    return World(
        calendar=calendars[plain["calendar"]],
        open_children=plain.get("open", {}),
        lineages={
            id_: Lineage(Unit(id_, level, kind, class_), offices)
            for id_, level, kind, class_, offices in plain.get("lineages", [])
        },
        warned_at=_read(plain.get("warned_at")),
        colleague=tuple(Post(*post) for post in plain.get("colleague", [])),
        series_top=plain.get("series_top"),
        barred=tuple(plain.get("barred", ())),
        successors=dict(plain.get("successors", ())),
        candidates=tuple(
            Candidate(person, tuple(Post(*post) for post in posts), tuple(units))
            for person, *_, posts, units in plain.get("candidates", ())
        ),
        alike=plain.get("alike", 0),
        earlier=plain.get("earlier", ""),
        asked=_asked_of(plain.get("asked", {})),
        pool=_pool_of(plain.get("pool")),
    )


def posts_of(text: str) -> tuple[Post, ...]:
    """The actor's posts that a history row kept."""
    return tuple(Post(*post) for post in orjson.loads(text).get("posts", []))
