"""Years of an office under a simulated clock: problems arrive, people act sooner or later or not at
all for weeks, the server is down now and then for up to forty days, holiday notices come in autumn
or too late.

Nothing happens between two instants at which something is due or somebody acts: the clock leaps.
"""

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select, update

from tests.proof.sink import Sink
from tests.proof.story import CHECKED, WAY, Story
from workflow import cadences, timers
from workflow.doctor import examine
from workflow.engine.calendar import ZONE, YearNotice
from workflow.engine.errors import Refusal
from workflow.engine.pace import DIGEST_HOUR
from workflow.store.tables.handles import CASE, HISTORY, OUTBOX, TIMER, UNIT

ARRIVALS_A_YEAR = 5
REPORTERS = ("522301", "522302")
"""The units that report every year."""

DOWN = 0.02
"""How many of the days begin an outage."""

_AGAIN = {"lookback_record": "灯都还亮着"}
_DAY, _LOOK_AGAIN = timedelta(days=1), timedelta(minutes=30)
"""The second is how soon a worker looks at what came due by night or on a day of rest."""


@dataclass(order=True)
class Errand:
    """Something somebody will do: `case` 0 is a problem that arrives, or a notice with its year."""

    at: datetime
    case: int = 0
    year: int = 0


@dataclass
class Years:
    """One office and its chance; `live` yields what is wrong."""

    story: Story
    seed: int
    years: int
    copies: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    outages: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.end = self.story.now + timedelta(days=365 * self.years)
        self.errands: list[Errand] = []
        self.down_until = self.story.now
        self.day = date.min
        self.notices = dict(self.story.catalog.calendar.notices)
        with self.story.database.unit_of_work() as connection:
            others = UNIT.c.code.not_in(REPORTERS)
            connection.execute(update(UNIT).where(others).values(reports=False))

    def live(self) -> Iterator[str]:
        """Live all the years."""
        self._plan()
        while self.story.now < self.end:
            due = max(self._due(), self.down_until)
            self.story.now = max(self.story.now, min(due, self.errands[0].at))
            if self.errands[0].at <= self.story.now:
                self._run(heapq.heappop(self.errands))
            if self.down_until <= self.story.now:
                yield from self._beat()
        self.story.now = max(self.story.now, self.down_until) + 4 * _DAY
        yield from self._beat()
        yield from self._last_words()

    # What people do

    def _plan(self) -> None:
        days = 365 * self.years
        for _ in range(ARRIVALS_A_YEAR * self.years):
            self._later(self.chance.uniform(0, days))
        for year in range(self.story.now.year, self.end.year + 1):
            late = self.chance.random() < 0.1
            day = date(year, 10, 25) + timedelta(self.chance.randint(0, 50) + 60 * late)
            at = datetime.combine(day, time(2), UTC)
            heapq.heappush(self.errands, Errand(at, year=year + 1))
        heapq.heappush(self.errands, Errand(self.end))

    def _later(self, days: float, case: int = 0) -> None:
        heapq.heappush(self.errands, Errand(self.story.now + timedelta(days=days), case))

    def _run(self, errand: Errand) -> None:
        if errand.year:
            self._enter_notice(errand.year)
        elif not errand.case:
            self._arrive()
        else:
            self._act(errand.case)

    def _arrive(self) -> None:
        due = self.story.now.date() + timedelta(days=self.chance.randint(30, 200))
        grade = self.chance.choice(("一般", "较重", "重大"))
        case = self.story.open(grade=grade, due=due.isoformat(), found_on=self._today())
        self._later(self.chance.uniform(0.1, 6), case)

    def _today(self) -> str:
        return self.story.now.astimezone(ZONE).date().isoformat()

    def _act(self, case: int) -> None:
        """Whoever's turn it is does what is next, and the next in turn sooner or later."""
        state = self._state(case)
        try:
            if state == "site_check":
                self.story.fire(case, "zhou-zx.inspector1", "pass_check", **CHECKED)
                self.story.fire(case, "zhou-zx.inspector2", "pass_check")
            elif state == "lookback":
                self.story.fire(case, "zhou-dc.inspector1", "lasting", **_AGAIN)
                self.story.fire(case, "zhou-dc.inspector2", "lasting")
            elif state == "second_review" and self.chance.random() < 0.2:
                more = {"further_requirements": "还有两盏灯没有亮，请补上"}
                self.story.fire(case, "zhou-dc.head", "return_second", **more)
            elif state in WAY:
                who, event, facts = WAY[state]
                self.story.fire(case, who, event, **facts)
        except Refusal:
            self.refused += 1
        if state != "archived":
            self._later(self.chance.choice((0.3, 2, 5, 30)), case)

    def _state(self, case: int) -> str:
        with self.story.database.reading() as connection:
            query = select(CASE.c.state).where(CASE.c.id == case)
            return str(connection.execute(query).scalar_one())

    def _enter_notice(self, year: int) -> None:
        if year in self.notices:
            return
        self.notices[year] = notice = made_up(year, self.chance)
        timers.enter_notice(self.story.database, self.story.catalog, notice, self.story.now)
        timers.recalculate(self.story.database, self.story.catalog, self.story.now)

    # What the worker does

    def _due(self) -> datetime:
        """When the next timer or message wakes, at the latest in a month, for what opens then."""
        in_a_month = self.story.now + 30 * _DAY
        with self.story.database.reading() as connection:
            wakes = [
                connection.execute(select(func.min(table.c.wake_at))).scalar()
                for table in (TIMER, OUTBOX)
            ]
        due = min([at for at in wakes if at is not None], default=in_a_month)
        return due if due > self.story.now else self.story.now + _LOOK_AGAIN

    def _beat(self) -> Iterator[str]:
        story = self.story
        timers.fire_all_due(story.database, story.catalog, story.now)
        if self.day != (today := story.now.astimezone(ZONE).date()):
            self.day = today
            cadences.open_periodic(story.database, story.catalog, story.now)
            if self.chance.random() < DOWN:
                self.outages += 1
                self.down_until = story.now + timedelta(days=self.chance.uniform(0.1, 40))
        story.deliver_by({"email": Sink(self._received), "sms": Sink(self._received)})
        yield from self._forgotten()

    def _received(self, key: str) -> None:
        self.copies[key] += 1
        if not self._may_be_told():
            self.copies[f"{key} at {self.story.now}, when nobody is told anything"] += 2

    def _may_be_told(self, from_hour: int = 8) -> bool:
        """By day on a working day, counted from the notices and not by the product's calendar."""
        local = self.story.now.astimezone(ZONE)
        day = local.date()
        rests = any(day in notice.rest for notice in self.notices.values())
        worked = any(day in notice.work for notice in self.notices.values())
        return from_hour <= local.hour < 20 and not rests and (day.weekday() < 5 or worked)

    # What must hold

    def _forgotten(self) -> Iterator[str]:
        with self.story.database.reading() as connection:
            for table in (TIMER, OUTBOX) if self._may_be_told(DIGEST_HOUR) else (TIMER,):
                late = select(func.count()).where(table.c.wake_at <= self.story.now)
                if count := connection.execute(late).scalar_one():
                    yield f"{count} of {table.name} forgotten at {self.story.now}"

    def _last_words(self) -> Iterator[str]:
        story = self.story
        report = examine(story.database, story.catalog, story.now)
        yield from map(str, report.complaints)
        yield from (f"came {n} times: {key}" for key, n in self.copies.items() if n > 1)
        with story.database.reading() as connection:
            sent = select(OUTBOX.c.key).where(OUTBOX.c.status == "sent", OUTBOX.c.way != "in_app")
            missing = set(connection.execute(sent).scalars()) - self.copies.keys()
            yield from (f"stands as sent and never came: {key}" for key in missing)
            failed = select(func.count()).where(TIMER.c.status == "failed")
            if count := connection.execute(failed).scalar_one():
                yield f"{count} timers failed"
            early = select(func.count()).where(TIMER.c.settled_at < TIMER.c.due_at)
            early = early.where(TIMER.c.status == "fired", TIMER.c.moved == 0)
            if count := connection.execute(early).scalar_one():
                yield f"{count} timers fired before they were due"
            query = select(CASE.c.period, func.count()).where(CASE.c.workflow == "annual_report")
            reports: dict[int, int] = dict(connection.execute(query.group_by(CASE.c.period)).all())
        for year in range(2026, self.end.year):
            if reports.get(year) != len(REPORTERS):
                yield f"{reports.get(year, 0)} reports of {year}"

    @property
    def steps(self) -> int:
        """How many rows of history were written."""
        with self.story.database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(HISTORY)).scalar_one())


def made_up(year: int, chance: random.Random) -> YearNotice:
    """A notice as a State Council might give it: feasts with weekends worked around them."""
    spring = date(year, 1, 22) + timedelta(chance.randint(0, 28))
    feasts = ((date(year, 1, 1), 3), (spring, 8), (date(year, 5, 1), 5), (date(year, 10, 1), 7))
    rest = {first + timedelta(n) for first, days in feasts for n in range(days)}
    near = {first + timedelta(n) for first, days in feasts for n in (-3, days + 2)}
    work = {day for day in near if day.weekday() >= 5 and day not in rest}
    return YearNotice(year, frozenset(rest), frozenset(work))
