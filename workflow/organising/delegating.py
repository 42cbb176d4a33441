"""People who will be away name who stands in for them, without asking an administrator.

They can give what is theirs and no more: posts they hold themselves, to a colleague of that unit,
until a day. Everything else – another unit's person, further notice, somebody who can no longer
name anybody – is for whoever looks after the organisation (`posts.substitute`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from workflow.engine.errors import InvalidInput, NotFound
from workflow.organising.posts import close, stand_in
from workflow.store.offices import posts
from workflow.store.offices.changes import Change, Work, made_by, named
from workflow.store.offices.posts import Held

LONGEST_DAYS = 366
"""Who is away for longer is succeeded, not stood in for."""


def delegate(
    work: Work,
    *,
    person: int,
    ends: datetime | None,
    reason: str,
    begins: datetime | None = None,
    post: int | None = None,
) -> Change:
    """Whoever asks lets somebody stand in for their own posts, or for one of them.

    Raises InvalidInput.
    """
    begins = max(begins or work.now, work.now)
    if ends is None or ends > begins + timedelta(days=LONGEST_DAYS):
        sentence = f"请写明代理到哪天为止，至多 {LONGEST_DAYS} 天；更久的，请系统管理员办理任免"
        raise InvalidInput(sentence, {"ends": ends.isoformat() if ends else ""})
    if person == work.asked.person:
        raise InvalidInput("不能代理自己", {"person": person})
    held = [one for one in _held_by_asker(work) if post in (None, one.post)]
    if not held:
        raise InvalidInput("只能把自己担任的岗位交人代理", {"post": post})
    _check_colleague(work, person, held)
    return stand_in(work, person, held, begins, ends, reason)


def recall(work: Work, holding: int) -> Change:
    """Whoever asks ends a substitution that they named themselves; raises NotFound.

    One that somebody else ordered is not theirs to end.
    """
    mine = {one.post for one in _held_by_asker(work)}
    standing = posts.standing_in_at(work.connection, mine, work.now)
    found = next((one for one in standing if one.id == holding), None)
    asker = work.asked.person or 0
    if found is None or not made_by(work.connection, asker, "holding", [holding]):
        raise NotFound("这次代理不是由你指定的，或者已经结束", {"holding": holding})
    change = work.begin(f"{named(found.person)}不再代理{found.in_words}")
    close(change, found, work.now, None)
    return change


def _held_by_asker(work: Work) -> list[Held]:
    """What whoever asks holds now: not what they stand in for, nor what they are deputy of."""
    held = posts.held_by(work.connection, work.asked.person or 0, work.now)
    return [one for one in held if one.kind == "holder" and one.begins_at <= work.now]


def _check_colleague(work: Work, person: int, held: Sequence[Held]) -> None:
    """Raise InvalidInput for somebody without a post of their own in each of these units."""
    units = {one.unit: one.unit_name for one in held}
    there = posts.colleagues(work.connection, units, work.now)
    for unit, name in units.items():
        if not any(one.unit == unit and one.person == person for one in there):
            sentence = f"只能指定在{name}任职的人；要由其他单位的人代理，请系统管理员办理"
            raise InvalidInput(sentence, {"person": person})
