"""Problems from a table to 已归档 in a real browser without scripts, partly on a telephone: eight
people, two signatures, photographs, a public notice and a look back.
"""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.browser.acting import PHONE, act_on
from tests.api.browser.conftest import Desk, Desks
from tests.api.pages.stories import SPECIALIST
from tests.api.sheets import HEADER, ROW
from workflow import timers

pytestmark = [pytest.mark.browser, pytest.mark.journey]

Act = Callable[..., Desk]


def upload(desk: Desk, content: bytes) -> None:
    """Choose a table on the page that takes one in, and have it looked at."""
    file = {"name": "problems.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    desk.page.set_input_files("[name=file]", file)  # type: ignore[arg-type]
    desk.press("检查")


def filled(template: Path, rows: list[dict[str, str]]) -> bytes:
    """The template with these rows, each by the titles of the columns."""
    book = load_workbook(io.BytesIO(template.read_bytes()))
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    for row in rows:
        sheet.append([row.get(str(title)) for title in titles])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def case(desk: Desks) -> str:
    """The address of the first of twenty cases, opened from the workflow's template: filled with a
    mistake in one row, looked at, mended, looked at again and taken in.
    """
    supervisor = desk(SPECIALIST, script=False)
    supervisor.go("/cases/new?workflow=rectification")
    supervisor.page.get_by_role("link", name="从表格导入").click()
    with supervisor.page.expect_download() as template:
        supervisor.page.get_by_role("link", name="下载模板").click()
    rows = [dict(zip(HEADER, ROW, strict=True)) for _ in range(20)]
    rows[6]["责任单位"] = "天上"
    upload(supervisor, filled(template.value.path(), rows))
    assert "20 行里有 1 行有误，一行也没有导入" in supervisor.text
    assert supervisor.page.locator("tr", has_text="天上").locator("th").inner_text() == "8"
    rows[6]["责任单位"] = "兴义市"
    upload(supervisor, filled(template.value.path(), rows))
    assert "20 行都可以导入" in supervisor.text
    supervisor.press("导入这 20 件")
    assert "已导入 20 件" in supervisor.text
    return supervisor.page.locator("main table a").first.get_attribute("href") or ""


@pytest.fixture
def act(desk: Desks, case: str) -> Act:
    """Somebody signs in, opens the case and takes a step by its form: act("签收", "…liaison")."""

    def take(step: str, username: str, **given: Any) -> Desk:
        person = act_on(desk, case, step, username, **given)
        assert "已办理：" in person.text, person.text
        return person

    return take


@pytest.fixture
def wait_until(duban: Duban, clock: SimulatedClock) -> Callable[[int, int], None]:
    """Until 10:00 of a day of 2026, with what comes due until then."""

    def wait(month: int, day: int) -> None:
        clock.advance_to(datetime(2026, month, day, 2, tzinfo=UTC))
        timers.fire_all_due(duban.database, duban.catalog, clock())

    return wait


def _photograph() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), (180, 150, 60)).save(picture, "PNG")
    return picture.getvalue()


def anybody(reader: Desk) -> Desk:
    """The same browser in the hands of somebody who has not signed in."""
    browser = reader.page.context.browser
    assert browser is not None
    return Desk(browser.new_page(locale="zh-CN"), reader.address)


def test_a_problem_is_mended_signed_off_twice_shown_in_public_and_looked_back_at(
    act: Act, wait_until: Callable[[int, int], None]
) -> None:
    act("交办", SPECIALIST)
    act("签收", "xingyi.liaison", width=PHONE)
    measure = {"measures__0__measure": "更换灯具", "measures__0__owner": "岑光明"}
    plan = {"goal": "路灯全亮", **measure, "measures__0__due": "2026-04-10"}
    act("报送整改方案", "xingyi.liaison", **plan)
    act("同意方案", SPECIALIST)
    done = {"result": "全部恢复照明", "finished_on": "2026-03-02"}
    mended = act("申请验收", "xingyi.liaison", width=PHONE, photos_after=_photograph(), **done)
    photo = mended.page.locator("main img").first
    # A picture that is broken refuses to be decoded.
    assert photo.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
    act("自验合格并申请销号", "xingyi.head", width=PHONE)
    first = act("同意一次销号", "zhou-zx.head")
    assert "一次销号" in first.text
    act("核查合格", "zhou-zx.inspector1", width=PHONE, site_record="三处都亮着")
    public = act("核查合格", "zhou-zx.inspector2", width=PHONE)
    assert "销号公示" in public.text
    visitor = anybody(public)
    assert visitor.go("/public").get_by_role("link", name=ROW[3]).count() == 1

    wait_until(3, 10)
    closed = act("批准二次销号", "zhou-dc.head")
    assert closed.page.locator(".stamp").count() == 2
    assert "尚未签字" not in closed.text
    assert "系统 公示期满无异议 转入“二次销号”" in closed.text

    wait_until(6, 15)
    looked = {"lookback_record": "路灯都亮，有人管护"}
    act("未反弹，归档", "zhou-dc.inspector1", **looked)
    end = act("未反弹，归档", "zhou-dc.inspector2")
    assert "已归档" in end.text


def test_a_phone_shows_one_empty_row_of_a_table_and_the_next_once_it_is_written_in(
    act: Act,
) -> None:
    """Twenty empty fields one below the other would bury the button that sends them."""
    act("交办", SPECIALIST)
    planner = act("签收", "xingyi.liaison", width=PHONE)
    form = planner.page.locator("section.actions details", has_text="报送整改方案").first
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    row = "[name='fact.measures.{}.measure']"
    assert form.locator(row.format(0)).is_visible()
    assert not form.locator(row.format(1)).is_visible()
    form.locator(row.format(0)).fill("更换灯具")
    form.locator("[name='fact.goal']").focus()
    assert form.locator(row.format(1)).is_visible()
    assert not form.locator(row.format(2)).is_visible()
