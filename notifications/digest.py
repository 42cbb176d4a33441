"""The one digest a person gets a working day: what is gathered into it, and what it says.

It says what is true when it goes: limits are read again, and what has been dealt with since is left
out. A digest goes between 09:00 and the evening of a working day, never a second one the same day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.pacing import tomorrow
from notifications.rendering import Section, sans_year
from workflow.engine.calendar import ZONE, Calendar, local_day
from workflow.engine.pace import DAY_ENDS, DIGEST_HOUR
from workflow.engine.remaining import due_in_words, left_in_words
from workflow.engine.sight import due_day
from workflow.store.database import Database
from workflow.store.outgoing import folding
from workflow.store.outgoing.folding import Folded, Item
from workflow.store.outgoing.relevance import TO_DO

PEOPLE_AT_ONCE = 200
"""Whose digests are folded in one transaction."""

MOST_SHOWN = 20
"""Items of a section; more are counted, for a digest is read in half a minute."""

INSISTENT = frozenset({"overdue", "urged"})
"""Templates that must not be lost: better twice than never."""


def fold_due(database: Database, calendar: Calendar, now: datetime) -> Folded:
    """Make the day's digests of all that is due, if this is an hour for digests."""
    done = Folded()
    if not _is_hour(calendar, now):
        return done
    day = local_day(now).isoformat()
    next_day = calendar.next_working_instant(tomorrow(now), DIGEST_HOUR)
    while True:
        with database.unit_of_work() as connection:
            groups = folding.lock_due_groups(connection, now, day, PEOPLE_AT_ONCE)
            if not groups:
                return done
            more = folding.fold(connection, groups, day, now, next_day)
        done = Folded(
            done.digests + more.digests,
            done.messages + more.messages,
            done.put_off + more.put_off,
        )
        if len(groups) < PEOPLE_AT_ONCE:
            return done  # nobody else's is due


def _is_hour(calendar: Calendar, now: datetime) -> bool:
    local = now.astimezone(ZONE)
    return calendar.is_working(local.date()) and DIGEST_HOUR <= local.hour < DAY_ENDS.hour


