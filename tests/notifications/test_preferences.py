"""What people chose holds when messages are planned and when they go, and silences no warning."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from notifications.channels import Channel
from notifications.delivery import deliver_due
from tests.journeys.play import Play, a_story
from tests.journeys.problems import FINDER
from tests.notifications.conftest import At, Desk
from tests.notifications.scripted import Scripted
from workflow.engine.calendar import Calendar
from workflow.engine.decision import Notice
from workflow.engine.pace import Hours
from workflow.store.database import Database
from workflow.store.offices.preferences import Preferences, choose
from workflow.store.tables.handles import OUTBOX, PERSON, PREFERENCE

pytestmark = pytest.mark.notify

DIGEST = Notice((), "told", {}, "digest", (), ())
INBOX = Preferences({"told": "in_app", "task": "sms", "reminder": "email"})


@pytest.fixture
def play(database: Database) -> Iterator[Play]:
    with a_story(database) as play:
        play.post_is_down = True
        yield play


def prefers(play: Play, username: str, wanted: Preferences) -> None:
    with play.database.unit_of_work() as connection:
        choose(connection, play.person(username), wanted)


def ways(play: Play, case: int, username: str) -> set[tuple[str, str, str]]:
    """The template, way and status of what somebody is owed about a case."""
    query = select(OUTBOX.c.template, OUTBOX.c.way, OUTBOX.c.status).join(PERSON)
    query = query.where(OUTBOX.c.case_id == case, PERSON.c.username == username)
    with play.database.reading() as connection:
        return {(template, way, status) for template, way, status in connection.execute(query)}


def test_a_task_comes_by_the_way_that_was_chosen(play: Play) -> None:
    prefers(play, "xingyi.liaison", INBOX)
    case = play.open(FINDER)
    play.act(FINDER, case, "dispatch")
    assert ways(play, case, "xingyi.liaison") == {("task", "sms", "waiting")}


def test_a_way_that_no_longer_reaches_somebody_does_not_count(play: Play) -> None:
    prefers(play, "xingyi.liaison", INBOX)
    with play.database.unit_of_work() as connection:
        connection.execute(
            PERSON.update().where(PERSON.c.username == "xingyi.liaison").values(phone=None)
        )
    case = play.open(FINDER)
    play.act(FINDER, case, "dispatch")
    assert ways(play, case, "xingyi.liaison") == {("task", "email", "waiting")}


@pytest.mark.parametrize(
    ("notice", "insists", "allowed"),
    [
        (DIGEST, False, ()),  # mere news may stay in the inbox
        (DIGEST, True, None),  # but none of a definition that insists
        (replace(DIGEST, urgency="urgent"), False, None),
        (replace(DIGEST, urgency="immediate"), False, None),
        (replace(DIGEST, ways=("email", "sms")), False, None),
        (replace(DIGEST, template="overdue"), False, None),
        (replace(DIGEST, template="urged"), False, None),
        (replace(DIGEST, template="task"), False, ("sms",)),
        (replace(DIGEST, template="task", urgency="urgent"), False, ("sms",)),
        (replace(DIGEST, template="task", urgency="immediate"), False, None),
    ],
)
def test_the_definition_has_the_last_word(
    notice: Notice, insists: bool, allowed: tuple[str, ...] | None
) -> None:
    assert INBOX.ways(notice, insists=insists) == allowed


@pytest.mark.parametrize("bad", [{"reminder": "in_app"}, {"task": "in_app"}, {"begins": 2}])
def test_the_database_refuses_what_nobody_may_choose(play: Play, bad: dict[str, str | int]) -> None:
    row = {"person_id": play.person("xingyi.liaison"), "begins": 8, "ends": 20, **bad}
    with pytest.raises(IntegrityError), play.database.unit_of_work() as connection:
        connection.execute(insert(PREFERENCE).values(row))


def test_a_message_waits_for_the_hours_of_its_receiver(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    with database.unit_of_work() as connection:
        wanted = Preferences({}, Hours(10, 17))
        choose(connection, desk.prefecture.person("wangmo.liaison"), wanted)
    message = desk.owe(wake_at=at("06 08:30"))
    now = desk.owe(urgency="immediate", wake_at=at("06 08:30"))
    ways: dict[str, Channel] = {"email": Scripted()}
    assert deliver_due(database, ways, calendar, at("06 08:30")).sent == 1
    assert desk.row(now)["status"] == "sent"
    row = desk.row(message)
    assert (row["wake_at"], row["attempts"]) == (at("06 10:00"), 0)
    assert deliver_due(database, ways, calendar, at("06 17:00")).sent == 0  # a Friday
    assert desk.row(message)["wake_at"] == at("09 10:00")
    assert deliver_due(database, ways, calendar, at("09 10:00")).sent == 1
