"""What an inbox and the list of messages show, and to whom."""

from collections.abc import Sequence

import pytest

from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW
from workflow.engine.calendar import Calendar
from workflow.engine.case import Actor, Post
from workflow.store.database import Database
from workflow.store.outgoing import messages

pytestmark = pytest.mark.notify


def test_an_inbox_shows_each_thing_once_whatever_the_ways(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    case = desk.case()
    for seq in range(1, 8):
        desk.owe(case=case, seq=seq)
        desk.owe(case=case, seq=seq, way="sms")
    desk.owe(case=case, seq=8, urgency="digest", wake_at=at("02 09:00"))
    desk.owe("zhou.head", case=case, seq=1)
    deliver_all_due(database, {"email": Scripted()}, calendar, NOW)
    person = desk.prefecture.person("wangmo.liaison")
    with database.reading() as connection:
        first = messages.inbox_of(connection, person, limit=3)
        rest = messages.inbox_of(connection, person, before=first[-1].id)
    assert [entry.seq for entry in first] == [8, 7, 6]
    assert [entry.seq for entry in rest] == [5, 4, 3, 2, 1]
    assert first[0].ways == {"email": "sent"}  # as its digest
    assert first[1].ways == {"email": "sent", "sms": "waiting"}
    assert first[1].variables["state"] == "整改中"


def test_the_list_of_messages_is_filtered_paged_and_scoped(desk: Desk, database: Database) -> None:
    case = desk.case()
    ids = [desk.owe(case=case, seq=n + 1, way=("email", "sms")[n % 2]) for n in range(6)]
    other = desk.owe()
    with database.reading() as connection:
        listed = _listing(messages.messages(connection, reader=None))
        assert listed == [other, *reversed(ids)]
        found = messages.messages(connection, reader=None, case=case, way="sms")
        assert _listing(found) == [ids[5], ids[3], ids[1]]
        found = messages.messages(connection, reader=None, case=case, before=ids[4], limit=2)
        assert _listing(found) == [ids[3], ids[2]]
        assert messages.messages(connection, reader=None, status="dead") == []
        nobody, outsider = Actor("person"), Actor("person", None, (Post(1, 1, "head"),))
        assert messages.messages(connection, reader=nobody) == []
        assert messages.messages(connection, reader=outsider) == []


def _listing(found: Sequence[messages.Message]) -> list[int]:
    return [message.id for message in found]
