"""消息渠道: one message to oneself over a real line, with what was said on it."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.context import Duban
from notifications.simulators.smtp_sink import SmtpSink
from tests.api.callers import ON_SQLITE
from tests.api.pages.conftest import Browser
from workflow.store.tables.handles import AUDIT, PERSON

pytestmark = pytest.mark.notify

HERE = "/administration/channels"
OWN = "admin@office.example"


def test_without_an_address_nothing_can_be_tried(system: Browser) -> None:
    page = system.get(HERE)
    assert "本机信箱" in page.text
    for missing in ("没有登记你的邮箱地址", "没有登记你的手机号码", "你还没有填写群机器人"):
        assert missing in page.text


@ON_SQLITE
def test_the_conversation_is_shown_without_addresses_and_stands_in_the_log(
    app: FastAPI, duban: Duban, system: Browser
) -> None:
    with duban.database.unit_of_work() as connection:
        connection.execute(
            PERSON.update().where(PERSON.c.username == system.username).values(email=OWN)
        )
    with SmtpSink() as sink:
        url = f"{sink.url}&timeout=5"
        app.state.duban = replace(duban, settings=replace(duban.settings, email=url))
        page = system.post_on(system.get(HERE), "channels/test")
        [mail] = sink.messages
    assert mail.to == OWN
    assert "对方已经收下这一条" in page.text
    assert "RCPT TO" in page.text.upper()
    assert OWN not in page.text
    with duban.database.reading() as connection:
        query = select(AUDIT.c.data).where(AUDIT.c.kind == "maintenance")
        assert "channel_tried" in connection.execute(query).scalars().all()[-1]


@ON_SQLITE
def test_a_line_that_is_down_says_so(app: FastAPI, duban: Duban, system: Browser) -> None:
    with duban.database.unit_of_work() as connection:
        connection.execute(
            PERSON.update().where(PERSON.c.username == system.username).values(email=OWN)
        )
    with SmtpSink() as sink:
        url = f"{sink.url}&timeout=1"
    app.state.duban = replace(duban, settings=replace(duban.settings, email=url))
    page = system.post_on(system.get(HERE), "channels/test")
    assert "没有发出去" in page.text
