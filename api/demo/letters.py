"""The messages of the year: counts, the busiest day, that nobody was disturbed at night, some in
full, and that what the servers received is what the outbox says was sent.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from api.demo import records
from api.demo.performance import Performance
from api.demo.story import Letter
from api.presenting.message_story import TEMPLATES, WAYS
from api.presenting.messages import STATUSES
from notifications.simulators.smtp_sink import SunkMail
from workflow.engine.calendar import ZONE, Calendar
from workflow.engine.pace import DAY_BEGINS, DAY_ENDS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """What one way carried: according to the outbox, and according to the server."""

    way: str
    sent: int
    received: int
    differing: int
    twice: int

    @property
    def clean(self) -> bool:
        """Whether both agree, message by message."""
        return self.sent == self.received and not self.differing and not self.twice


class Letters:
    """Reads the outbox once and compares it with what arrived."""

    def __init__(self, stage: Performance) -> None:
        self._stage = stage
        with stage.duban.database.reading() as connection:
            self._rows = records.messages(connection)
        self._sent = [row for row in self._rows if row["status"] == "sent"]
        self._outside = [row for row in self._sent if row["way"] in stage.ways]

    # Figures

    def counts(self) -> Iterator[tuple[str, str, int]]:
        """Way, kind and number of the messages that went outside."""
        counted = Counter((row["way"], row["template"]) for row in self._outside)
        for way in self._stage.ways:
            for template, title in TEMPLATES.items():
                if number := counted[way, template]:
                    yield WAYS[way], title, number

    def by_status(self) -> Iterator[tuple[str, int]]:
        """What became of everything that was owed, those folded into a digest included."""
        counted = Counter(row["status"] for row in self._rows)
        for status, title in STATUSES.items():
            if number := counted[status]:
                yield title, number

    def busiest(self) -> tuple[date, int, int]:
        """The day with most messages: how many, to how many people."""
        days = Counter(_day(row["sent_at"]) for row in self._outside)
        day = min(days, key=lambda day: (-days[day], day))
        people = {row["person_id"] for row in self._outside if _day(row["sent_at"]) == day}
        return day, days[day], len(people)

    def most_digests(self) -> int:
        """The most digests that one person got on one day by one way."""
        digests = Counter(
            (row["person_id"], row["way"], _day(row["sent_at"]))
            for row in self._outside
            if row["template"] == "digest"
        )
        return max(digests.values(), default=0)

    def hours(self) -> tuple[str, str]:
        """The earliest and the latest time of day at which a mail left, by its own Date."""
        times = sorted(_sent_on(mail).astimezone(ZONE).time() for mail in self._stage.mail.messages)
        return f"{times[0]:%H:%M}", f"{times[-1]:%H:%M}"

    def untimely(self, calendar: Calendar) -> int:
        """How many went out at night or on a day off, by the outbox and by the mails' own Date."""
        instants = [row["sent_at"] for row in self._outside]
        instants += [_sent_on(mail) for mail in self._stage.mail.messages]
        return sum(not _is_timely(calendar, at) for at in instants)

    # In full

    def example(self, letter: Letter) -> Row | None:
        """The first message of a kind, or of digests the one that says most."""
        found = [
            row
            for row in self._outside
            if (row["way"], row["template"]) == (letter.way, letter.template)
        ]
        if letter.template == "digest":
            found.sort(key=lambda row: -len(row["text"] or ""))
        return found[0] if found else None

    # Reconciliation

    def tallies(self) -> list[Tally]:
        """For each way what was sent against what arrived, by address and text."""
        mail, texts = self._stage.mail.messages, self._stage.texts.messages
        ids = Counter(message.message_id for message in mail)
        arrived = {
            "email": Counter((message.to, message.text.strip()) for message in mail),
            "sms": Counter((message.to, message.text.strip()) for message in texts),
        }
        sizes = {"email": len(mail), "sms": len(texts)}
        repeated = {"email": sum(n - 1 for n in ids.values()), "sms": 0}
        return [
            self._tally(way, arrived[way], sizes[way], repeated[way]) for way in self._stage.ways
        ]

    def _tally(self, way: str, arrived: Counter[Any], size: int, twice: int) -> Tally:
        address = {"email": "email", "sms": "phone"}[way]
        mine = [row for row in self._outside if row["way"] == way]
        said = Counter((row[address], (row["text"] or "").strip()) for row in mine)
        differing = sum(((said - arrived) + (arrived - said)).values())
        return Tally(WAYS[way], len(mine), size, differing, twice)


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def _sent_on(mail: SunkMail) -> datetime:
    head = mail.raw.split(b"\r\n\r\n", 1)[0].decode("ascii", "replace")
    line = next(line for line in head.splitlines() if line.lower().startswith("date:"))
    return parsedate_to_datetime(line.partition(":")[2].strip())


def _is_timely(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(ZONE)
    return calendar.is_working(local.date()) and DAY_BEGINS <= local.time() < DAY_ENDS
