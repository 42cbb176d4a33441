"""消息设置 → 群机器人: pasted, tried against a real robot, and never shown again."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import ON_SQLITE
from tests.api.pages.conftest import PASSWORD, Browsers
from tests.simulators.chat_robots import KEY, ChatRobots
from workflow.store.tables.handles import AUDIT, PERSON

pytestmark = pytest.mark.notify

HERE = "/account/messages"
PASTED = f"https://oapi.dingtalk.com/robot/send?access_token={KEY}"
SECRET = "SEC-known-to-two"


@ON_SQLITE
def test_a_robot_is_pasted_tried_chosen_and_given_up(
    app: FastAPI, duban: Duban, browser: Browsers
) -> None:
    liaison = browser("xingyi.liaison")
    page = liaison.get(HERE)
    assert ">只发到群机器人</option>" not in page.response.text
    page = liaison.post_on(page, "messages/robot", robot=PASTED, secret=SECRET)
    assert "群机器人已保存" in page.text
    assert f"钉钉机器人 ****{KEY[-4:]}" in page.text
    assert "加签" in page.text
    with ChatRobots(duban.clock, secret=SECRET) as group:
        app.state.duban = replace(duban, settings=replace(duban.settings, chat=group.url))
        page = liaison.post_on(page, "robot/test")
    [said] = group.messages
    assert "试发一条消息" in said.text
    assert "对方已经收下这一条" in page.text
    page = liaison.post_on(page, "account/messages", task="chat", begins="8", ends="20")
    assert "设置已保存" in page.text
    assert not any(secret in page.text for secret in (KEY, SECRET))
    page = liaison.post_on(page, "robot/forget")
    assert "群机器人已停用" in page.text
    with duban.database.reading() as connection:
        kept = select(PERSON.c.chat, PERSON.c.chat_secret)
        query = kept.where(PERSON.c.username == "xingyi.liaison")
        assert tuple(connection.execute(query).one()) == (None, None)
        log = connection.execute(select(AUDIT.c.data).where(AUDIT.c.kind == "person")).scalars()
        told = "".join(log)
    assert "robot_kept" in told
    assert "robot_forgotten" in told
    assert KEY not in told


@ON_SQLITE
def test_a_wrong_secret_is_said_when_it_is_tried(
    app: FastAPI, duban: Duban, browser: Browsers
) -> None:
    liaison = browser("xingyi.liaison")
    page = liaison.post_on(liaison.get(HERE), "messages/robot", robot=PASTED, secret="wrong")
    with ChatRobots(duban.clock, secret=SECRET) as group:
        app.state.duban = replace(duban, settings=replace(duban.settings, chat=group.url))
        page = liaison.post_on(page, "robot/test")
    assert "对方明确拒绝了这一条" in page.text
    assert "sign not match" in page.text


@ON_SQLITE
def test_what_is_no_robot_is_refused_with_a_sentence(browser: Browsers) -> None:
    liaison = browser("xingyi.liaison")
    page = liaison.post_on(liaison.get(HERE), "messages/robot", robot="督办群", secret="")
    assert page.status == 422
    assert "请粘贴企业微信、钉钉、飞书群机器人的完整网址" in page.text


@ON_SQLITE
def test_where_messages_go_is_changed_by_oneself_alone(
    duban: Duban, clock: SimulatedClock, browser: Browsers
) -> None:
    liaison = browser("xingyi.liaison")
    liaison.get(HERE)
    clock.advance_to(clock() + duban.settings.sign_in.confirmed_for * 2)
    page = liaison.post_on(liaison.get(HERE), "messages/robot", robot=PASTED, secret="", proof="no")
    assert "口令不对" in page.text
    page = liaison.post_on(page, "messages/robot", robot=PASTED, secret="", proof=PASSWORD)
    assert "群机器人已保存" in page.text
