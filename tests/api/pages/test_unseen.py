"""Nobody signs what they were not shown: a page that somebody has overtaken takes no signature."""

from datetime import timedelta

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import STEPS
from tests.api.pages.conftest import Browser, Browsers, new_request
from tests.api.pages.page import Page
from tests.api.pages.stories import walk_to
from tests.api.pages.test_bulk import sent, ticked
from tests.prefecture import Prefecture
from workflow import timers

pytestmark = pytest.mark.rights

HEAD = "zhou-zx.head"
SENTENCE = "你打开页面以后，这件事项又有人办理过，请看过现在的内容再签"


def mended_anew(duban: Duban, case: int) -> None:
    """It is sent back, and comes again to the same state with another result."""
    again = [(who, event, facts) for at, who, event, facts in STEPS if at in AGAIN]
    back = (
        "zhou-zx.officer",
        "return_first",
        {"further_requirements": "三组的路灯仍然不亮，请再次更换"},
    )
    for who, event, facts in [back, *again]:
        duban.commands.fire(
            case_id=case, event=event, actor=Prefecture(duban.database).actor(who),
            request=new_request(), now=duban.clock(), facts=facts,
        )  # fmt: skip


AGAIN = ("rectifying", "self_check")


def opened(desk: Browser, case: int) -> Page:
    return desk.get(f"/cases/{case}")


def test_a_page_from_before_a_return_signs_nothing(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case, desk = walk_to(duban, "first_review", clock), browser(HEAD)
    old = opened(desk, case).form("sign_first")
    mended_anew(duban, case)
    page = desk.post(old.action, old.values)
    assert page.status == 409
    assert SENTENCE in page.form("sign_first").element.text
    now = page.form("sign_first")
    assert desk.post(now.action, now.values).main.one(class_="state").text == "现场核查"


def test_a_ledger_s_form_from_before_a_return_signs_nothing(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case, desk = walk_to(duban, "first_review", clock), browser(HEAD)
    page = ticked(desk, case, event="sign_first")
    mended_anew(duban, case)
    assert SENTENCE in sent(desk, page, case).text


def test_a_reminder_meanwhile_makes_no_page_old(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    case, desk = walk_to(duban, "first_review", clock), browser(HEAD)
    old = opened(desk, case).form("sign_first")
    assert timers.fire_all_due(duban.database, duban.catalog, clock() + timedelta(days=9))
    assert desk.post(old.action, old.values).status == 200
