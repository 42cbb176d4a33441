"""Everybody asks for everything: each person × each route × each case, against `matrix.txt`."""

import re
import statistics
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import select

from api.gatekeeping.policy import ROUTES as LINES
from tests.apart import run_apart
from tests.prefecture import NOW
from tests.proof.story import Story
from tests.rights.conftest import furnished
from tests.rights.expected import PEOPLE, ROUTES, THINGS
from tests.rights.walking import Walk, asked
from workflow.store.database import Database
from workflow.store.tables.handles import AUDIT

pytestmark = pytest.mark.rights


def test_every_route_has_its_expectation() -> None:
    assert sorted(ROUTES) == sorted(LINES), "add the row of a new route to tests/rights/matrix.txt"


def test_everybody_gets_what_the_table_says(walk: Walk) -> None:
    begun = perf_counter()
    run_apart(walk.walk())
    print(f"figure: rights_matrix_calls = {walk.calls}")
    print(f"figure: rights_matrix_seconds = {perf_counter() - begun:.1f}")
    print(f"figure: rights_matrix_differences = {len(walk.differences)}")
    assert not walk.differences, "\n".join(walk.differences)


@pytest.mark.postgres
def test_postgres_keeps_two_trees_apart_as_well(
    postgres_database: Database, tmp_path: Path
) -> None:
    begun = perf_counter()
    walk = furnished(postgres_database, tmp_path)
    people = ("liaison", "stranger")
    run_apart(walk.walk_to(THINGS, people))
    run_apart(walk.walk(people, ("own", "elsewhere")))
    print(f"figure: rights_matrix_calls_on_postgres = {walk.calls}")
    print(f"figure: rights_matrix_seconds_on_postgres = {perf_counter() - begun:.1f}")
    assert not walk.differences, "\n".join(walk.differences)


LISTED = [name for name, person in PEOPLE.items() if person.kind not in ("visitor", "none")]


@pytest.mark.parametrize("who", LISTED)
def test_lists_counts_and_exports_hold_what_one_sees_and_no_more(walk: Walk, who: str) -> None:
    person, ids = PEOPLE[who], {id_: case for case, id_ in walk.cases.items()}
    ledger = "/ledgers/inspection/plan"
    rest, page, sheet, counted = asked(
        walk,
        who,
        "/api/v1/cases?limit=200",
        ledger,
        f"{ledger}/sheet.xlsx",
        f"{ledger}?group=state",
    )
    if person.kind not in ("post", "reader", "writer"):
        assert {one.status_code for one in (rest, page, sheet)} == {403}
        return
    known = {ids[one["id"]] for one in rest.json()["items"] if one["id"] in ids}
    assert known == person.sees
    if person.kind == "post":
        inspections = {"secret", "lifted"} & person.sees
        shown = {ids[int(id_)] for id_ in re.findall(r'href="/cases/(\d+)"', page.text)}
        assert shown == inspections
        assert sheet.status_code == 200
        assert ("饮水安全" in counted.text) == bool(inspections)


# Out of scope is the same as absent


_ABOUT = ("/cases/{}", "/api/v1/cases/{}", "/api/v1/cases/{}/history", "/cases/{}/diagram.svg")


@pytest.mark.parametrize("who", ["liaison", "town", "nobody", "audit"])
@pytest.mark.parametrize("path", _ABOUT)
def test_out_of_scope_looks_like_absent_and_takes_as_long(walk: Walk, who: str, path: str) -> None:
    secret, absent = walk.cases["secret"], walk.cases["absent"]
    times: dict[int, list[float]] = {secret: [], absent: []}
    bodies: dict[int, str] = {}

    async def ask() -> None:
        transport = ASGITransport(app=walk.app, client=("10.0.1.2", 50000))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            headers = walk.way_in(PEOPLE[who])
            for _ in range(25):
                for case in times:
                    begun = perf_counter()
                    answer = await client.get(path.format(case), headers=headers)
                    times[case].append(perf_counter() - begun)
                    assert answer.status_code == 404
                    same = answer.text.replace(answer.headers["x-request-id"], "")
                    same = re.sub(r'name="(csrf|request)" value="[^"]*"', "", same)  # always new
                    bodies[case] = same.replace(f'"case": {case}', '"case": ID')

    run_apart(ask())
    assert bodies[secret] == bodies[absent]
    apart = abs(statistics.median(times[secret]) - statistics.median(times[absent])) * 1000
    print(f"figure: milliseconds between out of scope and absent = {apart:.2f}")
    assert apart < 5


# The next request already knows


def test_what_was_refused_is_in_the_log(walk: Walk) -> None:
    walk.duban.clock.advance_to(walk.duban.clock() + timedelta(minutes=1))  # type: ignore[attr-defined]
    asked(walk, "liaison", f"/cases/{walk.cases['secret']}")  # the first of this minute: written
    mine = (AUDIT.c.kind == "refusal", AUDIT.c.person_id == walk.people["liaison"])
    query = select(AUDIT.c.subject, AUDIT.c.subject_id, AUDIT.c.outcome).where(*mine)
    with walk.duban.database.reading() as connection:
        rows = set(connection.execute(query).all())
    assert ("case", walk.cases["secret"], "refused") in rows


def test_a_substitute_is_out_when_the_substitution_ends(walk: Walk) -> None:
    (before,) = asked(walk, "substitute", f"/cases/{walk.cases['own']}")
    walk.duban.clock.advance_to(NOW.replace(hour=NOW.hour + 1, minute=1))  # type: ignore[attr-defined]
    (after,) = asked(walk, "substitute", f"/cases/{walk.cases['own']}")
    assert (before.status_code, after.status_code) == (200, 404)
    story = Story(walk.duban.database, walk.duban.catalog, walk.duban.clock())
    assert story.actor("substitute").posts == ()
