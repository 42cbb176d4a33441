"""The ways of an installation: none, one that is not open, one that cannot be used."""

import pytest
from sqlalchemy import select

from notifications.channels import Envelope, Outcome
from notifications.ways import UnusableWay, open_ways
from tests.delivering import deliver_all_due
from tests.notifications.conftest import Desk
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.tables.handles import MAILBOX

pytestmark = pytest.mark.notify


def test_an_installation_without_servers_keeps_every_message_once(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    desk.owe()
    desk.owe(way="sms")
    ways = open_ways(database, lambda: NOW)
    deliver_all_due(database, ways, calendar, NOW)
    with database.reading() as connection:
        kept = connection.execute(select(MAILBOX).order_by(MAILBOX.c.id)).mappings().all()
    assert [row["way"] for row in kept] == ["email", "sms"]
    assert kept[0]["to"] == "wangmo.liaison@duban.example"
    assert kept[1]["to"].startswith("100")
    assert kept[0]["html"]
    again = Envelope(kept[0]["key"], "x", "task", {}, "", "")
    with ways["email"].connect() as sender:
        assert sender.send(again).outcome is Outcome.ACCEPTED
    with database.reading() as connection:
        assert len(connection.execute(select(MAILBOX.c.id)).all()) == 2


def test_a_way_that_is_not_open_keeps_its_messages(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    sms = desk.owe(way="sms")
    assert deliver_all_due(database, {"email": Scripted()}, calendar, NOW).leased == 0
    assert desk.row(sms)["status"] == "waiting"


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("urls", "why"),
    [
        ({"email": "fax://x"}, "邮件：消息渠道的地址不能用：没有这种开头"),
        (
            {"sms": "smtp://x?from=a@b"},
            "短信：消息渠道的地址不能用：不能走 smtp://。可用的开头有 smpp://、sms\\+http://",
        ),
        ({"email": "smpp://x"}, "不能走 smpp://。可用的开头有 smtp://、smtps://；.* mailbox:"),
        ({"email": ""}, "不接外部服务器时写 mailbox:"),
    ],
)
def test_a_way_that_cannot_be_used_is_refused_by_name(
    sqlite_database: Database, urls: dict[str, str], why: str
) -> None:
    with pytest.raises(UnusableWay, match=why):
        open_ways(sqlite_database, lambda: NOW, **urls)
