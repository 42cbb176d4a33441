"""Everybody who sees much, at every page there is, in an installation that has been lived in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.policy import ROUTES
from api.settings import Settings
from tests.api.callers import session_headers
from tests.proof.life import Life
from workflow import cadences
from workflow.store.offices import administrators
from workflow.store.people.accounts import make_account
from workflow.store.tables.handles import CASE, DOCUMENT

NOT_PAGES = frozenset(
    {
        "/healthz", "/readyz", "/metrics", "/receipts/{token}",
        "/calendar/{token}", "/sign-in/provider", "/sign-in/provider/back",
        "/cases/{case_id}/files/{attachment_id}", "/cases/{case_id}/files/{attachment_id}/preview",
        "/cases/{case_id}/documents/{name}/preview.pdf",
        "/cases/{case_id}/issued/{seq}/preview.pdf", "/mailbox/{message}/mail",
        "/audit/checkpoints/{number}", "/jobs/{job}/file",
    }
)  # fmt: skip
"""What is fetched, and not read in a browser."""

STATIC = ("duban.css", "mark.svg")
"""What every page asks for besides itself, the first time."""

SUPERVISOR, UNIT, COUNTY, OFFICE = (
    "zhou-dc.specialist1", "xingyi.liaison", "xingyi.head", "zhou-zx.officer",
)  # fmt: skip
SYSTEM, SECURITY, AUDIT = "system", "security", "audit"
ANYBODY = "anybody"
"""Who has not signed in."""

ADMINISTRATORS = {
    "/administration/accounts": SECURITY,
    "/administration": SYSTEM,
    "/audit": AUDIT,
}
"""Which administrator reads the addresses that begin so; the longest first."""

QUERIES: Mapping[str, tuple[str, ...]] = {
    "/": ("", "?show=watched", "?show=done"),
    "/boards/units": ("", "?what=closed&workflow=rectification"),
    "/boards/trends": ("?workflow=rectification",),
    "/cases/new": ("", "?workflow=rectification"),
    "/cases/backfill": ("?workflow=rectification",),
    "/cases/import": ("?workflow=rectification",),
    "/indicators": ("", "?indicator=grain"),
    "/ledgers/{workflow}/{ledger}": ("", "?group=unit&unit=兴义市", "?group=light", "?group=state"),
    "/ledgers/{workflow}/{ledger}/bulk": ("?case=1&case=2&case=3",),
    "/ledgers/{workflow}/reconciliation": ("", "?kind=idle"),
}
"""What is asked for besides, where something is."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that was read: whose route it is, the bytes that it sent, its statements, its text."""

    route: str
    path: str
    reader: str
    status: int
    size: int
    statements: tuple[str, ...]
    text: str = field(default="", repr=False)

    @property
    def query(self) -> str:
        """What the address asks for besides."""
        return self.path.partition("?")[2]

    def __str__(self) -> str:
        return f"{self.path} as {self.reader}"


def routes_of_pages() -> list[str]:
    """The routes that are read in a browser."""
    every = (line.partition(" ")[2] for line in ROUTES if line.startswith("GET "))
    return [
        route
        for route in every
        if not route.startswith("/api/") and not route.endswith(".xlsx") and route not in NOT_PAGES
    ]


