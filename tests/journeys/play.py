"""People of the sample prefecture play a story on a real database; nothing is kept between steps.

Every step works with a catalog and commands made anew from the database. The clock moves only by
`until` (the worker sweeps whenever something falls due, the post goes out) and `down_until` (nobody
sweeps, no post). Instants are written as in Shanghai: "2026-03-06", at ten, or "2026-03-06 15:30".
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from sqlalchemy import event, func, select, text, update

from tests.engine.definitions import at
from tests.prefecture import NOW, Prefecture
from workflow import following, ladder, timers
from workflow.catalog import Catalog
from workflow.commands import Commands
from workflow.doctor import Report, examine
from workflow.engine.calendar import ZONE, Calendar, YearNotice
from workflow.engine.case import Actor, Case
from workflow.engine.errors import Refusal
from workflow.engine.machine import Compiled
from workflow.engine.sight import due_day
from workflow.organising import Organising
from workflow.store import cases, queries
from workflow.store.calendars import read_calendars
from workflow.store.changes import Asked
from workflow.store.database import Database
from workflow.store.organisation import PERSON, UNIT, actor_of
from workflow.store.writes import CASE, HISTORY, OUTBOX, SIGN_OFF, TIMER

COUNTY, TOWNSHIP = "522301", "522301100"
"""兴义市 and its 敬南镇."""

variation = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""A turn of a story that the engine alone decides: played on SQLite only."""

PROBLEM = {
    "source": "督查",
    "found_on": "2026-03-01",
    "description": "村道路灯损坏，三个月无人修复",
    "grade": "较重",
    "kind": "限期整改",
    "due": "2026-05-29",
}
"""A problem found on a Sunday; its date is a Friday."""


class Shelf(Catalog):
    """A catalog that reads everything anew, but parses a text only the first time it meets it."""

    _parsed: ClassVar[dict[tuple[str, int, str], Compiled]] = {}
    _noticed: ClassVar[dict[tuple[str, ...], Mapping[int, Calendar]]] = {}

    def reload(self) -> None:
        with self._database.reading() as connection:
            query = text("SELECT id, workflow, sha256 FROM definition ORDER BY version")
            rows = connection.execute(query).all()
            bodies = connection.execute(text("SELECT body FROM calendar_notice ORDER BY version"))
            notices = tuple(bodies.scalars())
            if notices not in self._noticed:
                self._noticed[notices] = read_calendars(connection)
        self._texts = {row.id: (row.workflow, row.id, row.sha256) for row in rows}
        self._newest = {row.workflow: row.id for row in rows}
        self._calendars = dict(self._noticed[notices])

    def version(self, definition: int) -> Compiled:
        key = self._texts[definition]
        if key not in self._parsed:
            self._parsed[key] = super().version(definition)
        return self._parsed[key]


@dataclass(frozen=True, slots=True)
class Told:
    """One message: who was told what, when it was owed."""

    on: str
    who: str
    template: str
    what: str
    urgency: str