# What it says


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest says; empty sections mean that there is nothing left to say."""

    variables: Mapping[str, str]
    """`summary`; of the most pressing item `unit`, `headline` and `left`, for a short message, all
    empty where there is only news; `fixed` where something in it comes whatever somebody chose.
    """

    sections: tuple[Section, ...]
    insistent: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    tone: str
    brief: str


_KINDS = {
    "late": _Kind("已逾期", "late", "已逾期"),
    "today": _Kind("今天到期", "near", "今天到期"),
    "week": _Kind("本周到期", "near", "本周到期"),
    "soon": _Kind("近期到期", "calm", "近期到期"),
    "new": _Kind("新到事项", "calm", "新到"),
    "news": _Kind("新的情况", "calm", "新的情况"),
}
"""The sections, the pressing ones first."""


def compose(items: Sequence[Item], calendar: Calendar, now: datetime, base_url: str) -> Digest:
    """Sort what was gathered into sections, each case once, where it is most pressing."""
    by_case: dict[int, list[Item]] = {}
    for item in items:
        if not _is_settled(item):
            by_case.setdefault(item.case, []).append(item)
    placed: dict[str, list[Mapping[str, str]]] = {kind: [] for kind in _KINDS}
    pressing: list[tuple[str, Item]] = []
    explained: set[str] = set()
    for about in sorted(by_case.values(), key=lambda about: (_due(about), about[0].case)):
        kind, item = _place(about, now)
        why = _why(item) if kind == "late" else ""
        how = "" if why in explained else why  # of nine with one limit, once
        explained.add(why)
        placed[kind].append(_line(kind, item, how, calendar, now, base_url))
        pressing += [(kind, item)] if kind != "news" else []
    sections = tuple(_section(kind, lines) for kind, lines in placed.items() if lines)
    counts = (f"{_KINDS[kind].brief} {len(lines)} 件" for kind, lines in placed.items() if lines)
    insistent = any(item.template in INSISTENT for item in items)
    variables = {"summary": "，".join(counts), "fixed": "1" if insistent else ""}
    return Digest(variables | _first(pressing, calendar, now), sections, insistent)


def _first(
    pressing: Sequence[tuple[str, Item]], calendar: Calendar, now: datetime
) -> dict[str, str]:
    """Whom and what the most pressing of these is about, and how long it has left."""
    if not pressing:
        return {"unit": "", "headline": "", "left": ""}
    order = list(_KINDS)
    _, item = min(pressing, key=lambda pair: order.index(pair[0]))
    left = left_in_words(calendar, item.due_at, now) if item.due_at is not None else ""
    return {"unit": item.unit, "headline": item.variables.get("headline", ""), "left": left}


def _is_settled(item: Item) -> bool:
    return item.template in TO_DO and item.moved_on


def _due(about: Sequence[Item]) -> datetime:
    return about[0].due_at or datetime.max.replace(tzinfo=ZONE)


def _place(about: Iterable[Item], now: datetime) -> tuple[str, Item]:
    """The most pressing thing about a case; of equals the last."""
    order = list(_KINDS)
    return min(
        ((_kind(item, now), item) for item in reversed(list(about))),
        key=lambda pair: order.index(pair[0]),
    )


def _kind(item: Item, now: datetime) -> str:
    if item.template not in TO_DO:
        return "news"
    if item.due_at is not None:
        today, due = local_day(now), due_day(item.due_at)
        if now >= item.due_at:
            return "late"
        if due == today:
            return "today"
        if due <= today + timedelta(days=6 - today.weekday()):
            return "week"
    return "new" if item.template == "task" else "soon"


def _line(
    kind: str, item: Item, how: str, calendar: Calendar, now: datetime, base_url: str
) -> Mapping[str, str]:
    told = item.variables
    return {
        "unit": item.unit,
        "number": told.get("number", ""),
        "headline": told.get("headline", ""),
        "note": _news(told) if kind == "news" else _note(item, how, calendar, now),
        "link": case_link(base_url, item.case),
    }


def _news(told: Mapping[str, str]) -> str:
    if not told.get("what"):
        return "有新的情况"
    what, state = told["what"], told.get("state", "")
    return what if state in ("", what) else f"{what}，现为{state}"


def _note(item: Item, how: str, calendar: Calendar, now: datetime) -> str:
    """Where it stands, how long is left, and how its limit was found where that is to be said."""
    state = item.variables.get("state", "") if item.template == "task" else ""
    stage = f"{state}；" if state else ""
    if item.due_at is None:
        return state
    limit = due_in_words(item.due_at)
    if due_day(item.due_at).year == local_day(now).year:
        limit = sans_year(limit)
    limit = "：".join(filter(None, [limit, how]))
    return f"{stage}{left_in_words(calendar, item.due_at, now)}（期限 {limit}）"


def _why(item: Item) -> str:
    """How the limit was found, if what was said of it then is still true."""
    true = item.due_at is not None and item.variables.get("due") == due_in_words(item.due_at)
    return item.variables.get("why", "") if true else ""


def _section(kind: str, lines: Sequence[Mapping[str, str]]) -> Section:
    more = len(lines) - MOST_SHOWN
    return {
        "title": f"{_KINDS[kind].title}（{len(lines)} 件）",
        "tone": _KINDS[kind].tone,
        "more": str(more) if more > 0 else "",
        "items": lines[:MOST_SHOWN],
    }


# Words


def settings_link(base_url: str) -> str:
    """The address of the page on which somebody chooses how and when messages come."""
    return f"{base_url.rstrip('/')}/account/messages"


def case_link(base_url: str, case: int | None) -> str:
    """The address of a case's page, or of the first page."""
    base = base_url.rstrip("/")
    return f"{base}/cases/{case}" if case is not None else f"{base}/"