@dataclass
class House:
    """The lived-in installation, and a way in for each reader; `alike` are cases that fill
    the lists and are not visited one by one.
    """

    life: Life
    folder: Path
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        story = self.life.story
        story.open_at("publicity", due="2026-12-31")
        weekly = cadences.Switching("bulletin", "week", story.units["522300"], True, "会议决定")
        head = story.actor("zhou-dc.head")
        cadences.switch(story.database, story.catalog, weekly, head, story.now)
        story.pass_time(days=7)
        cadences.open_periodic(story.database, story.catalog, story.now)
        tap = "号水管三天没有水，七户人家要到二里以外的井边去挑，已经反映过两次"
        self.alike = {story.open(description=f"{number}{tap}") for number in range(40)}
        self.duban = Duban.on(story.database, Settings(data=self.folder), SimulatedClock(story.now))
        self.duban.catalog.every_version()  # each is read and compiled once a process
        people = {name: story.people[name] for name in (SUPERVISOR, UNIT, COUNTY, OFFICE)}
        for name, person in (people | self._administrators()).items():
            self.headers[name] = session_headers(self.duban, person)
        event.listen(
            story.database.engine,
            "checkout",
            lambda raw, *_: raw.set_trace_callback(self._note),
        )
        self.client = TestClient(create_app(self.duban), follow_redirects=False)

    def _administrators(self) -> dict[str, int]:
        """The one of security is the first; the life has begun with it."""
        first = self.life.story.people["wangmo.head"]
        found = {SECURITY: first}
        with self.duban.database.unit_of_work() as connection:
            for role in (SYSTEM, AUDIT):
                found[role] = make_account(connection, f"{role}-1", "管理员")
                administrators.appoint(
                    connection, found[role], role, by=first, now=self.duban.clock()
                )
        return found

    def visits(self) -> Iterator[Visit]:
        """Every page, with every case and workflow there is."""
        for route in routes_of_pages():
            for reader in self.readers_of(route):
                for path in self.paths_of(route):
                    yield self.visit(route, path, reader)

    def readers_of(self, route: str) -> tuple[str, ...]:
        """Who reads it: the administrator whose it is, or those who see much."""
        for beginning, administrator in ADMINISTRATORS.items():
            if route.startswith(beginning):
                return (administrator,)
        if route.startswith(("/public", "/sign-in")):
            return (ANYBODY,)
        if route == "/cases/{case_id}":
            return (SUPERVISOR, UNIT, COUNTY)
        if route.startswith(("/indicators", "/assessments", "/duties")):
            return (OFFICE, COUNTY)
        return (UNIT,) if "documents" in route else (SUPERVISOR,)

    def paths_of(self, route: str) -> Iterator[str]:
        """The addresses of a route, parameters filled in every way there is."""
        for filled in self._filled(route):
            yield from (filled + query for query in QUERIES.get(route, ("",)))

    def _filled(self, route: str) -> Iterator[str]:
        place = self.life.story.units
        fixed = {
            "job": "1",
            "card": "rural",
            "year": "2026",
            "unit": str(place["522301"]),
            "which": "units",
            "seq": str(self._issued()),
        }
        for name, value in fixed.items():
            route = route.replace(f"{{{name}}}", value)
        compiled = self.duban.catalog.known()
        if "{workflow}" in route:
            for name, one in compiled.items():
                for ledger in one.definition.ledgers:
                    yield route.replace("{workflow}", name).replace("{ledger}", ledger)
        elif "{case_id}" in route or "{notice}" in route:
            for case, version in self._cases():
                path = route.replace("{case_id}", str(case)).replace("{notice}", str(case))
                definition = self.duban.catalog.version(version).definition
                names = definition.tallies if "tallies" in route else definition.documents
                yield from {path.replace("{name}", one) for one in names or ("none",)}
        elif "{path:path}" in route:
            yield from (route.replace("{path:path}", name) for name in STATIC)
        elif "{name}" in route:
            yield from (route.replace("{name}", name) for name in compiled)
        else:
            yield route

    def _issued(self) -> int:
        """A row by which a document was issued."""
        with self.duban.database.reading() as connection:
            return int(connection.execute(select(func.min(DOCUMENT.c.seq))).scalar_one())

    def _cases(self) -> list[tuple[int, int]]:
        with self.duban.database.reading() as connection:
            rows: Any = connection.execute(select(CASE.c.id, CASE.c.definition_id))
            return [tuple(row) for row in rows if row.id not in self.alike]

    def visit(self, route: str, path: str, reader: str) -> Visit:
        """Read one page."""
        self.seen.clear()
        answer = self.client.get(path, headers=self.headers.get(reader, {}))
        statements = tuple(self.seen)
        size = int(answer.headers["content-length"])
        return Visit(route, path, reader, answer.status_code, size, statements, answer.text)

    def _note(self, statement: str) -> None:
        """Whatever SQLite itself is asked, by whichever way; what a trigger does on the way comes
        as a comment, or as its statement again.
        """
        again = statement.startswith("--") or self.seen[-1:] == [statement]
        if not again and not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            self.seen.append(statement)
