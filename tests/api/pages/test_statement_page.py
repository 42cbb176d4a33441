"""发送统计: what went out in a month to the people of each unit, and what it cost."""

from datetime import datetime

import pytest

from api.context import Duban
from tests.api.pages.conftest import Browser
from tests.notifications.conftest import Desk
from tests.prefecture import Prefecture
from workflow.engine.calendar import ZONE

pytestmark = pytest.mark.notify

HERE = "/administration/sending/statement"
IN_JANUARY = datetime(2026, 1, 6, 10, tzinfo=ZONE)


def test_a_month_is_counted_by_unit_with_its_cost(system: Browser, duban: Duban) -> None:
    desk = Desk(duban.database, Prefecture(duban.database))
    sent = {"status": "sent", "sent_at": IN_JANUARY, "wake_at": None, "parts": 2, "attempts": 1}
    message = desk.owe(way="sms", wake_at=IN_JANUARY)
    desk.change_message(message, **sent, unit_id=desk.prefecture.unit("522326"))
    page = system.get(f"{HERE}?month=2026-01&price=0.045")
    assert "望谟县 短信 1 2 1 0.09" in page.main.text
    assert "短信费用共 0.09 元" in page.main.text
    assert "下表" in page.main.text
    later = page.main.one("a", href=f"{HERE}?month=2026-02&price=0.045")
    empty = system.get(later.attributes["href"])
    assert "这个月没有发出消息" in empty.main.text
    assert "下表" not in empty.main.text, "there is none"
    assert empty.root.one("nav").one("a", **{"aria-current": "page"}).text == "消息发送"
    assert "短信费用" not in system.get(f"{HERE}?month=2026-01").main.one("table").text


def test_a_digest_to_somebody_of_two_units_is_paid_for_once(system: Browser, duban: Duban) -> None:
    desk = Desk(duban.database, Prefecture(duban.database))
    sent = {"status": "sent", "sent_at": IN_JANUARY, "wake_at": None, "parts": 2, "attempts": 1}
    digest = desk.owe(way="sms", wake_at=IN_JANUARY)
    desk.change_message(digest, **sent, unit_id=desk.prefecture.unit("522326"))
    folded = {"status": "folded", "wake_at": None, "digest_id": digest}
    item = desk.owe(way="sms", wake_at=IN_JANUARY)
    desk.change_message(item, **folded, unit_id=desk.prefecture.unit("522327"))
    page = system.get(f"{HERE}?month=2026-01&price=0.045")
    assert "望谟县 短信 1 2 1 0.09" in page.main.text
    assert "册亨县 短信 1 2 1 0.09" in page.main.text
    assert "这个月发出 1 条" in page.main.text
    assert "短信费用共 0.09 元" in page.main.text


@pytest.mark.parametrize("query", ["month=2026-13", "month=x", "month=2026-01&price="])
def test_what_was_not_typed_as_a_month_is_the_present_one(system: Browser, query: str) -> None:
    assert "发送统计" in system.get(f"{HERE}?{query}").main.text


def test_a_price_that_is_none_is_refused(system: Browser) -> None:
    page = system.get(f"{HERE}?price=free", status=422)
    assert "单价写法不对，应如 0.045" in page.text
