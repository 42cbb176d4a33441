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
    refused: frozenset[str] = frozenset()
    """The ways by which nothing reaches this person, whoever sends it."""

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
class Outage:
    """From when until when nothing could arrive by a way, quiet days after it included."""

    way: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Late:
    """A reminder that first reached somebody by a way on a later day than it was owed; `unknown`
    where no other way had brought it in time either.
    """

    reporter: Reporter
    reminder: Reminder
    copy: Copy
    unknown: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What was wrong, what was late; how much of what was owed came on its day, by way."""

    faults: tuple[str, ...]
    late: tuple[Late, ...]
    in_time: Mapping[str, int]
    spared: Mapping[str, int]
    """Owed, but the unit reported before anything could arrive."""

    refused: Mapping[str, int]
    """Owed to a number that its provider refuses."""


def judge(
    people: Sequence[Reporter], copies: Sequence[Copy], outages: Sequence[Outage] = ()
) -> Judged:
    """Hold what arrived against what was owed: to every person, by every way."""
    at_address: dict[tuple[str, str], list[Copy]] = defaultdict(list)
    for copy in sorted(copies, key=lambda copy: copy.at):
        at_address[copy.way, copy.to].append(copy)
    faults = [f"{copy.at}: {copy.way} at a quiet hour" for copy in copies if _is_quiet(copy.at)]
    late: list[Late] = []
    known: dict[str, Counter[str]] = defaultdict(Counter)
    for person in people:
        got = {way: at_address[way, to] for way, to in person.addresses.items()}
        faults += [*_disturbed(person, got), *_told_twice(person, got), *_untrue(person, got)]
        for reminder, way in ((one, way) for one in person.owed() for way in one.ways):
            first = _first_since(reminder, got[way])
            if first is not None and way in person.refused:
                faults.append(f"{person.name} got what {way} refuses on {local(first.at)}")
            elif first is not None and local(first.at) == reminder.day:
                known["in_time"][way] += 1
            elif first is not None:
                late.append(Late(person, reminder, first, unknown=not _knew(reminder, got)))
            elif way in person.refused:
                known["refused"][way] += 1
            elif _could_not_arrive(person, reminder, way, outages):
                known["spared"][way] += 1
            else:
                faults.append(f"{person.name} never learned by {way} of {reminder.day}")
    return Judged(tuple(faults), tuple(late), known["in_time"], known["spared"], known["refused"])


def _could_not_arrive(
    person: Reporter, reminder: Reminder, way: str, outages: Sequence[Outage]
) -> bool:
    """Whether somebody reported at once, or before a way worked again."""
    if person.submitted is None:
        return False
    down = (one for one in outages if one.way == way and one.since <= reminder.at < one.until)
    return person.submitted < max((one.until for one in down), default=reminder.at + AT_ONCE)


Got = Mapping[str, Sequence[Copy]]


def _first_since(reminder: Reminder, got: Sequence[Copy]) -> Copy | None:
    return next((copy for copy in got if copy.at >= reminder.at), None)


def _knew(reminder: Reminder, got: Got) -> bool:
    """Whether anything brought a reminder on its day."""
    first = (_first_since(reminder, of) for of in got.values())
    return any(copy is not None and local(copy.at) == reminder.day for copy in first)


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
