"""Races: who runs against whom at the same rows, and what is wrong if the rules did not hold."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import sleep
from typing import Any

from sqlalchemy import insert, or_, select, update

from tests.proof.racing import Contender, Outcome, Scene, by, is_error, one_answer, rows_of
from tests.proof.story import PROBLEM, RECTIFICATION, Story
from workflow import cadences
from workflow.commands import Answer
from workflow.engine.errors import OutOfTurn, Refusal
from workflow.store.tables.handles import CASE, HISTORY, HOLDING, OUTBOX, POST, SIGN_OFF, TIMER


def same_event(story: Story) -> Scene:
    """Two specialists register the same draft."""
    case = story.open_as_draft()

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        yield from one_answer(outcomes)
        if len(rows := rows_of(story, case, "register")) != 1:
            yield f"registered {len(rows)} times"

    users = ("zhou-dc.specialist1", "zhou-dc.specialist2")
    return Scene([by(case, user, "register") for user in users], verdict)


def same_request(story: Story) -> Scene:
    """One click, sent twice: one effect, and both get the same answer."""
    case, request = story.open_as_draft(), story.request()

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        if outcomes[0] != outcomes[1] or not isinstance(outcomes[0], Answer):
            yield f"two answers: {outcomes}"
        if len(rows := rows_of(story, case, "register")) != 1:
            yield f"registered {len(rows)} times"

    once = by(case, "zhou-dc.specialist1", "register", request=request)
    return Scene([once, once], verdict)


def same_opening(story: Story) -> Scene:
    """One click that opens a case, sent twice: one case."""
    request = story.request()

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        if outcomes[0] != outcomes[1]:
            yield f"two cases: {outcomes}"

    story.pass_time(minutes=5)
    once = opening(request)
    return Scene([once, once], verdict)


def opening(request: str) -> Contender:
    """Open a problem of 兴义市, registered at once."""
    return lambda lane: lane.commands.open_case(
        workflow=RECTIFICATION,
        parties={"responsible": lane.units["522301"]},
        facts=PROBLEM,
        actor=lane.actor("zhou-dc.specialist1"),
        request=request,
        now=lane.now,
    )


def both_sides(story: Story) -> Scene:
    """One person with a post on each side signs both in two sessions."""
    stand_in(story, "zhou-zx.head", "522300-DC")
    case = story.open(grade="一般", internal_only=True, kind="立行立改")
    story.bring(case, "registered", "assigned")
    story.fire(case, "xingyi.liaison", "accept")
    story.bring(case, "rectifying", "first_review")

    def second(lane: Story) -> Outcome:
        for _ in range(200):
            with suppress(OutOfTurn):
                return lane.at_once(case, "zhou-zx.head", "sign_second")
        return OutOfTurn("never its turn")

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        if rows_of(story, case, "sign_second"):
            yield f"one person signed both sides: {outcomes}"

    return Scene([by(case, "zhou-zx.head", "sign_first", skip_site_check=True), second], verdict)


def stand_in(story: Story, username: str, unit: str) -> None:
    """Somebody stands in for the head of a unit."""
    post = select(POST.c.id).where(POST.c.unit_id == story.units[unit], POST.c.role == "head")
    row = {"person_id": story.people[username], "kind": "substitute", "begins_at": story.now}
    mine = HOLDING.c.person_id == row["person_id"]
    with story.database.unit_of_work() as connection:
        if len(connection.execute(select(HOLDING).where(mine)).all()) == 1:
            row["post_id"] = connection.execute(post).scalar_one()
            connection.execute(insert(HOLDING).values(row))


def close_or_open_child(story: Story) -> Scene:
    """The case is withdrawn while an extension is asked for: no child comes after the end."""
    case = story.open(kind="立行立改")
    story.bring(case, "registered", "assigned")
    story.fire(case, "xingyi.liaison", "accept")

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        extended, ended = rows_of(story, case, "extend"), rows_of(story, case, "withdraw_case")
        children = select(CASE.c.id).where(CASE.c.parent_id == case)
        with story.database.reading() as connection:
            opened = connection.execute(children).scalars().all()
        too_late = bool(extended and ended) and extended[0] >= ended[0]
        if len(opened) != len(extended) or len(ended) > 1 or too_late:
            yield f"{len(opened)} children, extend {extended}, end {ended}: {outcomes}"

    wish = {"reason": "雨季不能施工", "proposed_due": "2026-07-31"}
    contenders = [
        by(case, "xingyi.officer", "extend", **wish),
        by(case, "zhou-dc.head", "withdraw_case", reason="与另一件重复了"),
    ]
    return Scene(contenders, verdict)


def revoke_or_act(story: Story) -> Scene:
    """A post ends while its holder acts: what is not done when it has ended is not done at all."""
    case, who = story.open_as_draft(), "zhou-dc.specialist1"
    mine = HOLDING.c.person_id == story.people[who]
    delay = case % 4 / 1000  # of either side, so that each comes first now and then

    def act(lane: Story) -> Outcome:
        actor = lane.actor(who)  # as the request came in
        sleep(0.002)
        return lane.commands.fire(
            case_id=case, event="register", actor=actor, request=lane.request(), now=lane.now
        )

    def revoke(lane: Story) -> Outcome:
        sleep(delay)
        with lane.database.unit_of_work() as connection:
            connection.execute(update(HOLDING).where(mine).values(ends_at=lane.now))
            found = select(HISTORY.c.seq).where(*_registered(case))
            return len(connection.execute(found).all())

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        done = rows_of(story, case, "register")
        with story.database.unit_of_work() as connection:
            connection.execute(update(HOLDING).where(mine).values(ends_at=None))
        if len(done) != outcomes[1]:
            yield f"{outcomes[1]} done when the post ended, {len(done)} in the end: {outcomes}"

    return Scene([act, revoke], verdict)


def _registered(case: int) -> tuple[Any, ...]:
    return HISTORY.c.case_id == case, HISTORY.c.event == "register"


def sign_or_return(story: Story) -> Scene:
    """The second signature is given while the case is returned and the first loses its force: a
    signature stands only in the round that is closed by it.
    """
    case = story.open(grade="一般", internal_only=True, kind="立行立改")
    story.bring(case, "registered", "assigned")
    story.fire(case, "xingyi.liaison", "accept")
    story.bring(case, "rectifying", "first_review")
    story.fire(case, "zhou-zx.head", "sign_first", skip_site_check=True)

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        yield from one_answer(outcomes)
        live = select(SIGN_OFF.c.side).where(SIGN_OFF.c.case_id == case, SIGN_OFF.c.live == 1)
        state = select(CASE.c.state).where(CASE.c.id == case)
        with story.database.reading() as connection:
            sides = set(connection.execute(live).scalars())
            now = connection.execute(state).scalar_one()
        if sides != ({"first", "second"} if now == "closed" else set()):
            yield f"{now} with {sides} in force: {outcomes}"

    wish = {"further_requirements": "还有两盏灯没有亮，请补上"}
    contenders = [
        by(case, "zhou-dc.head", "sign_second"),
        by(case, "zhou-dc.officer", "return_second", **wish),
    ]
    return Scene(contenders, verdict)


def take_back_or_act(story: Story) -> Scene:
    """The dispatch is taken back while the next desk accepts: one of the two."""
    case = story.open()
    story.bring(case, "registered", "assigned")
    contenders = [
        by(case, "zhou-dc.specialist1", "take_back"),
        by(case, "xingyi.liaison", "accept"),
    ]
    return Scene(contenders, one_answer)


def timer_or_person(story: Story) -> Scene:
    """Public notices end while objections to them are upheld: one of the two, for each case."""
    cases = [_in_publicity(story) for _ in range(5)]
    story.pass_time(days=12)
    story.now = story.now.replace(hour=3)
    objection = {"objection": "墙没有刷", "further_requirements": "把外墙补刷完整，再行公示"}

    def uphold(lane: Story) -> Outcome:
        got: list[Outcome] = []
        for case in reversed(cases):
            try:
                got.append(lane.at_once(case, "zhou-dc.specialist1", "uphold", **objection))
            except Refusal as refusal:
                got.append(refusal)
        return got

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        story.sweep()  # what another held was left for the next sweep
        for case in cases:
            if len(rows := rows_of(story, case, "uphold", "end_publicity")) != 1:
                yield f"case {case} left the notice {len(rows)} times: {outcomes}"

    return Scene([lambda lane: lane.sweep(), uphold], verdict, count=len(cases))


def _in_publicity(story: Story) -> int:
    case = story.open(grade="一般", kind="立行立改")
    story.bring(case, "registered", "assigned")
    story.fire(case, "xingyi.liaison", "accept")
    story.bring(case, "rectifying", "first_review")
    story.fire(case, "zhou-zx.head", "sign_first", skip_site_check=True)
    return case


def two_sweeps(story: Story) -> Scene:
    """Two workers find the same timers due: each fires once, each message is owed once."""
    for _ in range(6):
        story.open()
    story.pass_time(days=4)
    waiting = select(TIMER.c.id).where(TIMER.c.wake_at <= story.now)
    with story.database.reading() as connection:
        due = set(connection.execute(waiting).scalars())
    # a rung that collapses brings up the next one, which is due as well
    come_due = or_(TIMER.c.id.in_(due), TIMER.c.settled_at == story.now)

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        columns = (TIMER.c.case_id, TIMER.c.seq, TIMER.c.status, TIMER.c.wake_at)
        rows = select(*columns).where(come_due)
        with story.database.reading() as connection:
            settled = list(connection.execute(rows))
        fired = Counter((row.case_id, row.seq) for row in settled if row.status == "fired")
        late = [row for row in settled if row.wake_at and row.wake_at <= story.now]
        if late or max(fired.values(), default=0) > 1:
            yield f"timers settled as {settled}"
        if not any(is_error(outcome) for outcome in outcomes) and sum(outcomes) != len(settled):  # type: ignore[arg-type]
            yield f"{len(settled)} came due, {outcomes} fired"
        yield from _rungs_twice(story)

    return Scene([lambda lane: lane.sweep()] * 2, verdict, count=len(due))


def _rungs_twice(story: Story) -> Iterator[str]:
    query = select(HISTORY.c.case_id, HISTORY.c.inputs).where(HISTORY.c.event == "rung")
    with story.database.reading() as connection:
        fired = Counter(tuple(row) for row in connection.execute(query))
        keys = Counter(connection.execute(select(OUTBOX.c.key)).scalars())
    yield from (f"rung {rung} fired {n} times" for rung, n in fired.items() if n > 1)
    yield from (f"message {key} is owed {n} times" for key, n in keys.items() if n > 1)


def two_calendars(story: Story) -> Scene:
    """Two workers open the year's reports: one for each unit, and neither worker stumbles."""
    year = max(story.now.year, 2025) + 1
    story.now = datetime(year, 10, 15, 2, tzinfo=UTC)

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        query = select(CASE.c.unit_id).where(CASE.c.period == year)
        with story.database.reading() as connection:
            units = Counter(connection.execute(query).scalars())
        if len(units) != REPORTING or set(units.values()) != {1}:
            yield f"reports of {year} by unit: {units}"

    def work(lane: Story) -> Outcome:
        return cadences.open_periodic(lane.database, lane.catalog, lane.now)

    return Scene([work] * 2, verdict, count=REPORTING)


