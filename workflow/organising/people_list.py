"""A list of people and the posts they hold: what it would add, change and close, and doing so.

People are known by their login names; each line is one post of theirs. Who is new to a role in a
unit takes over a post of it that is free, else gets a new one. A `complete` list is all there is:
posts that it leaves out end.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow.organising.lines import Report, difference
from workflow.store.driver.bulk import load
from workflow.store.offices import staff
from workflow.store.offices.changes import Change, Work, next_ids
from workflow.store.offices.masking import masked
from workflow.store.offices.robot_address import is_robot, masked_robot
from workflow.store.offices.staff import Person, Seat
from workflow.store.people.accounts import LONGEST_NAME, is_name, problem_of_names

TITLES: Mapping[str, str] = {
    "name": "姓名",
    "phone": "手机",
    "email": "邮箱",
    "chat": "群机器人",
    "title": "职务",
}
Roles = Mapping[str, str]
NO_ROLES: Roles = {}

_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,19}")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person with one post, as a list gives them; `unit` is a code."""

    row: int
    username: str
    name: str
    phone: str | None
    email: str | None
    unit: str
    role: str
    title: str
    chat: str | None = None
    """A robot as it is kept, or else what the list has in its place."""

    given: frozenset[str] = frozenset(TITLES)
    """The columns that the list has: of somebody who is there already the others stay."""


