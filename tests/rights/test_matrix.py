"""Everybody asks for everything: each person × each route × each case, against `matrix.txt`."""

import asyncio
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import event, select

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.policy import ROUTES as LINES
from api.gatekeeping.policy import Who
from api.settings import Settings
from tests.api.callers import session_headers
from tests.prefecture import NOW
from tests.proof.story import Story
from tests.rights import town
from tests.rights.expected import CASES, PEOPLE, ROUTES, Person, expected
from workflow.store.database import Database
from workflow.store.tables.handles import AUDIT

pytestmark = pytest.mark.rights

PARAMETERS = {
    "workflow": "rectification",
    "ledger": "problem",
    "name": "rectification",
    "message": "999999",
    "notice": "999999",
    "view": "999999",
    "suggestion": "999999",
    "attachment_id": "1",
    "seq": "999999",
    "path:path": "duban.css",
    "unit": "1",
    "change": "999999",
    "which": "units",
    "card": "rural",
    "year": "2099",
    "indicator": "grain",
    "source": "1",
    "job": "999999",
}
QUERIES = {"GET /api/v1/cases/import/template": "?workflow=rectification"}
"""What an address asks for besides."""

BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/cases/{case_id}/issued/{seq}/sealed": {"attachment": 1},
    "POST /api/v1/cases/{case_id}/issued/{seq}/void": {"reason": "写错"},
}
"""What a body needs besides."""


@dataclass
class Walk:
    """Everybody's way in to one furnished installation."""

    duban: Duban
    people: dict[str, int]
    cases: dict[str, int]
    differences: list[str] = field(default_factory=list)
    calls: int = 0
    serial: int = 0

    def __post_init__(self) -> None:
        self.app = create_app(self.duban)
        self.sessions = {name: self.way_in(person) for name, person in PEOPLE.items()}

    def way_in(self, person: Person) -> dict[str, str]:
        """The headers of a fresh session, or of a token; none for a visitor."""
        if person.name == "visitor":
            return {}
        id_ = self.people[person.name]
        if person.kind in ("reader", "writer"):
            return {"Authorization": f"Bearer {town.token(self.duban, id_, person.kind)}"}
        return session_headers(self.duban, id_)

    async def walk(self) -> None:
        """Ask for everything; what differs from the table is noted."""
        for at, person in enumerate(PEOPLE.values()):
            transport = ASGITransport(app=self.app, client=(f"10.0.0.{at}", 50000))
            async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                for route in sorted(ROUTES, key=lambda route: not route.startswith("GET")):
                    for case in CASES if "{case_id}" in route else (None,):
                        await self.ask(client, person, route, case)

    async def ask(
        self, client: AsyncClient, person: Person, route: str, case: str | None
    ) -> Response:
        """One call; a write in a session of its own, and once more without the form's token."""
        wanted = expected(route, person, case)
        writes = not route.startswith("GET")
        headers = self.way_in(person) if writes else self.sessions[person.name]
        known = "Cookie" in headers and person.kind != "visitor"
        if writes and known and Who.ANYBODY not in LINES[route].who:
            bare = {"Cookie": headers["Cookie"]}
            self.note(await self.send(client, person, route, case, bare), route, person, case, 403)
        response = await self.send(client, person, route, case, headers)
        self.note(response, route, person, case, wanted)
        return response

    async def send(
        self,
        client: AsyncClient,
        person: Person,
        route: str,
        case: str | None,
        headers: dict[str, str],
    ) -> Response:
        """The request, with the least that it needs."""
        self.serial += 1
        method, _, path = (route + QUERIES.get(route, "")).partition(" ")
        for name, value in {**PARAMETERS, "person": str(self.people["nobody"])}.items():
            path = path.replace(f"{{{name}}}", value)
        if case is not None:
            path = path.replace("{case_id}", str(self.cases[case]))
        name = f"{person.name}-{self.serial}"
        if path.startswith("/api/") and method == "POST":
            least = {"event": "nothing", "request": name} if case else {}
            body: dict[str, Any] = {"json": {**least, **BODIES.get(route, {})}}
        else:
            body = {"data": {"event": "nothing", "request": name, "username": name}}
        client.cookies.clear()
        sent = await client.request(
            method, path, headers=headers, **(body if method == "POST" else {})
        )
        self.calls += 1
        return sent

    def note(
        self, response: Response, route: str, person: Person, case: str | None, wanted: int
    ) -> None:
        """Keep what was not expected."""
        if response.status_code != wanted:
            about = f" about {case}" if case else ""
            got = f"{response.status_code}, not {wanted}"
            self.differences.append(f"{person.name}: {route}{about}: {got}")


@pytest.fixture(scope="module")
def walk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("rights")
    copy = folder / "duban.db"
    copy.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{copy}")
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    duban = Duban.on(database, Settings(data=folder), SimulatedClock(NOW))
    people, cases = town.furnish(duban, folder)
    town.attach(duban, cases.values())
    yield Walk(duban, people, cases)
    database.dispose()


def test_every_route_has_its_expectation() -> None:
    assert sorted(ROUTES) == sorted(LINES), "add the row of a new route to tests/rights/matrix.txt"


def test_everybody_gets_what_the_table_says(walk: Walk) -> None:
    begun = perf_counter()
    asyncio.run(walk.walk())
    print(f"figure: rights_matrix_calls = {walk.calls}")
    print(f"figure: rights_matrix_seconds = {perf_counter() - begun:.1f}")
    print(f"figure: rights_matrix_differences = {len(walk.differences)}")
    assert not walk.differences, "\n".join(walk.differences)


def asked(walk: Walk, who: str, *paths: str) -> list[Response]:
    """What somebody gets from some addresses."""

    async def ask() -> list[Response]:
        transport = ASGITransport(app=walk.app, client=("10.0.1.1", 50000))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            headers = walk.way_in(PEOPLE[who])
            return [await client.get(path, headers=headers) for path in paths]

    return asyncio.run(ask())


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
                    same = re.sub(r'name="csrf" value="[^"]*"', "", same)  # new on every page
                    bodies[case] = same.replace(f'"case": {case}', '"case": ID')

    asyncio.run(ask())
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