class Play:
    """A story in the making."""

    def __init__(self, database: Database, now: datetime = NOW) -> None:
        self.database, self.now = database, now
        self.prefecture = Prefecture(database)
        self.post_is_down = False
        self._requests = count(1)
        self._ids: dict[str, int] = {}

    # What people do

    @property
    def catalog(self) -> Catalog:
        return Shelf(self.database)

    @property
    def commands(self) -> Commands:
        return Commands(self.database, self.catalog)

    def open(
        self,
        who: str,
        workflow: str = "rectification",
        *,
        draft: bool = False,
        parties: dict[str, str] | None = None,
        **facts: Any,
    ) -> int:
        """Open a case, an hour after the last step; parties by the codes of their units."""
        self._an_hour_on()
        named = {
            name: self.unit(code) for name, code in (parties or {"responsible": COUNTY}).items()
        }
        answer = self.commands.open_case(
            workflow=workflow,
            parties=named,
            facts=facts if workflow != "rectification" else {**PROBLEM, **facts},
            actor=self.actor(who),
            request=f"request {next(self._requests)}",
            now=self.now,
            draft=draft,
        )
        return answer.case

    def act(
        self,
        who: str,
        case: int,
        event: str,
        *,
        unit: str | None = None,
        to: str | None = None,
        **facts: Any,
    ) -> str:
        """Fire an event as somebody, an hour after the last step; the state it led to."""
        self._an_hour_on()
        answer = self.commands.fire(
            case_id=case,
            event=event,
            actor=self.actor(who),
            request=f"request {next(self._requests)}",
            now=self.now,
            facts=facts,
            unit=self.unit(unit) if unit else None,
            person=self.person(to) if to else None,
        )
        return answer.state

    def refused(self, kind: type[Refusal], who: str, case: int, event: str, **more: Any) -> Refusal:
        """Fire what must be refused in this way; nothing at all is written."""
        before = self.figures()
        with pytest.raises(kind) as caught:
            self.act(who, case, event, **more)
        assert self.figures() == before
        return caught.value

    def _an_hour_on(self) -> None:
        self.now += timedelta(hours=1)

    # What time does

    def until(self, when: str) -> None:
        """Let the worker and the post do what falls due, to the minute, until then."""
        target = at(when)
        assert target >= self.now, f"{when} has passed"
        while (due := self._next_due(target)) is not None:
            self.now = max(self.now, due)
            self.sweep()
        self.now = target
        self.sweep()

    def down_until(self, when: str) -> None:
        """The machine stands still until then; the first sweep after it is not yet made."""
        self.now = at(when)

    def sweep(self) -> None:
        """One round of the worker, twice to see that the second finds nothing."""
        catalog = self.catalog
        for _ in range(2):
            following.follow_all(self.database, catalog, self.now)
            timers.fire_all_due(self.database, catalog, self.now)
            timers.open_periodic(self.database, catalog, self.now)
            timers.recalculate(self.database, catalog, self.now)
        self._send()

    def enter_notice(self, notice: YearNotice) -> None:
        """An administrator enters a year's holiday notice; the worker follows."""
        timers.enter_notice(self.database, self.catalog, notice, self.now)
        self.sweep()

    def _next_due(self, target: datetime) -> datetime | None:
        """When something next falls due: a timer, a message, the day on which reports open."""
        waiting = select(func.min(TIMER.c.wake_at)), select(func.min(OUTBOX.c.wake_at))
        with self.database.reading() as connection:
            found = [connection.execute(query).scalar() for query in waiting[: self._senses]]
        opening = datetime(self.now.astimezone(ZONE).year, 10, 15, tzinfo=ZONE)
        due = [one for one in (*found, opening) if one is not None and self.now < one <= target]
        return min(due, default=None)

    @property
    def _senses(self) -> int:
        return 1 if self.post_is_down else 2

    def _send(self) -> None:
        """All that may go has gone; how it goes is tested with the notifications."""
        if self.post_is_down:
            return
        gone = {"status": "sent", "wake_at": None, "sent_at": self.now, "attempts": 1}
        gone |= {"outcome": "accepted", "text": "（不经服务器）"}
        with self.database.unit_of_work() as connection:
            connection.execute(update(OUTBOX).where(OUTBOX.c.wake_at <= self.now).values(gone))

    # What there is

    def case(self, case: int) -> Case:
        with self.database.reading() as connection:
            return cases.read_case(connection, case)[0]

    def state(self, case: int) -> str:
        return self.case(case).state

    def due(self, case: int) -> str | None:
        """The last day of the present limit."""
        due = self.case(case).due
        return due_day(due.at).isoformat() if due else None

    def due_words(self, case: int) -> str:
        due = self.case(case).due
        return due.derivation if due else ""

    def marks(self, case: int) -> tuple[str, ...]:
        return self.case(case).marks

    def seat(self, case: int, party: str) -> str:
        """The code of the unit that fills a party."""
        unit = self.case(case).parties[party].unit
        with self.database.reading() as connection:
            query = select(UNIT.c.code).where(UNIT.c.id == unit)
            return str(connection.execute(query).scalar_one())

    def children(self, case: int, name: str) -> list[int]:
        query = select(CASE.c.id).where(CASE.c.parent_id == case, CASE.c.child_name == name)
        with self.database.reading() as connection:
            return list(connection.execute(query.order_by(CASE.c.id)).scalars())

    def child(self, case: int, name: str) -> int:
        """The one child of that name."""
        (only,) = self.children(case, name)
        return only

    def of_workflow(self, workflow: str) -> list[int]:
        query = select(CASE.c.id).where(CASE.c.workflow == workflow).order_by(CASE.c.id)
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def events(self, case: int) -> list[str]:
        """What happened, in order."""
        with self.database.reading() as connection:
            return [row["event"] for row in cases.history_of(connection, case)]

    def rungs(self, case: int, *, since: str = "2020-01-01") -> list[tuple[str, int]]:
        """The rungs that have come since, each with the day on which it did."""
        query = select(TIMER.c.settled_at, TIMER.c.rung).where(
            TIMER.c.case_id == case,
            TIMER.c.status == "fired",
            TIMER.c.name.like("rung:%"),
            TIMER.c.settled_at >= at(since),
        )
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(TIMER.c.settled_at, TIMER.c.rung)).all()
        return [(_day(settled), rung) for settled, rung in rows]

    def timers(self, case: int) -> list[tuple[str, str, int]]:
        """The timers to come, rungs without a row included: day, name, rung."""
        with self.database.reading() as connection:
            whole, _ = cases.read_case(connection, case)
            rows = ladder.with_rungs_to_come(
                self.catalog, whole, queries.timers_of(connection, whole.id)
            )
        waiting = [row for row in rows if row["status"] == "waiting"]
        waiting.sort(key=lambda row: (row["wake_at"], row["rung"]))
        return [(_day(row["wake_at"]), row["name"], row["rung"]) for row in waiting]

    def settled(self, case: int) -> dict[str, int]:
        """How many timers ended how."""
        query = (
            select(TIMER.c.status, func.count())
            .where(TIMER.c.case_id == case)
            .group_by(TIMER.c.status)
        )
        with self.database.reading() as connection:
            return {status: int(number) for status, number in connection.execute(query)}

    def told(
        self, case: int, *, since: str = "2020-01-01", template: str | None = None
    ) -> list[Told]:
        """Whom the case has told since, each message once whatever its ways."""
        query = (
            select(OUTBOX, PERSON.c.username)
            .outerjoin(PERSON, PERSON.c.id == OUTBOX.c.person_id)
            .where(OUTBOX.c.case_id == case, OUTBOX.c.created_at >= at(since))
            .order_by(OUTBOX.c.seq, OUTBOX.c.id)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        found = (
            Told(
                _day(row["created_at"]),
                row["username"] or "-",
                row["template"],
                json.loads(row["variables"])["what"],
                row["urgency"],
            )
            for row in rows
            if template in (None, row["template"])
        )
        return list(dict.fromkeys(found))

    def signatures(self, case: int) -> list[tuple[int, str, str, bool]]:
        """Every signature ever given: cycle, side, person, whether it is in force."""
        query = (
            select(SIGN_OFF, PERSON.c.username)
            .join(PERSON, PERSON.c.id == SIGN_OFF.c.person_id)
            .where(SIGN_OFF.c.case_id == case)
            .order_by(SIGN_OFF.c.seq)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [(r["cycle"], r["side"], r["username"], r["live"] == 1) for r in rows]

    def figures(self) -> dict[str, int]:
        """How many rows there are of what a step writes."""
        counts = [
            select(func.count()).select_from(table).scalar_subquery().label(table.name)
            for table in (CASE, HISTORY, TIMER, OUTBOX, SIGN_OFF)
        ]
        with self.database.reading() as connection:
            return dict(connection.execute(select(*counts)).mappings().one())

    def doctor(self) -> Report:
        return examine(self.database, self.catalog, self.now)

    # The organisation

    def unit(self, code: str) -> int:
        if code not in self._ids:
            self._ids[code] = self.prefecture.unit(code)
        return self._ids[code]

    def person(self, username: str) -> int:
        if username not in self._ids:
            self._ids[username] = self.prefecture.person(username)
        return self._ids[username]

    def name(self, username: str) -> str:
        """What somebody is called."""
        query = select(PERSON.c.name).where(PERSON.c.username == username)
        with self.database.reading() as connection:
            return str(connection.execute(query).scalar_one())

    def actor(self, username: str) -> Actor:
        """Somebody with the posts held now."""
        with self.database.reading() as connection:
            return actor_of(connection, self.person(username), self.now)

    def stand_in(self, who: str, holder: str, until: str | None = None) -> None:
        """Somebody stands in for another person's posts from now on."""
        self.organising.substitute(
            self.asked(),
            person=self.person(who),
            stands_for=self.person(holder),
            ends=at(until) if until else None,
            reason="出差",
        )

    def give_post(self, who: str, code: str, role: str, *, one_more: bool = True) -> None:
        """Somebody gets one more post, or takes a free one over."""
        post = {"unit": self.unit(code), "role": role, "one_more": one_more}
        self.organising.appoint(self.asked(), person=self.person(who), **post)

    def leave(self, who: str) -> None:
        """Somebody's posts end."""
        self.organising.end(self.asked(), person=self.person(who), reason="调离")

    @property
    def organising(self) -> Organising:
        return Organising(self.database)

    def asked(self) -> Asked:
        """A request of a system administrator's."""
        return Asked(f"request {next(self._requests)}", self.now)

    def add_unit(self, code: str, level: str, parent: str, *, reports: bool) -> None:
        """One more unit in the tree."""
        with self.database.unit_of_work() as connection:
            above = connection.execute(select(UNIT).where(UNIT.c.code == parent)).mappings().one()
            id_ = connection.execute(select(func.max(UNIT.c.id))).scalar_one() + 1
            new = UNIT.insert().values(
                id=id_,
                code=code,
                name=code,
                short_name=code,
                level=level,
                kind="government",
                function="government",
                parent_id=above["id"],
                path=f"{above['path']}{id_}/",
                reports=reports,
            )
            connection.execute(new)


def _day(instant: datetime) -> str:
    return instant.astimezone(ZONE).date().isoformat()


def notice(year: int, *rest: str, work: Collection[str] = ()) -> YearNotice:
    """A holiday notice by its days, as text."""
    return YearNotice(
        year, frozenset(map(date.fromisoformat, rest)), frozenset(map(date.fromisoformat, work))
    )


@contextmanager
def a_story(database: Database, now: datetime = NOW) -> Iterator[Play]:
    """A play whose database the doctor finds clean at the end."""
    if database.is_sqlite:  # no story outlives a power cut: no need to wait for the disk
        event.listen(
            database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF")
        )
    play = Play(database, now)
    yield play
    play.sweep()
    complaints = play.doctor().complaints
    assert not complaints, "\n".join(map(str, complaints))
