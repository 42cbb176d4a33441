"""Chat by a robot that somebody keeps: what goes to the group, signed how, and what does not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest

from notifications.channels import open_channel
from notifications.pacing import Pace
from tests.delivering import deliver_all_due
from tests.journeys.play import Play, a_story
from tests.journeys.problems import FINDER
from tests.notifications.conftest import At, Desk
from tests.notifications.scripted import Scripted
from tests.notifications.test_preferences import prefers, ways
from tests.prefecture import NOW
from tests.simulators.chat_robots import KEY, ChatRobots, Said
from workflow.engine.calendar import Calendar
from workflow.engine.errors import InvalidInput
from workflow.store.database import Database
from workflow.store.offices.preferences import Preferences
from workflow.store.offices.robot_address import NoRobot, parse_robot
from workflow.store.people import robots
from workflow.store.people.sealing import Sealer
from workflow.store.tables.handles import PERSON

pytestmark = pytest.mark.notify

SEALER, SECRET = Sealer(b"k" * 32), "SEC-of-the-robot"
LIAISON = "wangmo.liaison"
BASE = "https://duban.example"
FEISHU = f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"


@pytest.fixture
def member(desk: Desk) -> int:
    """The liaison of 望谟县, who keeps a signed robot in Feishu."""
    person = desk.prefecture.person(LIAISON)
    with desk.database.unit_of_work() as connection:
        robots.keep(connection, SEALER, person, FEISHU, SECRET, NOW)
    return person


def heard(
    desk: Desk, calendar: Calendar, now: datetime = NOW, pace: Pace | None = None
) -> list[Said]:
    """What the group shows after everything due has been sent."""
    with ChatRobots(lambda: now, secret=SECRET) as group:
        chat = open_channel(group.url, now=lambda: now)
        deliver_all_due(
            desk.database, {"chat": chat}, calendar, now, base_url=BASE, pace=pace or Pace(),
            unseal=partial(robots.unseal, SEALER),
        )  # fmt: skip
        return group.messages


def test_a_digest_is_markdown_with_a_link_each(
    desk: Desk, calendar: Calendar, member: int, at: At
) -> None:
    for _ in range(3):
        desk.owe(way="chat", urgency="digest", wake_at=at("02 09:00"))
    [said] = heard(desk, calendar, at("02 09:00"))
    assert said.title == "【督办】每日提示：新到 3 件"
    assert said.text.count(f"]({BASE}/cases/") == 3
    assert f"[查看全部]({BASE}/)" in said.text
    assert "**新到事项（3 件）**" in said.text
    [digest] = desk.digests()
    assert (digest["status"], digest["outcome"]) == ("sent", "accepted")


def test_the_secret_lies_sealed_and_is_of_no_use_without_the_key(
    desk: Desk, calendar: Calendar, member: int
) -> None:
    with desk.database.reading() as connection:
        [kept] = connection.execute(PERSON.select().where(PERSON.c.id == member)).mappings()
    assert SECRET not in kept["chat_secret"]
    message, mail = desk.owe(way="chat"), Scripted()
    chat = Scripted()
    deliver_all_due(desk.database, {"chat": chat, "email": mail}, calendar, NOW)
    assert chat.got == []
    assert "没有密钥文件" in str(desk.row(message)["detail"])
    assert [one.to for one in mail.got] == [f"{LIAISON}@duban.example"]  # another way stands in


def test_a_robot_that_is_gone_is_given_up_and_a_mail_stands_in(
    desk: Desk, calendar: Calendar, member: int
) -> None:
    desk.change_person(LIAISON, chat="feishu:removed-from-group", chat_secret=None)
    message, mail = desk.owe(way="chat"), Scripted()
    with ChatRobots(lambda: NOW) as group:
        ways = {"chat": open_channel(group.url, now=lambda: NOW), "email": mail}
        deliver_all_due(desk.database, ways, calendar, NOW)
    assert (desk.row(message)["status"], desk.row(message)["outcome"]) == ("dead", "refused")
    assert len(mail.got) == 1


def test_what_people_write_marks_nothing_up(desk: Desk, calendar: Calendar, member: int) -> None:
    headline = "**急** [点这里](http://evil.example) <at id=all></at> @all"
    desk.owe(way="chat", variables={"headline": headline})
    [said] = heard(desk, calendar)
    assert "点这里" in said.text
    assert not any(mark in said.text for mark in ("](http://evil", "<at", "@all", "**急**"))


def test_a_group_gets_no_more_in_a_day_than_allowed(
    desk: Desk, calendar: Calendar, member: int
) -> None:
    pace = Pace(a_day={"chat": 1})
    first, second = desk.owe(way="chat"), desk.owe(way="chat")
    assert len(heard(desk, calendar, pace=pace)) == 1
    assert [desk.row(one)["status"] for one in (first, second)] == ["sent", "waiting"]
    assert len(heard(desk, calendar, NOW + timedelta(days=1), pace)) == 1


@pytest.fixture
def play(database: Database) -> Iterator[Play]:
    with a_story(database) as play:
        play.post_is_down = True
        yield play


@pytest.mark.parametrize(
    ("known", "chosen", "told_by"),
    [
        ({}, None, {"email", "sms"}),  # nobody is told in a group who did not choose it
        ({}, "chat", {"chat"}),
        ({"email": None, "phone": None}, None, {"chat"}),  # but who has nothing else is
    ],
)
def test_who_is_told_by_chat(
    play: Play, known: dict[str, None], chosen: str | None, told_by: set[str]
) -> None:
    liaison = PERSON.update().where(PERSON.c.username == "xingyi.liaison")
    with play.database.unit_of_work() as connection:
        connection.execute(liaison.values(chat=f"wecom:{KEY}", **known))
    if chosen:
        prefers(play, "xingyi.liaison", Preferences({"task": chosen}))
    case = play.open(FINDER)
    play.act(FINDER, case, "dispatch")
    assert ways(play, case, "xingyi.liaison") == {("task", way, "waiting") for way in told_by}


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", f"wecom:{KEY}"),
        (f" https://oapi.dingtalk.com/robot/send?access_token={KEY}\n", f"dingtalk:{KEY}"),
        (f"http://10.1.2.3:8080/ding/robot/send?access_token={KEY}&x=1", f"dingtalk:{KEY}"),
        (f"{FEISHU}/", f"feishu:{KEY}"),
        (f"wecom:{KEY}", f"wecom:{KEY}"),
    ],
)
def test_of_a_pasted_address_the_provider_and_the_key_are_kept(pasted: str, kept: str) -> None:
    assert str(parse_robot(pasted)) == kept
    assert parse_robot(pasted).masked.endswith(f"机器人 ****{KEY[-4:]}")


@pytest.mark.hostile
@pytest.mark.parametrize(
    "pasted",
    ["", "督办群", "https://evil.example/", f"telegram:{KEY}", "wecom:short", "wecom:a/../../b/c",
     f"https://x/cgi-bin/webhook/send?key={KEY} {KEY}", f"javascript:{KEY}", f"wecom:{'k' * 101}"],
)  # fmt: skip
def test_what_is_no_robot_is_refused_without_being_repeated(pasted: str) -> None:
    with pytest.raises(NoRobot) as refused:
        parse_robot(pasted)
    assert KEY not in str(refused.value)


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("pasted", "secret"), [(f"wecom:{KEY}", "s"), (FEISHU, "s" * 201), (FEISHU, "a\nb")]
)
def test_a_secret_that_cannot_be_one_is_refused(desk: Desk, pasted: str, secret: str) -> None:
    person = desk.prefecture.person(LIAISON)
    with pytest.raises(InvalidInput), desk.database.unit_of_work() as connection:
        robots.keep(connection, SEALER, person, pasted, secret, NOW)