@dataclass
class PeoplePlan:
    """What a list of people comes to. New posts are numbered from 0 in the order of `posts`."""

    report: Report = field(default_factory=Report)
    people: dict[str, PersonLine] = field(default_factory=dict)
    changed: list[tuple[int, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    titles: list[tuple[int, str, str]] = field(default_factory=list)
    posts: list[tuple[int, str, str]] = field(default_factory=list)
    taken: list[tuple[str, int]] = field(default_factory=list)
    """Login name and post, for free posts that are taken over."""
    made: list[str] = field(default_factory=list)
    """The login name of each new post's holder."""
    ended: list[Seat] = field(default_factory=list)


@dataclass
class _Known:
    """What there is, as a plan looks it up."""

    units: Mapping[str, int]
    people: Mapping[str, Person]
    seats: dict[tuple[int, int, str], list[Seat]]
    """By person, unit and role: what is held now."""
    free: dict[tuple[int, str], list[Seat]]
    roles: Roles
    """Role by its name in the definitions, and by itself; empty when any will do."""

    @classmethod
    def read(cls, work: Work, roles: Roles) -> "_Known":
        seats: dict[tuple[int, int, str], list[Seat]] = {}
        free: dict[tuple[int, str], list[Seat]] = {}
        for seat in staff.seats(work.connection, work.now):
            if seat.person is None:
                free.setdefault((seat.unit, seat.role), []).append(seat)
            else:
                seats.setdefault((seat.person, seat.unit, seat.role), []).append(seat)
        people = {one.username: one for one in staff.people(work.connection)}
        return cls(staff.living_units(work.connection), people, seats, free, roles)


def plan(work: Work, lines: Sequence[PersonLine], *, complete: bool, roles: Roles) -> PeoplePlan:
    """What would become of every line; nothing is written."""
    known, made = _Known.read(work, roles), PeoplePlan()
    for line in lines:
        if problem := _problem(line, known, made):
            made.report.say(line.row, "wrong", line.username, problem)
        else:
            _place(line, known, made)
    if complete:
        for seats in known.seats.values():
            for seat in seats:
                made.report.say(0, "closed", seat.username, f"不再任“{seat.title}”")
                made.ended.append(seat)
    return made


def _problem(line: PersonLine, known: _Known, made: PeoplePlan) -> str:
    needed = {"登录名": line.username, "姓名": line.name, "单位编码": line.unit, "岗位": line.role}
    if missing := [title for title, value in needed.items() if not value]:
        return f"缺少{'、'.join(missing)}"
    if problem := _problem_of_names(line, known):
        return problem
    if line.unit not in known.units:
        return f"没有编码为“{line.unit}”的单位" + made.report.near(line.unit, known.units)
    if known.roles and line.role not in known.roles:
        return f"没有“{line.role}”这个岗位" + made.report.near(line.role, known.roles)
    if problem := problem_of_addresses(line.phone, line.email):
        return problem
    if line.chat and not is_robot(line.chat):
        return "群机器人的地址写法不对"  # not shown: who knows it can write to the group
    first = made.people.get(line.username)
    if first is not None and _of_the_person(first) != _of_the_person(line):
        return f"与第 {first.row} 行是同一登录名，姓名、手机、邮箱或群机器人却不同"
    person = known.people.get(line.username)
    return "账号已停用" if person is not None and person.disabled else ""


def problem_of_addresses(phone: str | None, email: str | None) -> str:
    """Why these cannot be somebody's, in a sentence; or empty."""
    if phone and not _PHONE.fullmatch(phone):
        return f"手机号“{phone[:30]}”写法不对"
    return f"邮箱“{email[:60]}”写法不对" if email and "@" not in email else ""


def _problem_of_names(line: PersonLine, known: _Known) -> str:
    """Whoever is known keeps a login name of before it was looked at."""
    if line.username not in known.people and (
        problem := problem_of_names(line.username, line.name)
    ):
        return problem
    texts = {"姓名": line.name, "职务": line.title}
    wrong = [what for what, text in texts.items() if not is_name(text)]
    return f"{'、'.join(wrong)}不能超过 {LONGEST_NAME} 个字，也不能有看不见的字符" if wrong else ""


def _place(line: PersonLine, known: _Known, made: PeoplePlan) -> None:
    """A line that is right: the person, and the post that is theirs."""
    unit, role = known.units[line.unit], known.roles.get(line.role, line.role)
    person = known.people.get(line.username)
    said: list[str] = []
    if person is not None and line.username not in made.people:
        before = _of_the_person(person)
        told = {name: getattr(line, name) for name in before if name in line.given}
        after = {name: value for name, value in told.items() if value != before[name]}
        if after:
            was = {name: before[name] for name in after}
            said.append(difference(TITLES, _shown(was), _shown(after)))
            # another robot is not signed for with the secret of the one before it
            secret: dict[str, Any] = {"chat_secret": None} if "chat" in after else {}
            made.changed.append((person.id, was | secret, after | secret))
    made.people.setdefault(line.username, line)
    held = known.seats.get((person.id, unit, role)) if person else None
    if held:
        seat = held.pop(0)
        if seat.title != line.title and "title" in line.given:
            made.titles.append((seat.post, seat.title, line.title))
            said.append(difference(TITLES, {"title": seat.title}, {"title": line.title}))
        made.report.say(line.row, "changed" if said else "same", line.username, "；".join(said))
        return
    said.append(f"{line.name}任“{line.title}”")
    made.report.say(line.row, "added", line.username, "；".join(said))
    if free := known.free.get((unit, role)):
        made.taken.append((line.username, free.pop(0).post))
    else:
        made.posts.append((unit, role, line.title))
        made.made.append(line.username)


def _of_the_person(one: PersonLine | Person) -> dict[str, Any]:
    """What stands in every line of the same person."""
    return {"name": one.name, "phone": one.phone, "email": one.email, "chat": one.chat}


_MASKS = {"phone": masked, "email": masked, "chat": masked_robot}


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a report shows them: addresses masked."""
    return {
        name: _MASKS[name](value) if value and name in _MASKS else value
        for name, value in values.items()
    }


# Doing it


def take(
    work: Work, lines: Sequence[PersonLine], *, complete: bool, roles: Roles
) -> tuple[Change, Report]:
    """Add, change and close what a list says; raises ListRefused when a line is wrong."""
    made = plan(work, lines, complete=complete, roles=roles)
    made.report.check()
    change = work.begin(f"导入人员：{made.report.in_words()}")
    for person, was, after in made.changed:
        change.set("person", person, was, after)
    for post, old, new in made.titles:
        change.set("post", post, {"title": old}, {"title": new})
    for seat in made.ended:
        change.set("holding", seat.holding, {"ends_at": seat.ends_at}, {"ends_at": change.now})
    _load(change, made)
    made.report.change = change.id
    return change, made.report


def _load(change: Change, made: PeoplePlan) -> None:
    """New people, then new posts, then who holds what."""
    ids = staff.ids(change.connection)
    new = [line for line in made.people.values() if line.username not in ids]
    if new:
        first = next_ids(change.connection, "person", len(new))
        for id_, line in enumerate(new, start=first):
            ids[line.username] = id_
        rows = (
            (ids[one.username], one.username, one.name, one.phone, one.email, one.chat)
            for one in new
        )
        names = ("id", "username", "name", "phone", "email", "chat")
        load(change.connection, "person", names, rows)
        change.added("person", first, first + len(new) - 1)
    holders = list(made.taken)
    if made.posts:
        first = next_ids(change.connection, "post", len(made.posts))
        posts = ((first + at, *post) for at, post in enumerate(made.posts))
        load(change.connection, "post", ("id", "unit_id", "role", "title"), posts)
        change.added("post", first, first + len(made.posts) - 1)
        holders += [(username, first + at) for at, username in enumerate(made.made)]
    if holders:
        first = next_ids(change.connection, "holding", len(holders))
        load(change.connection, "holding", _HOLDING, _holdings(change, first, holders, ids))
        change.added("holding", first, first + len(holders) - 1)


_HOLDING = ("id", "post_id", "person_id", "kind", "begins_at")


def _holdings(
    change: Change, first: int, holders: Sequence[tuple[str, int]], ids: Mapping[str, int]
) -> Iterator[Sequence[Any]]:
    for id_, (username, post) in enumerate(holders, start=first):
        yield (id_, post, ids[username], "holder", change.now)
