"""Cases and worlds come back from their rows as they went in, whatever they hold."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.engine.calendar import Calendar
from workflow.engine.case import (
    Actor,
    Case,
    Cosigner,
    Due,
    Lineage,
    Move,
    Post,
    Seat,
    Signature,
    Unit,
    World,
)
from workflow.holiday_notices import published_notices
from workflow.store.codec import case_body, case_of, posts_of, seen, world_of

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
plain = st.none() | st.booleans() | numbers | st.floats(allow_nan=False, allow_infinity=False) | texts
facts = st.dictionaries(names, plain | st.lists(st.dictionaries(names, plain, max_size=2), max_size=2))
seats = st.builds(Seat, ids, st.lists(ids, max_size=3).map(tuple), texts)
dues = st.builds(Due, instants, texts, st.booleans(), instants, texts, numbers)
cosigned = st.dictionaries(
    names, st.lists(st.builds(Cosigner, ids, ids), max_size=3).map(tuple), max_size=2
)
moves = st.builds(
    Move,
    event=names,
    person=st.none() | ids,
    state=names,
    due=st.none() | dues,
    entered_at=instants,
    cosigned=cosigned,
    handler=st.none() | ids,
)
OF_FIELD: dict[str, st.SearchStrategy[Any]] = {
    "facts": facts,
    "parties": st.dictionaries(names, seats, max_size=3),
    "due": st.none() | dues,
    "entries": st.dictionaries(names, instants, max_size=3),
    "counts": st.dictionaries(names, numbers, max_size=3),
    "marks": st.lists(names, max_size=3).map(tuple),
    "fired": st.dictionaries(names, numbers, max_size=3),
    "signed": st.dictionaries(names, st.builds(Signature, ids, ids, ids), max_size=2),
    "cosigned": cosigned,
    "proposed": st.lists(names, max_size=3).map(tuple),
    "children": st.dictionaries(names, numbers, max_size=3),
    "warnings": st.dictionaries(names, numbers, max_size=3),
    "stops": st.lists(st.tuples(instants, instants), max_size=2).map(tuple),
    "last": st.none() | moves,
}
OF_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    int: numbers,
    int | None: st.none() | numbers,
    str: texts,
    str | None: st.none() | texts,
    datetime: instants,
    datetime | None: st.none() | instants,
}
cases = st.builds(
    Case, **{field.name: OF_FIELD.get(field.name, OF_TYPE.get(field.type)) for field in fields(Case)}
)
COLUMNS = {
    "definition_id": "definition",
    "unit_id": "unit",
    "parent_id": "parent",
    **{
        name: name
        for name in (
            "id", "workflow", "number", "state", "opened_at", "seq", "entry", "cycle", "period",
            "child_name", "closed_at",
        )
    },
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(cases)
def test_a_case_comes_back_as_it_went_in(case: Case) -> None:
    row = {column: getattr(case, field) for column, field in COLUMNS.items()}
    assert case_of(row | {"body": case_body(case)}) == case


posts = st.lists(st.builds(Post, ids, ids, names, st.none() | ids), max_size=3).map(tuple)
units = st.builds(Unit, ids, names, names, texts)
lineages = st.lists(
    st.builds(Lineage, units, st.dictionaries(names, ids, max_size=3)), max_size=3
).map(lambda found: {lineage.unit.id: lineage for lineage in found})
worlds = st.builds(
    World,
    calendar=st.just(CALENDAR),
    open_children=st.dictionaries(names, numbers, max_size=3),
    lineages=lineages,
    warned_at=st.none() | instants,
    colleague=posts,
    series_top=st.none() | numbers,
)


@settings(max_examples=150, deadline=None)
@given(worlds, posts)
def test_what_a_step_saw_comes_back_as_it_went_in(world: World, held: tuple[Post, ...]) -> None:
    text = seen(world, Actor("person", 1, held))
    assert world_of(text, {CALENDAR.version: CALENDAR}) == world
    assert posts_of(text) == held


def test_every_field_of_a_case_is_kept_somewhere() -> None:
    """A field that is added to Case and forgotten in the codec would make the round trip fail; one
    that is forgotten here would not be tried.
    """
    untried = [field.name for field in fields(Case) if field.name not in OF_FIELD]
    assert [name for name in untried if Case.__annotations__[name] not in OF_TYPE] == []
