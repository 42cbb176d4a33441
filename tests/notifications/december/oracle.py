"""What a December owes to whom, counted by hand and by nothing of the product.

`faults` compares what arrived on telephones and in mailboxes with what had to.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from workflow.engine.calendar import ZONE

REST_DAYS = frozenset(date(2027, 1, day) for day in (1, 2, 3))
"""元旦; no other rest day or make-up day lies between 20 November and 8 January."""

BOTH = ("email", "sms")


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is owed at nine o'clock of one day to the posts of every unit that has not reported."""

    day: date
    roles: tuple[str, ...]
    ways: tuple[str, ...] = BOTH

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, time(9), ZONE)


REMINDERS = (
    Reminder(date(2026, 11, 20), ("liaison",), ("email",)),  # the report is opened
    Reminder(date(2026, 12, 1), ("liaison",)),
    Reminder(date(2026, 12, 16), ("liaison",)),
    Reminder(date(2026, 12, 24), ("liaison", "officer")),
    Reminder(date(2026, 12, 28), ("liaison", "officer")),
    Reminder(date(2026, 12, 30), ("liaison", "officer", "head")),
    Reminder(date(2027, 1, 4), ("officer", "head")),  # the first working day after the limit
)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Somebody of a unit that owes a report; `submitted` is when the unit did, if it did."""

    name: str
    role: str
    addresses: Mapping[str, str]
    submitted: datetime | None

    def owed(self) -> list[Reminder]:
        """What this person had to be told."""
        return [
            one
            for one in REMINDERS
            if self.role in one.roles and (self.submitted is None or one.at < self.submitted)
        ]


AT_ONCE = timedelta(hours=1)
"""Who reports so soon after a reminder was owed need not have got it."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One message as it arrived."""

    way: str
    to: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Late:
    """A reminder that first reached somebody on a later day than it was owed."""

    reporter: Reporter
    reminder: Reminder
    copy: Copy


@dataclass(frozen=True, slots=True)
class Judged:
    """What was wrong, what was late, and how much of what was owed was known on its day."""

    faults: tuple[str, ...]
    late: tuple[Late, ...]
    in_time: int
    spared: int
    """Owed, but the unit reported before anything could arrive."""


def judge(people: Sequence[Reporter], copies: Sequence[Copy]) -> Judged:
    """Hold what arrived against what was owed."""
    at_address: dict[tuple[str, str], list[Copy]] = defaultdict(list)
    for copy in sorted(copies, key=lambda copy: copy.at):
        at_address[copy.way, copy.to].append(copy)
    faults = [f"{copy.at}: {copy.way} at a quiet hour" for copy in copies if _is_quiet(copy.at)]
    late: list[Late] = []
    known: Counter[str] = Counter()
    for person in people:
        got = {way: at_address[way, to] for way, to in person.addresses.items()}
        faults += [*_disturbed(person, got), *_told_twice(person, got), *_untrue(person, got)]
        for reminder in person.owed():
            first = _first_since(reminder, got)
            if first is None:
                if _reported_at_once(person, reminder):
                    known["spared"] += 1
                else:
                    faults.append(f"{person.name} never learned of {reminder.day}")
            elif local(first.at) == reminder.day:
                known["in_time"] += 1
            else:
                late.append(Late(person, reminder, first))
    return Judged(tuple(faults), tuple(late), known["in_time"], known["spared"])


def _reported_at_once(person: Reporter, reminder: Reminder) -> bool:
    return person.submitted is not None and person.submitted - reminder.at < AT_ONCE


Got = Mapping[str, Sequence[Copy]]


def _first_since(reminder: Reminder, got: Got) -> Copy | None:
    since = [copy for of in got.values() for copy in of if copy.at >= reminder.at]
    return min(since, key=lambda copy: copy.at, default=None)


def _disturbed(person: Reporter, got: Got) -> Iterator[str]:
    """Whoever reported is left alone from that minute."""
    for of in got.values():
        for copy in of:
            if person.submitted is not None and copy.at >= person.submitted:
                yield f"{person.name} was told at {copy.at}, having reported at {person.submitted}"


def _told_twice(person: Reporter, got: Got) -> Iterator[str]:
    """Never two by one way on a day, and never more than was owed by then."""
    for way, of in got.items():
        for day, count in Counter(local(copy.at) for copy in of).items():
            if count > 1:
                yield f"{person.name} got {count} by {way} on {day}"
        for count, copy in enumerate(of, start=1):
            owed = [r for r in person.owed() if way in r.ways and r.at <= copy.at]
            if count > len(owed):
                yield f"{person.name} got {count} by {way} until {copy.at}, owed {len(owed)}"


def _untrue(person: Reporter, got: Got) -> Iterator[str]:
    """A mail says how long is left when it arrives, not when it was owed."""
    for copy in got.get("email", ()):
        if left_in_words(local(copy.at)) not in copy.text:
            yield f"{person.name} was told something untrue on {local(copy.at)}"


def left_in_words(day: date) -> str:
    """How long is left until 31 December 2026, or since when it is over."""
    limit = date(2026, 12, 31)
    if day > limit:
        return f"已逾期 {_working_days(limit, day)} 个工作日"
    return f"还剩 {_working_days(day, limit)} 个工作日"


def _working_days(after: date, until: date) -> int:
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(_is_working(day) for day in days)


def _is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in REST_DAYS


def _is_quiet(at: datetime) -> bool:
    return not _is_working(local(at)) or not 8 <= at.astimezone(ZONE).hour < 20


def local(at: datetime) -> date:
    """The day in Shanghai."""
    return at.astimezone(ZONE).date()
