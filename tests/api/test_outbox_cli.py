"""`duban outbox` as an operator uses it: hold, look, release, count a month."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.api.test_cli import duban
from tests.notifications.conftest import Desk
from tests.prefecture import Prefecture
from workflow.engine.calendar import ZONE
from workflow.store.database import Database

NOVEMBER = datetime(2026, 11, 3, 10, tzinfo=ZONE)


@pytest.fixture
def furnished(furnished: Path) -> Path:
    """The folder of an installation in which 望谟县 got a short message in two parts."""
    database = Database(f"sqlite:///{furnished / 'duban.db'}")
    desk = Desk(database, Prefecture(database))
    sent = {"status": "sent", "sent_at": NOVEMBER, "wake_at": None, "parts": 2, "attempts": 1}
    message = desk.owe(way="sms", wake_at=NOVEMBER)
    desk.change_message(message, **sent, unit_id=desk.prefecture.unit("522326"))
    database.dispose()
    return furnished


def test_messages_are_held_looked_at_and_released(furnished: Path) -> None:
    assert "正常发送" in duban(furnished, "outbox", "show").stdout
    assert duban(furnished, "outbox", "hold").returncode == 0
    twice = duban(furnished, "outbox", "hold")
    assert (twice.returncode, twice.stderr.strip()) == (1, "duban: 消息已经暂停发送")
    assert "由管理员暂停" in duban(furnished, "outbox", "show").stdout
    said = duban(furnished, "doctor").stderr
    assert "暂停发送。由管理员暂停。现在有 0 条应发未发" in said
    assert "duban outbox release" in said
    assert duban(furnished, "outbox", "release").stdout.startswith("消息已放行")
    assert duban(furnished, "outbox", "release").returncode == 1


def test_a_month_is_counted_by_unit(furnished: Path) -> None:
    lines = duban(furnished, "outbox", "statement", "2026-11").stdout.splitlines()
    assert lines == ["单位,方式,条数,短信计费条数,收件人数", "望谟县,短信,1,2,1"]
    priced = duban(furnished, "outbox", "statement", "2026-11", "--price", "0.045").stdout
    assert priced.splitlines()[-1] == "望谟县,短信,1,2,1,0.09"
    assert len(duban(furnished, "outbox", "statement", "2026-10").stdout.splitlines()) == 1


def test_a_message_is_previewed_from_a_real_case(furnished: Path) -> None:
    shown = duban(furnished, "outbox", "preview", "1", "--price", "0.05").stdout
    assert "主题：【督办】期限提醒" in shown
    assert "者楼街道部分村组饮水管网漏损严重" in shown
    assert "短信（计 1 条，0.050 元）：【督办】" in shown
    unknown = duban(furnished, "outbox", "preview", "1", "--template", "pigeon")
    assert (unknown.returncode, "没有名为“pigeon”的消息模板" in unknown.stderr) == (1, True)
    assert duban(furnished, "outbox", "preview", "9").returncode == 1
