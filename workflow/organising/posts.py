"""People come to posts, stand in for one another and leave: duties follow the post (岗位).

Whatever waits at a post waits for whoever acts through it at that moment: nothing of a case is
rewritten when people change. Why somebody stands in or leaves may tell of an illness: it stays with
the holding, where erasing somebody clears it, and out of the sentence, which is kept for good.
"""

from dataclasses import dataclass
from datetime import datetime

from workflow.engine.calendar import ZONE
from workflow.engine.errors import InvalidInput, Stale
from workflow.store.offices import posts
from workflow.store.offices.changes import Change, Row, Work, named
from workflow.store.offices.posts import IN_WORDS, Held

_NO_POST = "对方没有这样的岗位可以代理"


def appoint(
    work: Work,
    *,
    person: int,
    unit: int,
    role: str,
    title: str | None = None,
    begins: datetime | None = None,
    kind: str = "holder",
    one_more: bool = False,
) -> Change:
    """Somebody holds a post of a unit from now or another instant on, or becomes its deputy.

    A free post of the role is taken over with all that waits at it; where there is none yet, or
    `one_more` is wanted, a new one is made. Raises Stale while somebody else holds it, NotFound.
    """
    name, begins = _named(work, person), begins or work.now
    place = posts.living_unit(work.connection, unit)
    found = posts.seats(work.connection, unit, role, begins, None)
    free = [id_ for id_, holder in found if holder is None or kind != "holder"]
    if found and not free and not one_more:
        sentence = f"{place['short_name']}的这个岗位由{found[0][1]}担任，请先办理离任，或增设岗位"
        raise Stale(sentence, {"unit": place["code"], "role": role})
    title = title or role
    change = work.begin(
        f"{name}自{_moment(begins)}起任{place['short_name']}“{title}”（{IN_WORDS[kind]}）"
    )
    post = None if one_more else next(iter(free), None)
    if post is None:
        post = change.add("post", {"unit_id": unit, "role": role, "title": title})
    _hold(change, post, person, kind, begins)
    return change


def end(
    work: Work,
    *,
    person: int,
    ends: datetime | None = None,
    unit: int | None = None,
    role: str | None = None,
    reason: str = "",
) -> Change:
    """Somebody's posts end: all of them, or those of a unit or role; raises InvalidInput.

    What has not begun by then is called off.
    """
    name, ends = _named(work, person), ends or work.now
    held = _narrowed(posts.held_by(work.connection, person, ends), unit, role)
    if not held:
        name = posts.person_in_words(work.connection, person)
        raise InvalidInput(f"{name}届时不在这样的岗位上", {"person": person})
    what = "、".join(f"{one.in_words}（{IN_WORDS[one.kind]}）" for one in held)
    change = work.begin(f"{name}自{_moment(ends)}起不再担任{what}")
    for one in held:
        close(change, one, ends, reason.strip() or None)
    return change


def close(change: Change, held: Held, ends: datetime, reason: str | None) -> None:
    """One holding ends; one that would begin later is called off. Why somebody stood in stays."""
    if held.begins_at >= ends:
        change.remove("holding", held.id)
        return
    before: Row = {"ends_at": held.ends_at}
    after: Row = {"ends_at": ends}
    if reason and held.reason is None:
        before["reason"], after["reason"] = None, reason
    change.set("holding", held.id, before, after)


def substitute(
    work: Work,
    *,
    person: int,
    stands_for: int,
    begins: datetime | None = None,
    ends: datetime | None = None,
    reason: str = "",
    unit: int | None = None,
    role: str | None = None,
) -> Change:
    """Somebody stands in for another person's posts, until an end or further notice.

    All posts through which the other acts, those where they stand in themselves included: a
    substitute of a substitute acts for the holder. A post whose last holder left is stood in for
    as well, until a successor comes and beyond, as the period says. Raises InvalidInput.
    """
    begins = begins or work.now
    if person == stands_for:
        raise InvalidInput("不能代理自己", {"person": person})
    held = _stood_in_for(work, stands_for, begins, unit, role)
    return stand_in(work, person, held, begins, ends, reason)


