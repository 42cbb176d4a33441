"""Cases and worlds come back from their rows as they went in, whatever they hold."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

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
from workflow.holiday_notices import published_notices
from workflow.store.casework.codec import case_body, case_of, posts_of, seen, world_of

CALENDAR = Calendar(3, published_notices())

# Surrogates are refused on the way in; everything else must survive.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.from_regex(r"[a-z][a-z_]{0,7}", fullmatch=True)
ids = st.integers(1, 2**53)
numbers = st.integers(0, 2**31)
instants = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001  (hypothesis adds the zone)
    max_value=datetime(2199, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
plain = (
    st.none() | st.booleans() | numbers | st.floats(allow_nan=False, allow_infinity=False) | texts
)
values = plain | st.lists(st.dictionaries(names, plain, max_size=2), max_size=2)
seats = st.builds(Seat, ids, st.lists(ids, max_size=3).map(tuple), texts)
dues = st.builds(Due, instants, texts, st.booleans(), instants, texts, numbers)
cosigners = st.lists(st.builds(Cosigner, ids, ids), max_size=3).map(tuple)
posts = st.lists(st.builds(Post, ids, ids, names, st.none() | ids), max_size=3).map(tuple)
candidates = st.lists(
    st.builds(Candidate, ids, posts, st.lists(ids, max_size=3).map(tuple)), max_size=2
).map(tuple)
units = st.builds(Unit, ids, names, names, texts)
lineages = st.lists(
    st.builds(Lineage, units, st.dictionaries(names, ids, max_size=3)), max_size=3
).map(lambda found: {lineage.unit.id: lineage for lineage in found})


def named(what: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(names, what, max_size=3)


tallies = st.dictionaries(ids, ids, max_size=3)

OF_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    int: numbers,
    int | None: st.none() | numbers,
    str: texts,
    str | None: st.none() | texts,
    datetime: instants,
    datetime | None: st.none() | instants,
    Due | None: st.none() | dues,
    tuple[str, ...]: st.lists(names, max_size=3).map(tuple),
    Pool | None: st.none()
    | st.builds(
        Pool,
        texts,
        st.lists(st.builds(Stratum, names, tallies), max_size=2).map(tuple),
        st.dictionaries(ids, st.tuples(texts, texts), max_size=2),
    ),
    tuple[tuple[str, int], ...]: st.lists(st.tuples(names, ids), max_size=3).map(tuple),
    Mapping[str, tuple[tuple[str, int], ...]]: named(
        st.lists(st.tuples(names, ids), min_size=1, max_size=3).map(tuple)
    ),
    tuple[Post, ...]: posts,
    tuple[Candidate, ...]: candidates,
    tuple[tuple[datetime, datetime], ...]: st.lists(st.tuples(instants, instants)).map(tuple),
    Mapping[str, Any]: named(values),
    Mapping[str, int]: named(numbers),
    Mapping[str, datetime]: named(instants),
    Mapping[str, Seat]: named(seats),
    Mapping[str, Stated]: named(st.builds(Stated, texts, texts, texts)),
    Mapping[str, Signature]: named(st.builds(Signature, ids, ids, ids)),
    Mapping[str, tuple[Cosigner, ...]]: named(cosigners),
    Mapping[str, tuple[int, ...]]: named(st.lists(ids, max_size=3).map(tuple)),
    Mapping[int, Lineage]: lineages,
    Mapping[int, int]: tallies,
    Calendar: st.just(CALENDAR),
}


def built(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a dataclass, every field by its type: a new field is tried without being named."""
    return st.builds(kind, **{field.name: OF_TYPE[field.type] for field in fields(kind)})


OF_TYPE |= {Stay: built(Stay), Cycle: built(Cycle)}
OF_TYPE[Move | None] = st.none() | built(Move)
cases, worlds = built(Case), built(World)
COLUMNS = {
    "definition_id": "definition",
    "unit_id": "unit",
    "parent_id": "parent",
    "backfill_id": "backfill",
    **{
        name: name
        for name in (
            "id", "workflow", "number", "state", "opened_at", "seq", "entry", "period",
            "child_name", "closed_at",
        )
    },
}  # fmt: skip


def columns(case: Case) -> dict[str, Any]:
    """What of a case stands in columns of its own."""
    own = {column: getattr(case, field) for column, field in COLUMNS.items()}
    return own | {"cycle": case.cycle.number}


@settings(max_examples=60, deadline=None)
@given(cases)
def test_a_case_comes_back_as_it_went_in(case: Case) -> None:
    row = columns(case)
    assert case_of(row | {"body": case_body(case)}) == case


@settings(max_examples=60, deadline=None)
@given(worlds, posts)
def test_what_a_step_saw_comes_back_as_it_went_in(world: World, held: tuple[Post, ...]) -> None:
    text = seen(world, Actor("person", 1, held))
    assert world_of(text, {CALENDAR.version: CALENDAR}) == world
    assert posts_of(text) == held


@settings(max_examples=20, deadline=None)
@given(cases)
def test_a_case_of_an_earlier_release_can_be_read(case: Case) -> None:
    """It knew of no post and unit in the last move, and of no post in a co-signature."""
    row = columns(case)
    body = json.loads(case_body(case))
    body["cosigned"] = {event: [one[:2] for one in who] for event, who in body["cosigned"].items()}
    for name in ("unit", "post") if body["last"] else ():
        del body["last"][name]
    last = replace(case.last, unit=None, post=None) if case.last else None
    assert case_of(row | {"body": json.dumps(body)}) == replace(case, last=last)
