"""Everybody on their way: what each person asks for, and what they got but should not have."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from httpx2 import ASGITransport, AsyncClient, Response

from api.app import create_app
from api.context import Duban
from api.gatekeeping.policy import ROUTES as LINES
from api.gatekeeping.policy import Who
from tests.apart import run_apart
from tests.api.callers import session_headers
from tests.rights import town
from tests.rights.expected import CASES, PEOPLE, ROUTES, Person, Thing, expected
from tests.rights.things import Named, Things

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
    things: Things
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

    async def walk(self, people: Collection[str] = PEOPLE, cases: Collection[str] = CASES) -> None:
        """Have people ask for everything; what differs from the table is noted."""
        for person in (PEOPLE[name] for name in people):
            async with self.browser(person) as client:
                for route in sorted(ROUTES, key=writes):
                    for case in cases if "{case_id}" in route else (None,):
                        await self.ask(client, person, route, case)

    async def walk_to(self, things: Iterable[Thing], people: Collection[str] = PEOPLE) -> None:
        """Have people ask for things, those last who may get one: then it may be gone."""
        for thing in things:
            some = (PEOPLE[name] for name in people)
            for person in sorted(some, key=lambda person: thing.expected(person) < 400):
                async with self.browser(person) as client:
                    named = self.things[thing.thing]
                    response = await self.send(client, person, thing.route, named)
                self.note(response, person, f"{thing.route} {thing.thing}", thing.expected(person))

    def browser(self, person: Person) -> AsyncClient:
        """One that comes from an address of the person's own."""
        address = f"10.0.0.{list(PEOPLE).index(person.name)}"
        transport = ASGITransport(app=self.app, client=(address, 50000))
        return AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")

    async def ask(
        self, client: AsyncClient, person: Person, route: str, case: str | None
    ) -> Response:
        """One call; a write in a session of its own, and once more without the form's token."""
        named = Named({"case_id": self.cases[case]} if case else {})
        about = f"{route} about {case}" if case else route
        known = person.kind not in ("visitor", "reader", "writer")
        if writes(route) and known and Who.ANYBODY not in LINES[route].who:
            bare = {"Cookie": self.way_in(person)["Cookie"]}
            self.note(await self.send(client, person, route, named, bare), person, about, 403)
        response = await self.send(client, person, route, named)
        self.note(response, person, about, expected(route, person, case))
        return response

    async def send(
        self,
        client: AsyncClient,
        person: Person,
        route: str,
        named: Named,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The request, with the least that it needs."""
        self.serial += 1
        if headers is None:
            headers = self.way_in(person) if writes(route) else self.sessions[person.name]
        method, _, path = (route + QUERIES.get(route, "")).partition(" ")
        anybody = {**PARAMETERS, "person": self.people["nobody"]}
        for name, value in {**anybody, **named.where}.items():
            path = path.replace(f"{{{name}}}", str(value))
        body: dict[str, Any] = {}
        request = f"{person.name}-{self.serial}"
        if method == "POST" and path.startswith("/api/"):
            least = {"event": "nothing", "request": request} if "{case_id}" in route else {}
            body = {"json": {**least, **BODIES.get(route, {}), **named.form}}
        elif method == "POST":
            least = {"event": "nothing", "request": request, "username": request}
            body = {"data": {**least, **named.form}}
        client.cookies.clear()
        self.calls += 1
        return await client.request(method, path, headers=headers, **body)

    def note(self, response: Response, person: Person, about: str, wanted: int) -> None:
        """Keep what was not expected."""
        if response.status_code != wanted:
            got = f"{response.status_code}, not {wanted}"
            self.differences.append(f"{person.name}: {about}: {got}")


def writes(route: str) -> bool:
    """Whether a route is asked with a method that may change something."""
    return not route.startswith("GET")


def asked(walk: Walk, who: str, *paths: str) -> list[Response]:
    """What somebody gets from some addresses."""

    async def ask() -> list[Response]:
        transport = ASGITransport(app=walk.app, client=("10.0.1.1", 50000))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            headers = walk.way_in(PEOPLE[who])
            return [await client.get(path, headers=headers) for path in paths]

    return run_apart(ask())