def stand_in(
    work: Work,
    person: int,
    held: list[Held],
    begins: datetime,
    ends: datetime | None,
    reason: str,
) -> Change:
    """Somebody stands in at the posts of these holdings, all of one person's, for a period.

    At a post where that person only stands in themselves, for no longer than they do.
    """
    if not reason.strip():
        raise InvalidInput("请写明代理的事由", {"reason": reason})
    if ends is not None and ends <= begins:
        raise InvalidInput("代理的结束时间应晚于开始时间", {"ends": ends.isoformat()})
    spans = _spans(held, begins, ends)
    if not spans:
        raise InvalidInput(_NO_POST, {"person": held[0].person})
    name = _named(work, person)
    what = "、".join(dict.fromkeys(_part_in_words(one, begins, ends) for one in spans))
    period = f"自{_moment(begins)}起" + (f"至{_moment(ends)}止" if ends else "")
    change = work.begin(f"{name}{period}代理{named(held[0].person)}的{what}")
    for one in spans:
        _hold(change, one.holding.post, person, "substitute", one.begins, one.ends, reason)
    return change


@dataclass(frozen=True, slots=True)
class _Span:
    """When somebody stands in at the post of a holding."""

    holding: Held
    begins: datetime
    ends: datetime | None

    def covers(self, other: "_Span") -> bool:
        """Whether the other is no more than a part of this one."""
        same = self.holding.post == other.holding.post
        ends = self.ends is None or (other.ends is not None and other.ends <= self.ends)
        return same and self.begins <= other.begins and ends


def _spans(held: list[Held], begins: datetime, ends: datetime | None) -> list[_Span]:
    """The parts of a period in which whoever has these holdings acts at their posts, each once: who
    is deputy of one may stand in there as well.
    """
    found: dict[tuple[int, datetime, datetime | None], _Span] = {}
    for one in held:
        last = one.ends_at if one.kind == "substitute" else None
        since = max(begins, one.begins_at)
        until = min((end for end in (ends, last) if end is not None), default=None)
        if until is None or since < until:
            found.setdefault((one.post, since, until), _Span(one, since, until))
    spans = list(found.values())
    return [one for one in spans if not any(two.covers(one) for two in spans if two is not one)]


def _part_in_words(span: _Span, begins: datetime, ends: datetime | None) -> str:
    """The post, with its own days where they are not those of the whole period."""
    days = f"自{_moment(span.begins)}起" if span.begins != begins else ""
    if span.ends is not None and span.ends != ends:
        days += f"至{_moment(span.ends)}止"
    return f"{span.holding.in_words}（{days}）" if days else span.holding.in_words


def _stood_in_for(
    work: Work, person: int, begins: datetime, unit: int | None, role: str | None
) -> list[Held]:
    held = posts.held_by(work.connection, person, begins) or posts.last_held_by(
        work.connection, person
    )
    if found := _narrowed(held, unit, role):
        return found
    raise InvalidInput(_NO_POST, {"person": person})


def _narrowed(held: list[Held], unit: int | None, role: str | None) -> list[Held]:
    return [one for one in held if unit in (None, one.unit) and role in (None, one.role)]


def _hold(
    change: Change,
    post: int,
    person: int,
    kind: str,
    begins: datetime,
    ends: datetime | None = None,
    reason: str | None = None,
) -> None:
    row = {"post_id": post, "person_id": person, "kind": kind, "begins_at": begins}
    change.add("holding", row | {"ends_at": ends, "reason": reason})


def _named(work: Work, person: int) -> str:
    """Somebody who can be given a post, as a sentence that is kept names them; raises NotFound."""
    posts.person_in_words(work.connection, person)
    return named(person)


def _moment(at: datetime) -> str:
    local = at.astimezone(ZONE)
    day = f"{local.year}年{local.month}月{local.day}日"
    return day if (local.hour, local.minute) == (0, 0) else f"{day} {local:%H:%M}"