REPORTING = 9
"""Eight counties and 义龙新区."""


def two_bulk_opens(story: Story) -> Scene:
    """Two people open many cases each: numbers without gap and without double."""
    each = 5
    story.pass_time(minutes=5)

    def many(lane: Story) -> Outcome:
        return [opening(lane.request())(lane) for _ in range(each)]

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        query = select(CASE.c.number).where(CASE.c.workflow == RECTIFICATION)
        with story.database.reading() as connection:
            numbers = list(connection.execute(query).scalars())
        serials = sorted(int(number.partition("〕")[2].rstrip("号")) for number in numbers)
        if serials != list(range(1, len(numbers) + 1)):
            yield f"numbers {serials}: {outcomes}"

    return Scene([many, many], verdict, count=2 * each)


def two_interviews(story: Story) -> Scene:
    """Two specialists propose an interview of one cause: one of the two."""
    cause = story.request()

    def propose(lane: Story) -> Outcome:
        return lane.open_interview(cause)

    def verdict(outcomes: Sequence[Outcome]) -> Iterator[str]:
        opened = [outcome for outcome in outcomes if isinstance(outcome, int)]
        query = select(CASE.c.id).where(CASE.c.cause == cause)
        with story.database.reading() as connection:
            if list(connection.execute(query).scalars()) != opened or len(opened) != 1:
                yield f"interviews of one cause: {outcomes}"

    return Scene([propose, propose], verdict)


KINDS = [
    same_event,
    same_request,
    same_opening,
    both_sides,
    close_or_open_child,
    revoke_or_act,
    sign_or_return,
    take_back_or_act,
    timer_or_person,
    two_sweeps,
    two_calendars,
    two_bulk_opens,
    two_interviews,
]

OF_RIGHTS = (both_sides, close_or_open_child, revoke_or_act, sign_or_return)
"""Where somebody's right to act is what is raced for."""

Kind = Callable[[Story], Scene]
