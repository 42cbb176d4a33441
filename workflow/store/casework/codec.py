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
    Due,
    Lineage,
    Move,
    Post,
    Seat,
    Signature,
    Stated,
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
        | {
            "facts": case.facts,
            "parties": {name: _seat(seat) for name, seat in case.parties.items()},
            "entered_at": instant(case.entered_at),
            "due": _due(case.due),
            "entries": {state: instant(at) for state, at in case.entries.items()},
            "counts": case.counts,
            "marks": case.marks,
            "fired": case.fired,
            "signed": {side: [s.person, s.unit, s.seq] for side, s in case.signed.items()},
            "cosigned": _cosigned(case.cosigned),
            "proposed": case.proposed,
            "children": case.children,
            "warnings": case.warnings,
            "climbed": case.climbed,
            "handler": case.handler,
            "stopped_at": _instant_or_none(case.stopped_at),
            "stops": [[instant(a), instant(b)] for a, b in case.stops],
            "last": _move(case.last),
        }
    )


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
        "state": move.state,
        "due": _due(move.due),
        "entered_at": instant(move.entered_at),
        "cosigned": _cosigned(move.cosigned),
        "handler": move.handler,
        "warnings": move.warnings,
        "climbed": move.climbed,
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
        state=row["state"],
        opened_at=row["opened_at"],
        entered_at=datetime.fromisoformat(body["entered_at"]),
        seq=row["seq"],
        entry=row["entry"],
        cycle=row["cycle"],
        period=row["period"],
        facts=body["facts"],
        parties={name: _seat_of(seat) for name, seat in body["parties"].items()},
        due=_due_of(body["due"]),
        entries={state: datetime.fromisoformat(at) for state, at in body["entries"].items()},
        counts=body["counts"],
        marks=tuple(body["marks"]),
        fired=body["fired"],
        signed={side: Signature(*given) for side, given in body["signed"].items()},
        cosigned=_cosigned_of(body["cosigned"]),
        proposed=tuple(body["proposed"]),
        children=body["children"],
        warnings=body["warnings"],
        climbed=body["climbed"],
        handler=body["handler"],
        stopped_at=_read(body["stopped_at"]),
        stops=tuple(
            (datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in body["stops"]
        ),
        last=_move_of(body["last"]),
        parent=row["parent_id"],
        child_name=row["child_name"],
        closed_at=row["closed_at"],
        backfill=row["backfill_id"],
        stated={side: Stated(*one) for side, one in body.get("stated", {}).items()},
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
        state=plain["state"],
        due=_due_of(plain["due"]),
        entered_at=datetime.fromisoformat(plain["entered_at"]),
        cosigned=_cosigned_of(plain["cosigned"]),
        handler=plain["handler"],
        warnings=plain["warnings"],
        climbed=plain["climbed"],
        unit=plain.get("unit"),  # cases of earlier releases do not have these two
        post=plain.get("post"),
    )


# What the guards saw


def seen(world: World, actor: Actor) -> str:
    """The world and the actor's posts as the history keeps them; what is empty is left out."""
    plain: Plain = {"calendar": world.calendar.version}
    plain |= {"open": world.open_children} if world.open_children else {}
    plain |= {"alike": world.alike} if world.alike else {}
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
        asked=_asked_of(plain.get("asked", {})),
        pool=_pool_of(plain.get("pool")),
    )


def posts_of(text: str) -> tuple[Post, ...]:
    """The actor's posts that a history row kept."""
    return tuple(Post(*post) for post in orjson.loads(text).get("posts", []))
