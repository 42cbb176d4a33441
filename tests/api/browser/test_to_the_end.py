"""A problem from its opening to 已归档 in a real browser without scripts, partly on a telephone:
eight people, two signatures, photographs, a public notice and a look back.
"""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.browser.acting import PHONE, act_on
from tests.api.browser.conftest import Desk, Desks
from tests.api.pages.stories import SPECIALIST
from workflow import timers

pytestmark = [pytest.mark.browser, pytest.mark.journey]

Act = Callable[..., Desk]


@pytest.fixture
def case(desk: Desks) -> str:
    """The address of a case, opened by the form."""
    supervisor = desk(SPECIALIST, script=False)
    page = supervisor.go("/cases/new?workflow=rectification")
    page.fill("[name='party.responsible']", "兴义市")
    page.select_option("[name='fact.source']", "督查")
    page.fill("[name='fact.found_on']", "2026-03-01")
    page.fill("[name='fact.description']", "路灯不亮，三个月没有人修")
    page.select_option("[name='fact.grade']", "较重")
    page.select_option("[name='fact.kind']", "限期整改")
    page.fill("[name='fact.due']", "2026-05-29")
    page.locator("main button.primary").first.click()
    assert "/cases/" in page.url, supervisor.text
    return page.url.removeprefix(supervisor.address)


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
