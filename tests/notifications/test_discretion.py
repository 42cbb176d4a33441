"""What a confidential case is about leaves the house by no way: mail, SMS or chat robot."""

from collections.abc import Mapping

import pytest

from notifications.channels import Channel, Envelope
from notifications.previewing import preview
from tests.delivering import deliver_all_due
from tests.notifications.conftest import VARIABLES, At, Desk
from tests.notifications.scripted import Scripted
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.outgoing import messages

pytestmark = pytest.mark.notify

WAYS = ("email", "sms", "chat")
ABOUT = ("饮水管网", "望谟", "整改中", "退回补正", "问题整改：", "自 3月2日次日起")
"""What the variables of an errand tell."""

NUMBERED = {("email", "urgent"), ("email", "digest"), ("sms", "urgent")}
"""A group does not learn the number; a digest's short message counts."""

ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The liaison of 望谟县 can be reached by every way."""
    desk.change_person("wangmo.liaison", phone="13800138000", chat=ROBOT)
    return desk


def delivered(desk: Desk, calendar: Calendar, now: object) -> Mapping[str, list[Envelope]]:
    """What was handed over, by way."""
    channels = {way: Scripted() for way in WAYS}
    ways: dict[str, Channel] = dict(channels)
    deliver_all_due(desk.database, ways, calendar, now, base_url="https://duban.example")  # type: ignore[arg-type]
    return {way: channel.got for way, channel in channels.items()}


def everything(envelope: Envelope) -> str:
    """All that a provider gets to read."""
    values = " ".join(envelope.variables.values())
    return " ".join((envelope.subject, envelope.text, envelope.html or "", values))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("template", ["task", "told", "urged"])
@pytest.mark.parametrize("urgency", ["urgent", "digest"])
def test_outside_it_is_a_number_a_limit_and_where_to_read_it(
    desk: Desk, calendar: Calendar, at: At, way: str, template: str, urgency: str
) -> None:
    case, now = desk.case(), at("02 09:00")
    desk.hide(case)
    desk.owe(way=way, case=case, template=template, urgency=urgency, wake_at=now)
    [envelope] = delivered(desk, calendar, now)[way]
    said = everything(envelope)
    assert not [word for word in ABOUT if word in said]
    assert f"/cases/{case}" in said or (way, urgency) == ("sms", "digest")
    assert (VARIABLES["number"] in said) is ((way, urgency) in NUMBERED)


def test_a_digest_tells_the_others_in_full(desk: Desk, calendar: Calendar, at: At) -> None:
    secret, open_, now = desk.case(), desk.case(), at("02 09:00")
    desk.hide(secret)
    for case, headline in ((secret, "不打招呼的检查"), (open_, "者楼街道路灯损坏")):
        desk.owe(
            case=case, urgency="digest", wake_at=now, variables={"headline": headline, "due": ""}
        )
    [mail] = delivered(desk, calendar, now)["email"]
    assert "望谟县：者楼街道路灯损坏" in mail.text
    assert "1. 限定知悉范围的事项，请登录查看" in mail.text
    assert "不打招呼" not in everything(mail)


def test_here_it_is_told_in_full(desk: Desk, database: Database) -> None:
    case = desk.case()
    desk.hide(case)
    desk.owe(case=case)
    person = desk.prefecture.person("wangmo.liaison")
    with database.reading() as connection:
        [entry] = messages.inbox_of(connection, person)
    assert entry.variables["headline"] == VARIABLES["headline"]


def test_a_preview_shows_what_would_leave(desk: Desk, database: Database) -> None:
    case = desk.case()
    desk.owe(case=case)
    with database.reading() as connection:
        assert VARIABLES["headline"] in preview(connection, case, "reminder", "").mail.text
    desk.hide(case)
    with database.reading() as connection:
        shown = preview(connection, case, "reminder", "")
    said = shown.mail.text + shown.short
    assert VARIABLES["number"] in said
    assert not [word for word in ABOUT if word in said]
