"""消息发送: the system administrator sees that messages are held, why, and releases them."""

import pytest

from api.context import Duban
from api.worker import tick
from notifications.ways import open_ways
from tests.api.pages.conftest import Browser, Browsers
from tests.notifications.conftest import Desk
from tests.prefecture import Prefecture
from workflow.store.outgoing import sending

pytestmark = pytest.mark.notify

HERE = "/administration/sending"


def test_held_released_and_shown_to_everybody_meanwhile(
    browser: Browsers, system: Browser, duban: Duban
) -> None:
    liaison = browser("xingyi.liaison")
    page = system.get(HERE)
    assert "正常发送" in page.text
    page = system.post_on(page, "sending/hold")
    assert "由管理员暂停" in page.text
    assert "由系统管理员放行" in liaison.get("/messages").text
    ways = open_ways(duban.database, duban.clock)
    assert "sent" not in tick(duban, ways, duban.clock()).failed
    page = system.post_on(page, "sending/release")
    assert "消息已放行" in page.text
    assert "放行" not in liaison.get("/messages").text


def test_after_a_restore_the_doubtful_ones_can_be_called_off(system: Browser, duban: Duban) -> None:
    now = duban.clock()
    Desk(duban.database, Prefecture(duban.database)).owe()
    with duban.database.unit_of_work() as connection:
        sending.hold(connection, "restored", now, number=7, sent_until=now)
    health = system.get("/administration/health").text
    assert "数据库是从备份恢复的" in health
    assert "现在有 1 条应发未发" in health
    page = system.get(HERE)
    assert "数据库是从备份恢复的" in page.text
    assert "重复一条，好过漏掉一条" in page.text
    page = system.post_on(page, "sending/release", drop="1")
    assert "正常发送" in page.text
    assert "应发未发的有 0 条" in page.text
