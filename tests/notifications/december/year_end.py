"""The last six weeks of a year in the sample prefecture, with mail and SMS over real sockets."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select, update

from notifications.channels import Channel
from notifications.fallback import ORDER, Fallback, fall_back
from notifications.simulators.smpp_simulator import SmppSimulator
from notifications.simulators.smtp_sink import SmtpSink
from notifications.ways import open_ways
from tests.delivering import deliver_all_due
from tests.engine.definitions import at
from tests.journeys.play import Play
from tests.notifications.december.oracle import Copy, Reporter
from workflow.engine.calendar import ZONE
from workflow.store.database import Database
from workflow.store.tables.handles import CASE, PERSON, POST, UNIT

_HERE = Path(__file__).parent
_NUMBER_IS_BAD, _THROTTLED, _FINE = 0x0B, 0x58, 0
NEVER = None

BY_HAND = [
    "2026-12-01 08:59", "2026-12-01 09:01", "2026-12-16 09:05", "2026-12-24 10:00",
    "2026-12-25 10:00", "2026-12-26 10:00", "2026-12-27 23:59", "2026-12-28 08:59",
    "2026-12-30 08:59", "2026-12-30 09:01", "2026-12-31 23:59", "2027-01-02 10:00",
    "2027-01-04 08:59",
]  # fmt: skip
"""When some units report: by the minute around reminders, at night, at weekends, on an outage."""


class Centre(SmppSimulator):
    """An SMS centre that refuses some numbers, and takes only so many while it is `busy`."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: frozenset[str] = frozenset()
        self.takes: int | None = None
        self.throttled = 0

    def take_only(self, messages: int | None) -> None:
        """Take so many more and no others; None ends that."""
        self.takes = messages

    def status_for(self, to: str, text: str) -> int | None:
        if to.lstrip("+") in self.refused:
            return _NUMBER_IS_BAD
        if self.takes is not None:
            if not self.takes:
                self.throttled += 1
                return _THROTTLED
            self.takes -= 1
        return _FINE


class Post(SmtpSink):
    """A mail server that can be switched off and on again."""

    def go_down(self) -> None:
        self.__exit__()

    def come_back(self) -> None:
        self.__enter__()


Happening = tuple[datetime, Callable[[], object]]
"""What happens to the world at an instant."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that owes a report, and when it will submit it."""

    id: int
    name: str
    submits: datetime | None


class YearEnd(Play):
    """A play whose messages really travel; `copies` is what arrived, when."""

    def __init__(self, database: Database, post: Post, centre: Centre) -> None:
        super().__init__(database, at("2026-11-19 18:00"))
        self.post, self.centre = post, centre
        self.copies: list[Copy] = []
        self._seen = {"email": 0, "sms": 0}
        self.ways: Mapping[str, Channel] = open_ways(
            database, lambda: self.now, email=post.url, sms=f"{centre.url}&receipts=none"
        )
        with database.unit_of_work() as connection:
            connection.execute(update(UNIT).where(UNIT.c.level == "township").values(reports=True))
        self.catalog.publish(_HERE / "definition", self.now)

    def _send(self) -> None:
        """What may go goes, and is noted where it arrives."""
        calendar = self.catalog.calendar
        deliver_all_due(self.database, self.ways, calendar, self.now, base_url="https://d.example")
        fall_back(self.database, Fallback(ORDER, calendar), self.now)
        mails = [Copy("email", one.to, self.now, one.text) for one in self.post.messages]
        texts = [
            Copy("sms", one.to.lstrip("+"), self.now, one.text) for one in self.centre.messages
        ]
        for way, arrived in (("email", mails), ("sms", texts)):
            self.copies += arrived[self._seen[way] :]
            self._seen[way] = len(arrived)

    def live(self, plan: Iterable[Happening], end: str) -> None:
        """Let the days go by, with what happens in them."""
        for when, happens in sorted(plan, key=lambda entry: entry[0]):
            self.until(when.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"))
            happens()
        self.until(end)

    # The units

    def units(self, rng: Random) -> list[Unit]:
        """All that report: some at instants of BY_HAND, one in six never, the rest by chance."""
        query = select(UNIT.c.id, UNIT.c.short_name).where(UNIT.c.reports).order_by(UNIT.c.id)
        with self.database.reading() as connection:
            rows = list(connection.execute(query))
        rng.shuffle(rows)
        by_hand = [at(when) for when in BY_HAND]
        begin, days = at("2026-11-23 08:00"), 38
        return [
            Unit(id_, name, by_hand[n] if n < len(by_hand) else NEVER if n % 6 == 0
                 else begin + timedelta(minutes=rng.randrange(days * 24 * 60)))
            for n, (id_, name) in enumerate(rows)
        ]  # fmt: skip

    def reporters(self, units: list[Unit]) -> list[Reporter]:
        """The people of these units, with what they are reached by."""
        query = (
            select(PERSON, POST.c.role, POST.c.unit_id)
            .join(POST, POST.c.id == PERSON.c.id)  # in the sample they go together
            .where(POST.c.unit_id.in_([unit.id for unit in units]))
        )
        submits = {unit.id: unit.submits for unit in units}
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            Reporter(
                row["username"], row["role"], {"email": row["email"], "sms": row["phone"]},
                submits[row["unit_id"]],
            )
            for row in rows
        ]  # fmt: skip

    def submit(self, unit: Unit) -> None:
        """A unit's liaison reports, now."""
        query = select(CASE.c.id).where(
            CASE.c.workflow == "annual_report", CASE.c.unit_id == unit.id
        )
        liaison = select(PERSON.c.username).join(POST, POST.c.id == PERSON.c.id)
        liaison = liaison.where(POST.c.unit_id == unit.id, POST.c.role == "liaison")
        with self.database.reading() as connection:
            case = connection.execute(query).scalar_one()
            who = connection.execute(liaison).scalar_one()
        self.commands.fire(
            case_id=case, event="submit", actor=self.actor(who), now=self.now,
            request=f"submit {case}", facts={"overview": "总体平稳"},
        )  # fmt: skip
