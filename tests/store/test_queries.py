"""Lists: whole, in order, page by page, and never a case more than the reader's units see."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from bench.embedded import PostgresServer
from tests.prefecture import NOW
from tests.proof.copies import Copies, postgres_copies, sqlite_copies
from tests.proof.story import RECTIFICATION, Story
from workflow.catalog import Catalog
from workflow.engine.case import Actor, Post
from workflow.engine.errors import NotFound
from workflow.store.database import Database
from workflow.store.lists import queries
from workflow.store.lists.boards import count_by_span, count_by_span_and_unit
from workflow.store.lists.counting import Moments, count_cases, count_spans, count_up_to
from workflow.store.lists.queries import Filter, Page, Place
from workflow.store.lists.ranges import BY_LIMIT, ORDERS, Order
from workflow.store.sight.scope import check_scope, units_of
from workflow.store.tables.handles import HOLDING, POST, SCOPE

CITY, TOWN, OTHER_TOWN, NEIGHBOUR = "522301", "522301100", "522301101", "522302"
"""兴义市 with 敬南镇 and 泥凼镇, and 兴仁市."""

SPECIALIST = "zhou-dc.specialist1"


@dataclass
class Office:
    """A database with cases of every kind of place; tests only read it."""

    story: Story
    registered: list[int]
    draft: int
    dispatched: int
    withdrawn: int
    town: list[int]
    neighbour: int

    @property
    def of_city(self) -> set[int]:
        """Every case of 兴义市."""
        return {*self.registered, self.draft, self.dispatched, self.withdrawn}

    @property
    def every(self) -> set[int]:
        """Every case there is."""
        return {*self.of_city, *self.town, self.neighbour}

    def units(self, *codes: str) -> set[int]:
        """Units by code."""
        return {self.story.units[code] for code in codes}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    copies = _copies(request, tmp_path_factory)
    database = Database(copies.make())
    yield furnished(Story(database, Catalog(database)))
    database.dispose()
    copies.drop_all()


def _copies(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Copies:
    template: Any = request.getfixturevalue(f"{request.param}_template")
    if isinstance(template, PostgresServer):
        return postgres_copies(template, "duban_template")
    return sqlite_copies(template, folders.mktemp("office"))


def furnished(story: Story) -> Office:
    """Thirteen registered cases with three limits among them, and one of each other kind."""
    registered = []
    for n in range(13):
        story.now = NOW + timedelta(days=n % 3)
        registered.append(story.open())
    draft, dispatched, withdrawn = story.open_as_draft(), story.open(), story.open()
    story.fire(dispatched, SPECIALIST, "dispatch")
    story.fire(withdrawn, "zhou-dc.head", "withdraw", reason="与另一件重复了")
    town = [story.open(unit=TOWN, by="xingyi-dc.specialist") for _ in range(2)]
    return Office(story, registered, draft, dispatched, withdrawn, town, story.open(unit=NEIGHBOUR))


def reader(units: set[int]) -> Actor:
    """Somebody with a post in each of the units."""
    return Actor("person", None, tuple(Post(0, unit, "any") for unit in sorted(units)))


def walk(read: Callable[[Place | None], Page]) -> Iterator[dict[str, Any]]:
    """Every row of a list, page by page, each place through its text as a link carries it."""
    place = None
    while True:
        page = read(place)
        yield from page.rows
        if page.next is None:
            return
        place = Place.parse(str(page.next))


def listed(
    office: Office,
    units: set[int],
    wanted: Filter | None = None,
    limit: int = 4,
    order: Order = BY_LIMIT,
) -> list[dict[str, Any]]:
    with office.story.database.reading() as connection:

        def read(place: Place | None) -> Page:
            narrowed = wanted or Filter()
            return queries.list_cases(
                connection, reader(units), narrowed, after=place, limit=limit, order=order
            )

        return list(walk(read))


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


# Paging


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_every_case_comes_once_and_in_order(limit: int, office: Office) -> None:
    rows = listed(office, office.units("522300", "522300-DC", CITY), limit=limit)
    never = datetime(9999, 1, 1, tzinfo=UTC)
    assert rows == sorted(rows, key=lambda row: (row["due_at"] or never, row["id"]))
    assert sorted(ids(rows)) == sorted(office.every)


def test_cases_without_a_limit_come_last(office: Office) -> None:
    rows = listed(office, office.units("522300-DC"))
    endless = [row["id"] for row in rows if row["due_at"] is None]
    assert endless == [office.draft, office.withdrawn]
    assert ids(rows)[-2:] == endless


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("narrowed", [Filter(), Filter(closed=False), Filter(state="registered")])
def test_every_order_is_kept_from_page_to_page(
    limit: int, narrowed: Filter, office: Office
) -> None:
    units = office.units("522300", "522300-DC", CITY)
    every = listed(office, units, narrowed, limit=100)
    with office.story.database.reading() as connection:
        rows = {row.case_id: row for row in connection.execute(select(SCOPE))}
    keys: dict[str, Callable[[dict[str, Any]], Any]] = {
        "newest": lambda row: -row["id"],
        "moved": lambda row: (-rows[row["id"]].entered_at.timestamp(), -row["id"]),
        "unit": lambda row: (
            bool(row["closed_at"]),
            row["unit_id"],
            rows[row["id"]].due_at,
            row["id"],
        ),
    }
    assert {*keys, ""} == set(ORDERS)
    for name, key in keys.items():
        found = listed(office, units, narrowed, limit=limit, order=ORDERS[name])
        assert ids(found) == ids(sorted(every, key=key)), name


@pytest.mark.parametrize("text", ["", "~", "soon~1", "2026-03-01T00:00:00+00:00~x", "1~2~3"])
def test_a_place_that_nobody_made_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (its words are nobody's concern)
        Place.parse(text)


def test_a_place_comes_back_from_its_text() -> None:
    at = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
    for place in (Place(at, 7), Place(at, 7, True), Place(at, 7, True, 9), Place(at, 7, False, 9)):
        assert Place.parse(str(place)) == place


# Scope


@pytest.mark.rights
def test_what_no_unit_sees_is_nowhere(office: Office) -> None:
    for units in (set(), office.units(OTHER_TOWN), {10**9}):
        assert listed(office, units) == []
        with office.story.database.reading() as connection:
            assert queries.cases_by_id(connection, reader(units), office.every) == []
            for case in office.every:
                with pytest.raises(NotFound):
                    check_scope(connection, reader(units), case)


@pytest.mark.rights
def test_a_case_out_of_scope_is_the_same_as_none(office: Office) -> None:
    sentences = set()
    with office.story.database.reading() as connection:
        for case in (office.draft, 10**9):
            with pytest.raises(NotFound) as refused:
                check_scope(connection, reader(office.units(OTHER_TOWN)), case)
            sentences.add(refused.value.sentence)
    assert len(sentences) == 1


SEES = [
    # of 兴义市, of 敬南镇, of 兴仁市
    ("522300", True, True, True),  # 州委、州政府 are above all
    ("522300-DC", True, True, True),  # 州督查局 supervises counties, and towns once they are raised
    ("522300-ZX", True, False, True),
    ("522300-BG", False, False, False),
    (CITY, True, True, False),
    ("522301-DC", False, True, False),
    (NEIGHBOUR, False, False, True),
    (TOWN, False, True, False),
]


@pytest.mark.rights
@pytest.mark.parametrize(("unit", "city", "town", "neighbour"), SEES)
def test_a_unit_sees_its_own_what_it_supervises_and_what_lies_below(
    unit: str, city: bool, town: bool, neighbour: bool, office: Office
) -> None:
    wanted = office.of_city if city else set()
    wanted |= set(office.town) if town else set()
    wanted |= {office.neighbour} if neighbour else set()
    assert set(ids(listed(office, office.units(unit)))) == wanted


# Filters


def test_filters_narrow_a_list_and_never_widen_it(office: Office) -> None:
    units, city = office.units("522300-DC"), office.story.units[CITY]
    soon = NOW + timedelta(days=4)
    every = listed(office, units)
    table: list[tuple[Filter, Callable[[dict[str, Any]], bool]]] = [
        (Filter(workflows=(RECTIFICATION,)), lambda row: True),
        (Filter(workflows=()), lambda row: False),
        (Filter(state="registered"), lambda row: row["state"] == "registered"),
        (Filter(state="nowhere"), lambda row: False),
        (Filter(unit=city), lambda row: row["unit_id"] == city),
        (Filter(closed=True), lambda row: row["id"] == office.withdrawn),
        (Filter(closed=False), lambda row: row["id"] != office.withdrawn),
        (Filter(due_before=soon), lambda row: bool(row["due_at"]) and row["due_at"] < soon),
        (Filter(parent=office.draft), lambda row: False),
    ]
    for narrowed, holds in table:
        wanted = [row for row in every if holds(row)]
        assert listed(office, units, narrowed) == wanted, narrowed


@pytest.mark.rights
@pytest.mark.parametrize("unit", [row[0] for row in SEES])
def test_about_a_unit_one_sees_what_one_sees_anyway(unit: str, office: Office) -> None:
    units = office.units(unit)
    every = listed(office, units)
    for about in (CITY, TOWN, NEIGHBOUR, "522300"):
        one = office.story.units[about]
        own = [row for row in every if row["unit_id"] == one]
        still_open = [row for row in own if row["closed_at"] is None]
        registered = [row for row in own if row["state"] == "registered"]
        assert listed(office, units, Filter(unit=one)) == own
        assert listed(office, units, Filter(unit=one, closed=False)) == still_open
        assert listed(office, units, Filter(unit=one, state="registered")) == registered


# My work


def work_of(office: Office, actor: Actor) -> list[int]:
    with office.story.database.reading() as connection:
        rows = walk(lambda place: queries.list_work(connection, actor, after=place, limit=4))
        return ids(list(rows))


@pytest.mark.rights
def test_work_is_what_ones_post_can_act_on(office: Office) -> None:
    """The supervisor's specialist registers and dispatches; that its head may decline waits for
    nobody.
    """
    to_dispatch = {*office.registered, office.neighbour}
    wanted = {
        SPECIALIST: {*to_dispatch, office.draft},
        "xingyi.liaison": {office.dispatched},
        "xingyi-dc.specialist": set(office.town),
        **{username: set() for username in ("zhou-dc.head", "zhou-bg.officer", "xingren.liaison")},
    }
    for username, cases in wanted.items():
        found = work_of(office, office.story.actor(username))
        assert len(found) == len(set(found))
        assert cases == set(found), username


@pytest.mark.rights
def test_somebody_without_a_post_has_no_work(office: Office) -> None:
    assert work_of(office, Actor("person", 1)) == []


@pytest.mark.rights
@pytest.mark.parametrize("role", ["special", "ist", "%", "", "specialist,head", "_pecialist"])
def test_a_role_is_not_mistaken_for_another_that_contains_it(role: str, office: Office) -> None:
    actor = office.story.actor(SPECIALIST)
    (post,) = actor.posts
    pretender = Actor("person", actor.person, (type(post)(post.id, post.unit, role),))
    assert work_of(office, pretender) == []


def test_two_posts_show_a_case_once(office: Office) -> None:
    """A substitute in the same office, and one who holds a post above and one below."""
    person = "zhou-dc.officer"
    for unit, role in (("522301-DC", "specialist"), ("522300-DC", "specialist"), (TOWN, "head")):
        _stand_in(office, person, unit, role)
    actor = office.story.actor(person)
    assert len(actor.posts) == 4
    found = work_of(office, actor)
    assert {*office.registered, *office.town, office.neighbour, office.draft} <= set(found)
    assert len(found) == len(set(found))
    rows = listed(office, set(units_of(actor)))
    seen, about = ids(rows), [row["unit_id"] for row in rows]
    assert sorted(seen) == sorted(office.every)
    with office.story.database.reading() as connection:
        assert count_up_to(connection, actor, Filter(), 50) == len(seen)
        moments = Moments(office.story.now, office.story.now, office.story.now)
        for group in ("unit", "state", "class", "light"):
            counted = count_cases(connection, actor, Filter(), group, moments)
            assert sum(counted.values()) == len(seen), group
        spans = count_spans(connection, actor, Filter(closed=False), moments)
        open_ = ids(listed(office, set(units_of(actor)), Filter(closed=False)))
        assert sum(one.total for one in spans.values()) == len(open_)
        ages = [office.story.now + timedelta(days=n) for n in (-400, 400)]
        assert count_by_span(connection, actor, Filter(), "opened", ages) == [len(seen)]
        by_unit = count_by_span_and_unit(connection, actor, Filter(), "opened", ages)
        assert {unit: n for unit, (n,) in by_unit.items()} == Counter(about)


def _stand_in(office: Office, username: str, unit: str, role: str) -> None:
    at = office.story.units[unit]
    with office.story.database.unit_of_work() as connection:
        post = select(POST.c.id).where(POST.c.unit_id == at, POST.c.role == role).limit(1)
        row = {"post_id": connection.execute(post).scalar_one(), "kind": "substitute"}
        row |= {"person_id": office.story.people[username], "begins_at": NOW}
        connection.execute(insert(HOLDING).values(row))


def test_a_closed_case_is_nobodys_work_and_stays_in_the_lists(office: Office) -> None:
    for username in (SPECIALIST, "zhou-dc.head", "xingyi.liaison"):
        assert office.withdrawn not in work_of(office, office.story.actor(username))
    closed = listed(office, office.units("522300-DC"), Filter(closed=True))
    assert [(row["id"], row["closed_at"] is None) for row in closed] == [(office.withdrawn, False)]


# Units


def test_more_units_are_looked_up_than_a_statement_has_parameters(office: Office) -> None:
    """Cases of a prefecture may be about any of its villages; PostgreSQL takes 65,535."""
    every = set(office.story.units.values())
    with office.story.database.reading() as connection:
        assert queries.unit_paths(connection, range(1, 70_000)).keys() == every
        assert queries.unit_paths(connection, []) == {}
