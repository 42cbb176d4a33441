"""People of the sample prefecture play a story on a real database; nothing is kept between steps.

Every step works with a catalog and commands made anew from the database. The clock moves only by
`until` (the worker sweeps whenever something falls due, the post goes out) and `down_until` (nobody
sweeps, no post). Instants are written as in Shanghai: "2026-03-06", at ten, or "2026-03-06 15:30".
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from tests.engine.definitions import at
from tests.journeys.scene import Scene
from tests.prefecture import NOW
from workflow import cadences, following, timers
from workflow.engine.calendar import ZONE, YearNotice
from workflow.engine.errors import Refusal
from workflow.store.database import Database
from workflow.store.tables.handles import OUTBOX, TIMER

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


class Play(Scene):
    """A story in the making."""

    def __init__(self, database: Database, now: datetime = NOW) -> None:
        super().__init__(database, now)
        self.post_is_down = False

    # What people do

    def open(
        self,
        who: str,
        workflow: str = "rectification",
        *,
        draft: bool = False,
        parties: dict[str, str] | None = None,
        period: int | None = None,
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
            period=period,
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
            cadences.open_periodic(self.database, catalog, self.now)
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
