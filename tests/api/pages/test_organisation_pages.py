"""组织机构: the system administrator makes accounts, appoints, takes lists in and takes back."""

import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browser
from workflow.store.tables.handles import AUDIT, UNIT

pytestmark = pytest.mark.rights

HERE = "/administration/organisation"


def unit(duban: Duban, code: str = "522301") -> str:
    """Where a unit is."""
    with duban.database.reading() as connection:
        id_ = connection.execute(select(UNIT.c.id).where(UNIT.c.code == code)).scalar_one()
    return f"/administration/units/{id_}"


def fields(browser: Browser, path: str, act: str = "") -> dict[str, str]:
    """The hidden fields of the form that does something."""
    values = (form.values for form in browser.get(path).forms if "request" in form.values)
    found = next(one for one in values if one.get("act", "") == act)
    return {name: found[name] for name in ("csrf", "request", "act") if name in found}


def test_somebody_new_is_appointed_stood_in_for_and_leaves(system: Browser, duban: Duban) -> None:
    form = fields(system, HERE)
    made = system.post("/administration/people", {**form, "username": "new.one", "name": "新小明"})
    assert "新建新小明的账号" in made.text
    assert made.main.one(class_="banner").text == "账号已新建，还没有岗位和口令。"
    again = system.post("/administration/people", {**form, "username": "new.one", "name": "新小明"})
    assert again.text.count("新建新小明的账号") == 1  # sent twice, it acts once

    here = unit(duban)
    form = fields(system, here, "appoint")
    post = {"person": "new.one", "role": "liaison", "title": "新联络员", "one_more": "yes"}
    assert "新小明 （new.one） 任职" in system.post(here, {**form, **post}).text
    form = fields(system, here, "substitute")
    pair = {"person": "xingyi.head", "stands_for": "new.one", "reason": "学习三个月"}
    page = system.post(here, {**form, **pair, "ends": "2026-06-01"})
    assert "代理" in page.text
    assert "学习三个月" in page.text
    form = fields(system, here, "end")
    assert "新小明" not in system.post(here, {**form, "person": "new.one"}).text
    with duban.database.reading() as connection:
        kinds = list(connection.execute(select(AUDIT.c.kind)).scalars())
    assert [kinds.count(kind) for kind in ("person", "holding", "substitute")] == [1, 2, 1]


def test_an_administrator_enters_an_address_and_tries_a_channel_with_it(system: Browser) -> None:
    """Who holds no post is on no list, and could not be reached otherwise."""
    channels = system.get("/administration/channels")
    assert channels.forms == []
    assert f"{HERE}#contact" in [one.attributes["href"] for one in channels.main.all("a")]
    new = {"username": system.username, "phone": "139-0000", "email": "没有"}
    wrong = system.post_on(system.get(HERE), "administration/contacts", **new)
    assert (wrong.status, "邮箱“没有”写法不对" in wrong.text) == (422, True)
    new["email"] = "guanli@office.example"
    page = system.post_on(wrong, "administration/contacts", **new)
    assert "更改关力的手机、邮箱" in page.text
    assert page.main.one(class_="banner").text == "联系方式已更改。"
    assert "office.example" not in page.text
    tried = system.get("/administration/channels")
    assert len(tried.forms) == 2  # mail and SMS
    tried = system.post_on(tried, "channels/test")
    assert "存进了本机信箱，没有发出" in tried.text
    assert "对方已经收下" not in tried.text
    undo = next(form for form in page.forms if "undo" in form.action)
    undone = system.post(undo.action, undo.values)
    assert "撤销变更" in undone.text
    assert undone.main.one(class_="banner").text == "已撤销。"
    assert system.get("/administration/channels").forms == []
    same = system.post_form(HERE, "administration/contacts", username=system.username)
    assert (same.status, "请填写新的手机或邮箱" in same.text) == (422, True)


def test_a_refusal_keeps_what_was_typed(system: Browser, duban: Duban) -> None:
    here = unit(duban)
    hidden = fields(system, here, "substitute")
    page = system.post(here, {**hidden, "person": "0000", "stands_for": "xingyi.head"})
    assert (page.status, "没有登录名为“0000”的人" in page.text) == (404, True)
    wrong = {"act": "appoint", "person": "xingyi.head", "kind": "deputy", "begins": "soon"}
    page = system.post(here, {**hidden, **wrong, "one_more": "yes"})
    assert (page.status, "日期写法不对" in page.text) == (422, True)
    form = next(one for one in page.forms if one.values.get("act") == "appoint")
    assert form.values["kind"] == "deputy"
    assert "checked" in form.element.one("input", name="one_more").attributes


def test_a_renamed_unit_says_what_it_was_called_and_is_named_back(
    system: Browser, duban: Duban
) -> None:
    here = unit(duban)
    form = fields(system, here, "rename")
    page = system.post(here, {**form, "name": "新兴义市委、市政府", "short_name": "新兴义市"})
    assert "新兴义市委、市政府" in page.text
    assert "曾用名：兴义市" in page.text
    assert isinstance(duban.clock, SimulatedClock)
    duban.clock.advance_to(duban.clock.now() + timedelta(minutes=1))
    page = system.get(HERE)
    undo = next(form for form in page.forms if "undo" in (form.action or ""))
    assert "撤销变更" in system.post(undo.action, undo.values).text
    assert "简称兴义市" in system.get(here).text


def test_a_list_is_looked_at_and_then_taken(system: Browser) -> None:
    path = "/administration/import/units"
    head = "编码,名称,简称,层级,性质,职能,上级编码\n"
    wrong = (head + "522399,新局,新局,县级,部门,audit,没有的\n").encode()
    right = (head + "522399,兴义市新局,新局,县级,部门,audit,522301\n").encode()
    template = io.BytesIO(system.client.get(f"{path}/template.xlsx").content)
    titles = CalamineWorkbook.from_filelike(template).get_sheet_by_index(0).to_python()[0]
    assert titles[: head.count(",") + 1] == head.strip().split(",")

    def send(content: bytes) -> str:
        data = {**fields(system, path), "act": "look"}
        files = {"file": ("a.csv", content, "text/csv")}
        return str(system.client.post(path, data=data, files=files).text)

    assert "错误" in send(wrong)
    looked = send(right)
    assert "现在还没有导入" in looked
    kept = looked.split('name="kept" value="')[1].split('"')[0]
    taken = system.post(path, {**fields(system, path), "act": "take", "kept": kept})
    assert "导入单位：新增 1 行" in taken.text
    assert "新局" in system.get(f"{HERE}?find=522399").text
