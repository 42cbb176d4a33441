"""The rules in plain Chinese: what a changed file changes is said sentence by sentence."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browser, Browsers
from workflow.folder import SHIPPED

HERE = "/workflows/extension"


@pytest.fixture
def changed(duban: Duban, clock: SimulatedClock, tmp_path: Path) -> tuple[str, str]:
    """The file as it was and as it is now, published a month later."""
    old = (SHIPPED / "extension.yaml").read_text(encoding="utf-8")
    limit = next(line.strip() for line in old.splitlines() if line.strip().startswith("limit:"))
    for path in SHIPPED.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.stem == "extension":
            text = text.replace(limit, "limit: 17 working days", 1)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    clock.advance_to(clock() + timedelta(days=30))
    assert duban.catalog.publish(tmp_path, clock()) == ["extension"]
    return limit, "limit: 17 working days"


def test_a_changed_limit_is_said_with_what_it_was_and_since_when(
    browser: Browsers, changed: tuple[str, str]
) -> None:
    page = browser("xingyi.liaison").get(f"{HERE}/versions")
    newest, oldest = page.main.all("section")
    assert "第 2 版" in newest.text
    assert "2026年4月1日起施行" in newest.text
    assert [one.text for one in newest.all("li") if "现为" in one.text] == ["现为 限期 17 个工作日"]
    assert len(list(newest.all("del"))) == 1
    assert "最初的版本" in oldest.text
    book = browser("xingyi.liaison").get(HERE)
    assert "第 2 版，2026年4月1日起施行" in book.text
    assert "限期 17 个工作日" in book.text


def test_the_system_administrator_reads_the_rules_without_seeing_a_case(
    changed: tuple[str, str], system: Browser
) -> None:
    assert "限期 17 个工作日" in system.get(HERE).text
    assert "限期 17 个工作日" in system.get(f"{HERE}/versions").text
    assert "限期 17 个工作日" in system.get(f"{HERE}/handbook").text


def test_the_rule_book_says_who_may_not_sign_both_and_what_is_proposed_by_itself(
    browser: Browsers,
) -> None:
    page = browser("xingyi.liaison").get("/workflows/rectification")
    assert "二次销号 盖在问题台账，与一次销号不能是同一人、同一单位" in page.text
    assert "提级督办，理由：重大问题" in [one.text for one in page.main.all("li")]
    assert "整改责任人（文字；涉及个人，不公开）" in page.text
    assert "审核人（签字）" in page.text
    assert "限期至“整改时限”" in page.text
    assert "→ 二次销号、销号公示或现场核查" in page.text


def test_the_rule_book_says_when_a_higher_office_takes_a_seat(browser: Browsers) -> None:
    """Nobody is 提级 where no step raises; and no opener names a party where nobody opens."""
    reader = browser("xingyi.liaison")
    interview, problem, asked, report = (
        reader.get(f"/workflows/{name}").text
        for name in ("interview", "rectification", "hotline", "township_report")
    )
    assert "县级党委政府，发起时可以改为市州级党委政府" in interview
    assert "提级后" not in interview
    assert "县级督查机构，上一级发起的或者提级后为市州级督查机构" in problem
    assert "县级督查机构，上一级为市州级督查机构" in asked
    assert "由提起它的事项或者日历确定：乡镇党委政府" in report


def test_the_rule_book_says_whose_desk_has_no_limit(browser: Browsers) -> None:
    """Who signs the rules sees where something could lie for ever."""
    page = browser("xingyi.liaison").get("/workflows/escalation")
    states = {one.text.partition(" ")[0]: one for one in page.main.all("section", class_="rule")}
    assert "没有期限" in states["挂牌督办"].one("p").text
    assert "限期 5 个工作日" in states["摘牌待公布"].one("p").text
    assert "没有期限" not in states["摘牌待公布"].text
