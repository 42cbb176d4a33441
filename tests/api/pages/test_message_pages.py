"""消息 and 本机信箱: what was told, what never arrived, and how it would have looked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from notifications.ways import open_ways
from tests.api.pages.conftest import Browsers
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST, walk_to
from tests.delivering import deliver_all_due
from tests.prefecture import Prefecture
from workflow.store.tables.handles import HOLDING


@pytest.fixture
def told(duban: Duban, clock: SimulatedClock) -> int:
    """A case whose unit was told of it by e-mail and SMS; its id."""
    case = walk_to(duban, "assigned", clock)
    clock.advance_to(datetime(2026, 3, 3, 2, tzinfo=UTC))
    ways = open_ways(duban.database, clock)
    done = deliver_all_due(duban.database, ways, duban.catalog.calendar, clock())
    assert done.sent > 0
    return case


@pytest.fixture
def outside(duban: Duban) -> Iterator[TestClient]:
    """The same installation when it sends its messages outside."""
    settings = replace(duban.settings, email="smtp://mail.example", sms="smpp://sms.example")
    with TestClient(
        create_app(replace(duban, settings=settings)), follow_redirects=False
    ) as client:
        yield client


def test_the_inbox_tells_what_i_was_told_and_by_which_ways(browser: Browsers, told: int) -> None:
    page = browser("xingyi.liaison").get("/messages")
    entry = page.main.one("ol").one("li")
    assert entry.one("a").attributes["href"] == f"/cases/{told}"
    assert "待办" in entry.text
    assert "邮件已送出" in entry.text
    assert "短信已送出" in entry.text
    assert "还没有给你的消息" in browser("wangmo.head").get("/messages").text


def test_the_case_lists_its_messages(browser: Browsers, told: int) -> None:
    desk = browser(SPECIALIST)
    link = desk.get(f"/cases/{told}").main.one("a", href=f"/cases/{told}/messages")
    page = desk.get(link.attributes["href"])
    assert link.text == f"消息 {len(list(page.main.one(class_='told').all('dl')))} 条"
    assert "王建安 兴义市 待办 短信 已送出" in page.text


@pytest.mark.rights
def test_what_never_arrived_is_shown_to_those_who_look_after_it(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    liaison = Prefecture(duban.database).person("xingyi.liaison")
    with duban.database.unit_of_work() as connection:
        left = update(HOLDING).where(HOLDING.c.person_id == liaison).values(ends_at=clock())
        connection.execute(left)
    walk_to(duban, "assigned", clock)
    trouble = browser(SPECIALIST).get("/messages").main.one(class_="trouble").text
    assert "岗位空缺 兴义市 待办 站内 未送达 待签收" in trouble
    assert "岗位空缺，无人可通知" in trouble
    assert not list(browser("xingyi.officer").get("/messages").main.all(class_="trouble"))
    assert not list(browser("wangmo.head").get("/messages").main.all(class_="trouble"))


def test_the_mailbox_shows_every_mail_and_short_message_as_it_would_look(
    browser: Browsers, told: int
) -> None:
    reader = browser("xingyi.liaison")
    page = Page(reader.client.get("/mailbox"))
    assert page.status == 200
    assert "10000000" in page.text
    texts = [one.text for one in page.main.all("pre")]
    assert any("【督办】" in text for text in texts)
    frame = page.main.one("iframe").attributes
    assert frame["sandbox"] == "allow-top-navigation-by-user-activation"
    mail = reader.client.get(frame["src"])
    assert mail.headers["content-security-policy"].startswith("default-src 'none'")
    assert "sandbox" in mail.headers["content-security-policy"]
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    assert '<base target="_top">' in mail.text
    del told


@pytest.mark.parametrize(
    ("query", "ways"),
    [("", {"邮件", "短信"}), ("?way=sms", {"短信"}), ("?way=email", {"邮件"})],
)
def test_the_mailbox_is_narrowed_by_way_and_recipient(
    query: str, ways: set[str], browser: Browsers, told: int
) -> None:
    client = browser("xingyi.liaison").client
    page = Page(client.get(f"/mailbox{query}"))
    assert {one.one(class_="tag").text for one in page.main.all("article")} == ways
    nobody = Page(client.get("/mailbox?to=nobody.at.all"))
    assert "没有符合条件的消息" in nobody.text
    one = Page(client.get("/mailbox?to=xingyi.liaison&way=email"))
    assert list(one.main.all("article"))
    assert all("xingyi.liaison@" in letter.text for letter in one.main.all("article"))
    del told


@pytest.mark.rights
def test_an_installation_that_sends_messages_has_no_mailbox_page(
    browser: Browsers, outside: TestClient, told: int
) -> None:
    outside.cookies = browser("xingyi.liaison").client.cookies
    assert outside.get("/").status_code == 200
    assert "信箱" not in outside.get("/").text
    for path in ("/mailbox", "/mailbox/1/mail"):
        assert outside.get(path).status_code == 404
    del told


def test_a_message_is_previewed_on_its_case(browser: Browsers, told: int) -> None:
    desk = browser(SPECIALIST)
    here = f"/cases/{told}/messages"
    page = desk.get(desk.get(here).main.one("a", href=f"{here}/preview").attributes["href"])
    assert "【督办】期限提醒" in page.main.text
    assert "某某同志" in page.main.text
    assert "短信（计 1 条）" in page.main.text
    assert "【督办】催办" in desk.get(f"{here}/preview?template=urged").main.text
    browser("wangmo.head").get(f"{here}/preview", status=404)


def test_a_preview_says_of_the_limit_what_such_a_message_could_say(
    browser: Browsers, told: int, clock: SimulatedClock
) -> None:
    """Nobody is reminded of a limit that is over, or warned of one that is not."""
    desk, here = browser(SPECIALIST), f"/cases/{told}/messages/preview"
    assert "还剩" in desk.get(here).text or "今天到期" in desk.get(here).text
    warned = desk.get(f"{here}?template=overdue").text
    assert "已逾期 1 个工作日" in warned
    assert "还剩" not in warned
    assert "期限还没有过" in warned
    clock.advance_to(datetime(2026, 3, 12, 2, tzinfo=UTC))
    assert "已逾期 7 个工作日" in desk.get(here).text, "what would go now is shown first"
    reminded = desk.get(f"{here}?template=reminder").text
    assert "期限临近" in reminded
    assert "已逾期" not in reminded
    assert "期限已经过了" in reminded
