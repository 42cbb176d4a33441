"""What is done while the process dies at one point or another: a stage prepared once, and an act
that client or worker does again after the crash.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from tests.proof.crashing import Run, Scenario, Stage
from tests.proof.story import CHECKED, PROBLEM, RECTIFICATION, Story
from workflow import cadences, timers
from workflow.holiday_notices import published_notices
from workflow.store.tables.handles import CASE


def _opens(run: Run) -> None:
    for n in range(2):
        answer = run.story.commands.open_case(
            workflow=RECTIFICATION,
            parties={"responsible": run.story.units["522301"]},
            facts=PROBLEM,
            actor=run.story.actor("zhou-dc.specialist1"),
            request=f"open-{n}",
            now=run.story.now,
        )
        run.note(f"open-{n}", answer)


def at(state: str, **facts: Any) -> Callable[[Story], Stage]:
    return lambda story: {"case": story.open_at(state, **facts)}


Firing = tuple[str, str, dict[str, Any]]
"""Who fires what, with which facts."""


def fires(*firings: Firing) -> Callable[[Run], None]:
    def act(run: Run) -> None:
        for username, event, facts in firings:
            run.fire(f"{event}-{username}", run.stage["case"], username, event, **facts)

    return act


def _asked_for_extension(story: Story) -> Stage:
    case = story.open_at("rectifying")
    wish = {"reason": "雨季不能施工", "proposed_due": "2026-07-31"}
    story.fire(case, "xingyi.officer", "extend", **wish)
    return {"case": story.child(case)}


def _overdue(story: Story) -> Stage:
    """A case so late that the next rung proposes 提级 and 约谈, and one whose notice ends."""
    story.open_at("rectifying")
    for day in ("05-28", "06-01", "06-08", "06-16", "06-17"):
        story.now = datetime.fromisoformat(f"2026-{day}T02:00Z")
        story.sweep()
        story.deliver()
    story.open_at("publicity", due="2026-12-31")
    story.now = datetime.fromisoformat("2026-06-29T02:00Z")
    return {}


def _two_reporters(story: Story) -> Stage:
    with story.database.unit_of_work() as connection:
        keep = "522301", "522302"
        connection.execute(
            text("UPDATE unit SET reports = :no WHERE code NOT IN (:a, :b)"),
            {"no": False, "a": keep[0], "b": keep[1]},
        )
    story.now = datetime(2026, 10, 15, 2, tzinfo=UTC)
    return {}


def _open_reports(run: Run) -> None:
    cadences.open_periodic(run.story.database, run.story.catalog, run.story.now)


def _new_calendar(story: Story) -> Stage:
    story.now = datetime(2026, 11, 2, 2, tzinfo=UTC)
    for _ in range(2):
        story.open_at("closed", due="2027-03-31")
    known = published_notices()
    notice = known[max(known)]
    next_year = type(notice)(notice.year + 1, notice.rest, notice.work, notice.names)
    timers.enter_notice(story.database, story.catalog, next_year, story.now)
    return {}


def _recalculate(run: Run) -> None:
    timers.recalculate(run.story.database, run.story.catalog, run.story.now)


def _owed(story: Story) -> Stage:
    """A digest of two and an urgent message, by mail and by SMS."""
    story.open_at("plan_review")
    story.open_at("plan_review")
    story.open_at("assigned")
    story.now = datetime(2026, 3, 3, 2, tzinfo=UTC)
    with story.database.unit_of_work() as connection:  # few enough to die at every point
        connection.execute(text(_FEW))
    return {}


_FEW = """
    UPDATE outbox SET status = 'cancelled', wake_at = NULL WHERE status = 'waiting' AND id NOT IN (
        SELECT id FROM outbox WHERE case_id = 3 ORDER BY id DESC LIMIT 2)
    AND person_id <> (SELECT id FROM person WHERE username = 'zhou-dc.specialist1')
"""


def _deliver(run: Run) -> None:
    """Three rounds: what a dead worker held comes back when its lease ends, and the one that took
    it over in its second round may have died as well.
    """
    for _ in range(3):
        run.deliver()
        run.story.pass_time(minutes=20)


def _sweep(run: Run) -> None:
    run.story.sweep()
    with run.story.database.reading() as connection:
        opened = set(connection.execute(select(CASE.c.child_name)).scalars())
    assert {"escalation", "interview"} <= opened


SECOND = ("zhou-dc.head", "sign_second", {"opinion": "同意"})
BOTH: tuple[Firing, ...] = (
    ("zhou-zx.inspector1", "pass_check", CHECKED),
    ("zhou-zx.inspector2", "pass_check", {}),
)
SCENARIOS = [
    Scenario("open and register", lambda story: {}, _opens),
    Scenario(
        "dispatch, and 提级 is proposed",
        at("registered", grade="重大"),
        fires(("zhou-dc.specialist1", "dispatch", {})),
    ),
    Scenario("accept", at("assigned"), fires(("xingyi.liaison", "accept", {}))),
    Scenario("second sign-off", at("second_review"), fires(SECOND)),
    Scenario("co-signature", at("site_check"), fires(*BOTH)),
    Scenario(
        "extension approved",
        _asked_for_extension,
        fires(("zhou-dc.head", "approve", {"granted_due": "2026-06-30"})),
    ),
    Scenario("sweep with escalation", _overdue, _sweep),
    Scenario("reports of the year", _two_reporters, _open_reports),
    Scenario("recalculate", _new_calendar, _recalculate),
    Scenario("delivery", _owed, _deliver),
]


ON_POSTGRES = [SCENARIOS[at] for at in (1, 3, 6, 7, 9)]
"""Those that the suite also dies in on PostgreSQL; `./dev soak T1` takes all of them."""
