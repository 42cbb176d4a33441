"""外部来源: a source with its key, shown once; another key; the end of a source."""

import json

import pytest
from sqlalchemy import select

from api.context import Duban
from tests.api.door import Platform, ticket
from tests.api.pages.conftest import Browser
from tests.api.pages.page import Page
from workflow.store.tables.handles import AUDIT, SOURCE_KEY

pytestmark = pytest.mark.rights

HERE = "/administration/sources"
NEW = {
    "title": "12345 政务热线",
    "name": "hotline-12345",
    "workflow": "hotline",
    "username": "xingyi-bg.liaison",
}


def made(system: Browser, **changes: str) -> Page:
    return system.post_on(system.get(HERE), "sources", **{**NEW, **changes})


def key_on(page: Page) -> str:
    """The key that a page shows, if it shows one."""
    shown = [code.text for code in page.main.all("code")]
    return next((text for text in shown if text.startswith("whsec_")), "")


def test_a_source_sends_with_the_key_that_was_shown_once(system: Browser, duban: Duban) -> None:
    page = made(system)
    key = key_on(page)
    assert "兴义市委办公室 市政府办公室联络员" in page.text
    door = Platform(system.client, key, 1)
    answer = door.but(at=int(duban.clock().timestamp())).send({"rows": [ticket()]})
    assert answer.json()["opened"] == 1
    later = system.get(HERE)
    assert key_on(later) == ""
    assert key not in later.text
    assert "最近一次接收在" in later.text
    with duban.database.reading() as connection:
        assert key not in str(connection.execute(select(SOURCE_KEY.c.secret)).scalars().all())
        log = connection.execute(select(AUDIT.c.data, AUDIT.c.subject)).all()
    assert ("source_made", "source") in [(json.loads(a).get("act"), b) for a, b in log]
    assert not any(key in data for data, _ in log)


def test_a_key_is_changed_and_a_source_closed(system: Browser, duban: Duban) -> None:
    first = key_on(made(system))
    changed = system.post_on(system.get(HERE), "sources/1", act="key")
    second = key_on(changed)
    assert "原来的还可以用七天" in changed.text
    assert second not in ("", first)
    leaked = system.post_on(system.get(HERE), "sources/1", act="key_at_once")
    assert "原来的立即失效" in leaked.text
    closed = system.post_on(system.get(HERE), "sources/1", act="close")
    assert "来源已停用" in closed.text
    assert not [form for form in closed.forms if form.action.endswith("/1")]
    door = Platform(system.client, key_on(leaked), 1, at=int(duban.clock().timestamp()))
    assert door.send({"rows": []}).json()["code"] == "bad_signature"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "Hotline"}, "小写字母"),
        ({"name": "a"}, "小写字母"),
        ({"title": " "}, "1 至 60 个字"),
        ({"username": "无此人"}, "没有登录名"),
        ({"username": "jingnan.head"}, "没有可以登记这类事项的岗位"),
    ],
)
def test_what_is_no_source_is_refused(changes: dict[str, str], says: str, system: Browser) -> None:
    page = made(system, **changes)
    assert says in page.text
    typed = {name: text.strip() for name, text in {**NEW, **changes}.items()}
    assert typed.items() <= page.forms[-1].values.items(), "nobody types it twice"
    assert key_on(page) == ""


def test_a_name_is_used_once(system: Browser) -> None:
    made(system)
    assert "这个代号已经用过" in made(system).text
