"""The organisation in words: units, their posts and who holds them, changes, lists taken in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.presenting.fields import Option, options_of
from api.presenting.wording import in_full, to_the_minute
from workflow.engine.calendar import local_day
from workflow.organising.lines import IN_WORDS, Report
from workflow.organising.undoing import KINDS
from workflow.store.offices.posts import IN_WORDS as HELD_AS
from workflow.store.offices.posts import Held

LEVELS = {"province": "省级", "prefecture": "地级", "county": "县级", "township": "乡级"}
LEVELS |= {"village": "村级"}
OF_KIND = {"government": "党委政府", "department": "部门", "office": "内设机构"}


@dataclass(frozen=True, slots=True)
class UnitLink:
    """A unit in a list; `above` names the one above it."""

    url: str
    name: str
    code: str
    above: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change that was made; `undo` is where to take it back, empty where it cannot be."""

    at: str
    who: str
    sentence: str
    undone: bool
    undo: str


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """组织机构; `contact` stands in the form for addresses of somebody that were refused."""

    find: str
    units: tuple[UnitLink, ...]
    changes: tuple[ChangeLine, ...]
    older: str
    contact: Mapping[str, str]
    done: str = ""
    problem: str = ""
    username: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """Somebody on a post: since when, until when, and why where they stand in."""

    who: str
    username: str
    as_what: str
    period: str
    reason: str


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post and who is on it, or will be; nobody when it is free."""

    title: str
    held: tuple[HeldLine, ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit: what it is called and was, where it belongs, its posts; `gone` is since when."""

    url: str
    name: str
    short_name: str
    code: str
    what: str
    gone: str
    former: tuple[str, ...]
    above: UnitLink | None
    below: tuple[UnitLink, ...]
    posts: tuple[PostLine, ...]
    roles: tuple[Option, ...]
    problem: str
    typed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListLine:
    """What becomes of one line of a file; `row` is empty for what the file leaves out."""

    row: str
    verdict: str
    wrong: bool
    what: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """导入单位或人员: what would become of every line, or what became of them."""

    which: str
    title: str
    looked: bool
    taken: str
    wrong: bool
    total: str
    lines: tuple[ListLine, ...]
    left_out: int
    complete: bool
    kept: str = ""
    problem: str = ""


def unit_link(row: Mapping[str, Any]) -> UnitLink:
    """A row of `find_units`."""
    url = f"/administration/units/{row['id']}"
    return UnitLink(url, row["short_name"], row["code"], row.get("above") or "")


def what_it_is(row: Mapping[str, Any]) -> str:
    """县级部门."""
    return f"{LEVELS[row['level']]}{OF_KIND[row['kind']]}"


def former_lines(names: Iterable[tuple[datetime, str]]) -> tuple[str, ...]:
    """What a unit was called, each with the day until which it was."""
    return tuple(f"{name}（至 {_day(until)}）" for until, name in names)


def post_lines(rows: Iterable[Mapping[str, Any]], held: Iterable[Held]) -> Iterator[PostLine]:
    """Every post of a unit with who is on it."""
    on: dict[int, list[HeldLine]] = {}
    for one in held:
        on.setdefault(one.post, []).append(
            HeldLine(
                who=one.person_name,
                username=one.username,
                as_what=HELD_AS[one.kind],
                period=period_of(one),
                reason=one.reason or "",
            )
        )
    for row in rows:
        yield PostLine(row["title"], tuple(on.get(row["id"], ())))


def period_of(one: Held) -> str:
    """自何时起，至何时."""
    begins = f"{_day(one.begins_at)}起"
    return f"{begins}，至 {_day(one.ends_at)}" if one.ends_at else begins


def _day(at: datetime) -> str:
    return in_full(local_day(at))


def change_line(row: Mapping[str, Any]) -> ChangeLine:
    """A row of `list_changes`."""
    may = row["kind"] in KINDS and row["undone_by"] is None
    return ChangeLine(
        at=to_the_minute(row["at"]),
        who=row["person"] or "命令行",
        sentence=row["sentence"],
        undone=row["undone_by"] is not None,
        undo=f"/administration/changes/{row['id']}/undo" if may else "",
    )


def list_lines(report: Report, most: int) -> tuple[ListLine, ...]:
    """The first lines of a report, those that are wrong before all others."""
    lines = sorted(report.lines, key=lambda line: line.verdict != "wrong")[:most]
    return tuple(
        ListLine(
            row=str(line.row) if line.row else "",
            verdict=IN_WORDS[line.verdict],
            wrong=line.verdict == "wrong",
            what=line.what,
            sentence=line.sentence,
        )
        for line in lines
    )


def role_options(roles: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    """Roles to choose from, by what the definitions call them; `roles` also has their own names."""
    titles: dict[str, list[str]] = {}
    for title, name in roles.items():
        titles.setdefault(name, []).extend([title] if title != name else [])
    return options_of({name: "、".join(said) or name for name, said in titles.items()}, chosen)
