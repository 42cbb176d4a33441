"""A list of deputies (副职) and substitutes (代理): what it would add, change and end.

Each line is one person at one post, which is known by unit and role, and by its holder's login name
where a unit has several posts of the role. A `complete` list is all there is: whoever it leaves out
stands in no longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflow.engine.calendar import ZONE, day_begins
from workflow.organising.lines import Report, difference
from workflow.organising.people_list import Roles
from workflow.store.offices import staff
from workflow.store.offices.changes import Change, Work
from workflow.store.offices.posts import IN_WORDS, Held
from workflow.store.offices.staff import Person, Seat

TITLES: Mapping[str, str] = {"begins_at": "自", "ends_at": "至", "reason": "事由"}
KINDS = {"副职": "deputy", "代理": "substitute"}


@dataclass(frozen=True, slots=True)
class DeputyLine:
    """Somebody who acts at a post for its holder, as a list gives them; days as they were typed."""

    row: int
    username: str
    unit: str
    role: str
    kind: str
    holder: str | None = None
    begins: str | None = None
    ends: str | None = None
    reason: str | None = None
    given: frozenset[str] = frozenset({"begins", "ends", "reason"})
    """The columns that the list has: of what is there already the others stay."""


@dataclass
class DeputyPlan:
    """What a list of deputies comes to: rows of new holdings, and what changes of those known."""

    report: Report = field(default_factory=Report)
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[int, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    ended: list[Held] = field(default_factory=list)


class _Wrong(ValueError):
    """A line cannot be taken; the text says why."""


@dataclass
class _Known:
    """What there is, as a plan looks it up."""

    now: datetime
    units: Mapping[str, int]
    people: Mapping[str, Person]
    seats: Mapping[tuple[int, str], Sequence[Seat]]
    held: dict[tuple[int, int, str], Held]
    """By post, person and kind: who acts for a holder now, or will."""
    roles: Roles

    @classmethod
    def read(cls, work: Work, roles: Roles) -> "_Known":
        seats: dict[tuple[int, str], list[Seat]] = {}
        for seat in staff.seats(work.connection, work.now):
            seats.setdefault((seat.unit, seat.role), []).append(seat)
        held = {
            (one.post, one.person, one.kind): one
            for one in staff.deputies(work.connection, work.now)
        }
        people = {one.username: one for one in staff.people(work.connection)}
        return cls(work.now, staff.living_units(work.connection), people, seats, held, roles)


def plan(work: Work, lines: Sequence[DeputyLine], *, complete: bool, roles: Roles) -> DeputyPlan:
    """What would become of every line; nothing is written."""
    known, made = _Known.read(work, roles), DeputyPlan()
    seen: dict[tuple[int, int, str], int] = {}
    for line in lines:
        try:
            person, seat = _person(line, known, made), _seat(line, known, made)
            key = (seat.post, person.id, _kind(line))
            if key in seen:
                raise _Wrong(f"与第 {seen[key]} 行重复")
            seen[key] = line.row
            _place(line, person, seat, known, made)
        except _Wrong as wrong:
            made.report.say(line.row, "wrong", line.username, str(wrong))
    if complete:
        for key, one in known.held.items():
            if key not in seen:
                sentence = f"不再{IN_WORDS[one.kind]}{one.in_words}"
                made.report.say(0, "closed", one.username, sentence)
                made.ended.append(one)
    return made


def _person(line: DeputyLine, known: _Known, made: DeputyPlan) -> Person:
    needed = {"登录名": line.username, "单位编码": line.unit, "岗位": line.role, "方式": line.kind}
    if missing := [title for title, value in needed.items() if not value]:
        raise _Wrong(f"缺少{'、'.join(missing)}")
    person = known.people.get(line.username)
    if person is None:
        near = made.report.near(line.username, known.people)
        raise _Wrong(f"没有登录名为“{line.username}”的人{near}")
    if person.disabled:
        raise _Wrong("账号已停用")
    return person


def _kind(line: DeputyLine) -> str:
    if line.kind not in KINDS:
        raise _Wrong(f"没有“{line.kind}”这种方式，应为{'、'.join(KINDS)}")
    return KINDS[line.kind]


def _seat(line: DeputyLine, known: _Known, made: DeputyPlan) -> Seat:
    """The post that a line means."""
    if line.unit not in known.units:
        raise _Wrong(f"没有编码为“{line.unit}”的单位" + made.report.near(line.unit, known.units))
    if known.roles and line.role not in known.roles:
        raise _Wrong(f"没有“{line.role}”这个岗位" + made.report.near(line.role, known.roles))
    role = known.roles.get(line.role, line.role)
    seats = known.seats.get((known.units[line.unit], role), ())
    found = [one for one in seats if line.holder in (None, one.username)]
    if len(found) == 1:
        return found[0]
    if not seats:
        raise _Wrong("这个单位没有这样的岗位")
    if line.holder is not None:
        raise _Wrong(f"“{line.holder}”不担任这样的岗位")
    raise _Wrong(f"这个单位有 {len(seats)} 个这样的岗位，请在“担任者”写明是谁的")


def _place(line: DeputyLine, person: Person, seat: Seat, known: _Known, made: DeputyPlan) -> None:
    """A line that is right as far as person and post go."""
    begins, ends = _day(line.begins, "自"), _day(line.ends, "至")
    if seat.person == person.id:
        raise _Wrong("本人就担任这个岗位")
    if ends is not None and ends <= max(begins or known.now, known.now):
        raise _Wrong("“至”应晚于“自”，也应晚于今天")
    one = known.held.get((seat.post, person.id, _kind(line)))
    if one is None:
        _add(line, person, seat, (begins or known.now, ends), made)
    else:
        _compare(line, one, (begins or one.begins_at, ends), known, made)


def _compare(
    line: DeputyLine,
    one: Held,
    period: tuple[datetime, datetime | None],
    known: _Known,
    made: DeputyPlan,
) -> None:
    told = {
        "begins": ("begins_at", period[0]),
        "ends": ("ends_at", period[1]),
        "reason": ("reason", line.reason),
    }
    given = dict(column for name, column in told.items() if name in line.given)
    after = {column: value for column, value in given.items() if value != getattr(one, column)}
    if "begins_at" in after and one.begins_at <= known.now:
        raise _Wrong("已经开始，“自”不能再改；请先办理离任，再重新指定")
    _check_reason(one.kind, line.reason if "reason" in after else one.reason)
    if not after:
        made.report.say(line.row, "same", line.username)
        return
    before = {column: getattr(one, column) for column in after}
    said = difference(TITLES, _shown(before), _shown(after))
    made.report.say(line.row, "changed", line.username, said)
    made.changed.append((one.id, before, after))


def _add(
    line: DeputyLine,
    person: Person,
    seat: Seat,
    period: tuple[datetime, datetime | None],
    made: DeputyPlan,
) -> None:
    kind = _kind(line)
    _check_reason(kind, line.reason)
    row = {"post_id": seat.post, "person_id": person.id, "kind": kind, "reason": line.reason}
    made.new.append(row | {"begins_at": period[0], "ends_at": period[1]})
    made.report.say(line.row, "added", line.username, f"{person.name}{line.kind}“{seat.title}”")


def _check_reason(kind: str, reason: str | None) -> None:
    if kind == "substitute" and not reason:
        raise _Wrong("请写明代理的事由")


def _day(text: str | None, title: str) -> datetime | None:
    """The beginning of a day in Shanghai."""
    try:
        return day_begins(date.fromisoformat(text)) if text else None
    except (ValueError, OverflowError):
        raise _Wrong(f"“{title}”应写成 2026-03-02 这样") from None


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.astimezone(ZONE).date().isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


# Doing it


def take(
    work: Work, lines: Sequence[DeputyLine], *, complete: bool, roles: Roles
) -> tuple[Change, Report]:
    """Add, change and end what a list says; raises ListRefused when a line is wrong."""
    made = plan(work, lines, complete=complete, roles=roles)
    made.report.check()
    change = work.begin(f"导入副职和代理：{made.report.in_words()}")
    for holding, before, after in made.changed:
        change.set("holding", holding, before, after)
    for one in made.ended:
        if one.begins_at >= change.now:
            change.remove("holding", one.id)
        else:
            change.set("holding", one.id, {"ends_at": one.ends_at}, {"ends_at": change.now})
    for row in made.new:
        change.add("holding", row)
    made.report.change = change.id
    return change, made.report
