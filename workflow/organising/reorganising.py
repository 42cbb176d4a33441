"""Units merge, move and are dissolved, and their open cases follow (`workflow.following`).

A merger takes effect at once: nobody acts through the former unit any more. A post that the heir
lacks is carried over with whoever holds it, so that no work is left without a desk; the others are
listed for the administrator, who appoints anew. Units are merged from below: one that still has
units under it is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workflow.catalog import Catalog
from workflow.engine.calendar import ZONE
from workflow.engine.errors import ConditionNotMet, InvalidInput
from workflow.following import refusals
from workflow.store.database import Database
from workflow.store.offices import posts, reorganised, units
from workflow.store.offices.changes import Change, Work
from workflow.store.offices.posts import Held

MOST_NAMED = 10
"""So many cases that could not follow are named."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a re-organisation would do; `refused` is why it cannot be done, or empty."""

    sentence: str = ""
    cases: int = 0
    open_cases: int = 0
    carried: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A change with the posts that went over to the heir and those that ended."""

    change: Change
    carried: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


def merge(work: Work, database: Database, *, unit: int, into: int) -> Done:
    """A unit becomes part of another one; raises InvalidInput, NotFound, ConditionNotMet."""
    heir = posts.living_unit(work.connection, into)
    if unit == into:
        raise InvalidInput("不能并入自己", {"unit": heir["code"]})
    gone = _ready_to_go(work, unit)
    change = work.begin(f"“{gone}”{_day(work)}并入“{heir['short_name']}”")
    carried, ended = join(change, unit, into)
    check_all_follow(work, database, change, "merge")
    return Done(change, carried, ended)


def join(change: Change, unit: int, into: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Close a unit, whose posts go to its heir where that lacks them, and have its cases follow;
    which posts went over and which ended.
    """
    carried, ended = _carry_over(change, unit, into)
    units.close(change, unit, into)
    reorganised.wait_for_openings(change.connection)
    former = units.predecessors(change.connection, unit)
    reorganised.enqueue_of(change.connection, change.id, {unit, *former})
    return carried, ended


def dissolve(work: Work, _: Database, *, unit: int) -> Done:
    """A unit is no more and nobody takes over; raises ConditionNotMet while it has open cases."""
    gone = _ready_to_go(work, unit)
    change = work.begin(f"“{gone}”{_day(work)}撤销")
    ended = _in_words(posts.held_in(work.connection, units.only(unit), work.now))
    units.close(change, unit)
    reorganised.wait_for_openings(work.connection)
    if count := units.open_cases_of(work.connection, [unit]).get(unit):
        sentence = f"“{gone}”还有 {count} 件未办结事项，请指明承接单位，或先办结"
        raise ConditionNotMet(sentence, {"unit": unit, "cases": count})
    return Done(change, ended=ended)


def move(work: Work, database: Database, *, unit: int, parent: int) -> Done:
    """A unit with all below it goes under another one; raises InvalidInput, NotFound,
    ConditionNotMet.
    """
    moving = posts.living_unit(work.connection, unit)
    above = posts.living_unit(work.connection, parent)
    if moving["parent_id"] == parent:
        sentence = f"“{moving['short_name']}”的上级已是“{above['short_name']}”"
        raise InvalidInput(sentence, {"unit": moving["code"]})
    change = work.begin(f"“{moving['short_name']}”{_day(work)}划归“{above['short_name']}”")
    reorganised.wait_for_openings(work.connection)
    units.place_below_id(change, unit, parent)
    reorganised.enqueue_below(work.connection, change.id, unit)
    check_all_follow(work, database, change, "move")
    return Done(change)


def _ready_to_go(work: Work, unit: int) -> str:
    """The short name of a unit that nothing lives under; raises NotFound, ConditionNotMet."""
    gone = posts.living_unit(work.connection, unit)
    if below := units.below(work.connection, unit):
        sentence = f"“{gone['short_name']}”下面还有 {len(below)} 个单位，请先合并、划转或撤销它们"
        raise ConditionNotMet(sentence, {"units": [code for _, code in below[:MOST_NAMED]]})
    return str(gone["short_name"])


def _day(work: Work) -> str:
    day = work.now.astimezone(ZONE)
    return f"于{day.year}年{day.month}月{day.day}日"


def _carry_over(change: Change, unit: int, into: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Posts of roles that nobody holds in the heir go there with their holders; which did, and
    which end.
    """
    connection, now = change.connection, change.now
    there = {one.role for one in posts.held_in(connection, units.only(into), now)}
    held = posts.held_in(connection, units.only(unit), now)
    carried = [one for one in held if one.role not in there]
    made: dict[int, int] = {}
    for one in carried:
        row = {"unit_id": into, "role": one.role, "title": one.title}
        made[one.post] = made.get(one.post) or change.add("post", row)
        begins = max(one.begins_at, now)
        holding = {"post_id": made[one.post], "person_id": one.person, "kind": one.kind}
        change.add("holding", holding | {"begins_at": begins, "ends_at": one.ends_at})
    return _in_words(carried), _in_words([one for one in held if one.role in there])


def _in_words(held: Sequence[Held]) -> tuple[str, ...]:
    return tuple(f"{one.person_name}：{one.in_words}" for one in held)


def check_all_follow(work: Work, database: Database, change: Change, kind: str) -> None:
    """Raise ConditionNotMet when an open case could not follow."""
    found = list(refusals(work.connection, Catalog(database), change.id, kind, work.now))
    if found:
        named = "；".join(f"{number}：{why}" for number, why in found[:3])
        data = {"cases": [number for number, _ in found[:MOST_NAMED]]}
        raise ConditionNotMet(f"有 {len(found):,} 件未办结事项不能随之调整，如{named}", data)


Kind = Literal["merge", "dissolve", "move"]

KINDS: Mapping[Kind, Callable[..., Done]] = {"merge": merge, "dissolve": dissolve, "move": move}


def prospect(work: Work, done: Done) -> Prospect:
    """What has just been done, in figures and names."""
    change = done.change
    waiting = reorganised.waiting_for(work.connection, change.id)
    open_ones = len(reorganised.open_ones(work.connection, change.id))
    return Prospect(change.sentence, waiting, open_ones, done.carried, done.ended)
