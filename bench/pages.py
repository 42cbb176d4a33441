"""P5B: the server's time for every page among 100,000 and among a million cases, with 50,000 units,
for somebody of a county, who sees a tenth of the cases, and the boards for the prefecture, which
sees all of them.

Every address that the policy has and a browser shows is read, the time of the test client with it;
what a case has of its own (history, documents) is a real case's.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, func, insert, select
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.garbage import rarely_collected
from api.gatekeeping.policy import ROUTES, Who
from api.settings import Settings
from bench import many, office
from bench.lists import p99
from bench.machine import Scratch
from workflow.engine.definition import Definition
from workflow.store.database import Database
from workflow.store.people.accounts import person_by_username
from workflow.store.people.sessions import PROVIDER, Arrival, begin_session
from workflow.store.tables.handles import HOLDING, POST, UNIT

FULL, QUICK = (100_000, 1_000_000), (1_000,)
UNITS = 50_000
CALLS, WARM = 40, 3
SEED = 20260302
COUNTY, PREFECTURE = "xingyi.head", "zhou.head"
COUNTY_MS, PREFECTURE_MS = 100.0, 300.0
OF_THE_PREFECTURE = "/boards"
"""What whoever sees all cases is measured at."""

NOT_PAGES = ("/api/", "/static/", "/healthz", "/readyz", "/metrics", "/receipts", "/calendar/")
DOWNLOADS = (".xlsx", "/file", "/mail", ".pdf", "/provider", "/back", "/preview")

Found = dict[str, list[float]]
"""Milliseconds of every call, by reader and address."""


@dataclass
class PageTimes:
    """How long each page takes among so many cases."""

    title: str
    sizes: list[int] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The table in Markdown, the slowest first, and how the goals are met."""
        heads = [f"{size:,}: {what}" for size in self.sizes for what in ("p50", "p99")]
        yield from (f"### {self.title}", "", f"| ms | {' | '.join(heads)} |")
        yield "|---" * (len(heads) + 1) + "|"
        for name in sorted(self.found[-1], key=lambda name: -p99(self.found[-1][name])):
            spent = [sorted(found[name]) for found in self.found]
            cells = [f"{one[len(one) // 2]:.1f} | {p99(one):.1f}" for one in spent]
            yield f"| {name} | {' | '.join(cells)} |"
        yield ""
        for who, most in ((COUNTY, COUNTY_MS), (PREFECTURE, PREFECTURE_MS)):
            yield f"* goal p99 ≤ {most:g} ms for {who}: {self._verdict(who, most)}"
        yield from (f"* {note}" for note in self.notes)

    def _verdict(self, who: str, most: float) -> str:
        times = {name: p99(ms) for name, ms in self.found[-1].items() if name.startswith(who)}
        slow = sum(ms > most for ms in times.values())
        return f"{len(times) - slow} of {len(times)} pages" + (", reached" if not slow else "")


def run(scratch: Scratch, sizes: tuple[int, ...], calls: int = CALLS) -> list[PageTimes]:
    """Both databases, each of them at every size."""
    return [_read(scratch, kind, sizes, calls) for kind in ("sqlite", "postgres")]


def _read(scratch: Scratch, kind: str, sizes: tuple[int, ...], calls: int) -> PageTimes:
    table = PageTimes(f"Every page, {kind}")
    for size in sizes:
        url = scratch.new(kind)
        units = many.fill(url, size)
        _furnish(url, units)
        scratch.settle(url)
        table.sizes.append(size)
        table.found.append(_measured(url, scratch.folder / f"files-{kind}-{size}", calls))
        scratch.drop(url)
    table.notes.append(f"{UNITS:,} units; {calls} calls a page, in turn")
    return table


def _furnish(url: str, units: many.Units) -> None:
    """Villages up to UNITS, and a post by which somebody of the county sees a tenth."""
    database = Database(url)
    with database.unit_of_work() as connection:
        _add_villages(connection, units)
        post = insert(POST).values(unit_id=units.tenths[3], role="head", title="主要负责人")
        made = connection.execute(post.returning(POST.c.id)).scalar_one()
        held = {"post_id": made, "person_id": person_by_username(connection, COUNTY)}
        connection.execute(insert(HOLDING).values(**held, kind="holder", begins_at=office.NOW))
    database.dispose()


def _add_villages(connection: Connection, units: many.Units) -> None:
    last = connection.execute(select(func.max(UNIT.c.id))).scalar_one()
    parents = {
        row.id: row.path
        for row in connection.execute(
            select(UNIT.c.id, UNIT.c.path).where(UNIT.c.id.in_(units.ones))
        )
    }
    model = {"level": "village", "kind": "office", "function": "village", "reports": False}
    rows = [
        {**model, "id": id_, "code": f"V{id_}", "name": f"第{id_}号村", "short_name": f"{id_}号村"}
        | {"parent_id": parent, "path": f"{parents[parent]}{id_}/"}
        for id_ in range(last + 1, UNITS + 1)
        for parent in (units.ones[id_ % len(units.ones)],)
    ]
    connection.execute(insert(UNIT), rows)


def _measured(url: str, folder: Path, calls: int) -> Found:
    database = Database(url)
    duban = Duban.on(database, Settings(data=folder), SimulatedClock(office.NOW))
    duban.catalog.every_version()
    cookies = {who: _cookie(duban, who) for who in (COUNTY, PREFECTURE)}
    with rarely_collected(), TestClient(create_app(duban), follow_redirects=False) as client:
        found: Found = {name: [] for name in _readable(client, duban, cookies)}
        rounds = [name for name in found for _ in range(calls)]
        random.Random(SEED).shuffle(rounds)
        for name in [*found] * WARM + rounds:
            who, _, path = name.partition(" ")
            began = perf_counter()
            client.get(path, headers=cookies[who])
            found[name].append((perf_counter() - began) * 1000)
    database.dispose()
    return {name: spent[WARM:] for name, spent in found.items()}


def _readable(
    client: TestClient, duban: Duban, cookies: Mapping[str, dict[str, str]]
) -> Iterator[str]:
    """Each reader with the addresses that show them something."""
    definition = duban.catalog.newest(office.WORKFLOW).definition
    for path in addresses(definition):
        for who, cookie in cookies.items():
            if who == COUNTY or path.startswith(OF_THE_PREFECTURE):
                if client.get(path, headers=cookie).status_code == 200:
                    yield f"{who} {path}"


def addresses(definition: Definition) -> Iterator[str]:
    """Every page of the policy that is no administrator's, its parameters filled in."""
    fixed = {"workflow": definition.workflow, "name": definition.workflow, "case_id": "1"}
    fixed |= {"notice": "1", "job": "1", "card": "rural", "year": "2026", "unit": "2"}
    fixed |= {"ledger": next(iter(definition.ledgers))}
    for route, line in ROUTES.items():
        method, _, path = route.partition(" ")
        if method != "GET" or path.startswith(NOT_PAGES) or path.endswith(DOWNLOADS):
            continue
        if not line.who & {Who.ANYBODY, Who.SIGNED_IN, Who.HOLDER}:
            continue
        filled = path
        for name, value in fixed.items():
            filled = filled.replace(f"{{{name}}}", value)
        if "{" not in filled:
            yield from (filled + query for query in _asked(path, definition))


def _asked(path: str, definition: Definition) -> tuple[str, ...]:
    """What is asked for besides, where something is."""
    one = f"?workflow={definition.workflow}"
    return {
        "/": ("", "?show=watched", "?show=done"),
        "/boards/units": ("", "?what=opened", "?what=closed"),
        "/boards/trends": ("", one),
        "/cases/new": ("", one),
        "/cases/import": (one,),
        "/ledgers/{workflow}/{ledger}": (
            "", "?order=newest", "?order=moved", "?order=unit", "?opened=overdue",
            "?group=unit", "?group=state", "?group=light",
        ),
        "/ledgers/{workflow}/reconciliation": ("?kind=one_sided", "?kind=idle", "?kind=reopened"),
    }.get(path, ("",))  # fmt: skip


def _cookie(duban: Duban, username: str) -> dict[str, str]:
    with duban.database.unit_of_work() as connection:
        person = person_by_username(connection, username)
        arrival, profile = Arrival(PROVIDER, "127.0.0.1", "bench"), duban.settings.sign_in
        token, _ = begin_session(connection, person, arrival, profile, duban.clock())
    return {"Cookie": f"duban={token}"}
