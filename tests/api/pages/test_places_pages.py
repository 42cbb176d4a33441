"""抽样记录 and 走访日历: what was drawn can be drawn again; who is visited too often is told."""

import hashlib
from typing import Any

import pytest

from api.context import Duban
from tests.api.pages.conftest import Browser, Browsers, new_request
from tests.prefecture import Prefecture

MAKER = "zhou-dc.specialist1"
PLAN: dict[str, Any] = {
    "subject": "饮水安全",
    "mode": "暗访",
    "origin": "年度计划",
    "authority": "2026 年度督查计划",
    "visit_on": "2026-03-10",
}


def inspection(duban: Duban, code: str = "522301", **facts: Any) -> int:
    prefecture = Prefecture(duban.database)
    answer = duban.commands.open_case(
        workflow="inspection",
        parties={"inspected": prefecture.unit(code)},
        facts={**PLAN, **facts},
        actor=prefecture.actor(MAKER, duban.clock()),
        request=new_request(),
        now=duban.clock(),
    )
    return answer.case


def drawn(browser: Browsers, case: int) -> Browser:
    browser("zhou-dc.head").do(case, "approve")
    browser(MAKER).do(case, "draw")
    return browser(MAKER)


def test_a_draw_is_told_with_all_that_draws_it_again(browser: Browsers, duban: Duban) -> None:
    case = inspection(duban)
    assert "这件事项没有抽过样" in browser(MAKER).get(f"/cases/{case}/draws").text
    maker = drawn(browser, case)
    assert f'href="/cases/{case}/draws"' in maker.client.get(f"/cases/{case}").text
    assert 'href="/boards/visits?month=2026-03"' in maker.client.get(f"/cases/{case}").text
    page = maker.get(f"/cases/{case}/draws")
    assert "按记录重算，结果一致" in page.text
    assert "乡镇：32 个中抽 2 个" in page.text
    assert "township" not in page.text, "a stratum is called as people call it"

    (draw,) = maker.client.get(f"/api/v1/cases/{case}/draws").json()
    (stratum,) = draw["strata"]
    assert stratum["name"] == "乡镇"
    lots = {
        unit: hashlib.sha256(f"{draw['seed']} {stratum['name']}:{unit}".encode()).hexdigest()
        for unit in stratum["units"]
    }
    again = sorted(lots, key=lots.__getitem__)[: stratum["size"]]
    assert again == [str(one["unit"]) for one in draw["taken"]]
    assert draw["seed"] in page.text


@pytest.mark.rights
def test_a_draw_of_an_unannounced_visit_is_nobody_elses(browser: Browsers, duban: Duban) -> None:
    case = inspection(duban)
    drawn(browser, case)
    for who in ("xingyi.head", "xingyi-dc.head", "zhou-dc.inspector1"):
        browser(who).get(f"/cases/{case}/draws", status=404)
        assert browser(who).client.get(f"/api/v1/cases/{case}/draws").status_code == 404


def test_the_calendar_advises_to_merge_what_comes_too_often(
    browser: Browsers, duban: Duban
) -> None:
    assert "没有你看得到的走访安排" in browser(MAKER).get("/boards/visits").text
    inspection(duban)
    once = browser(MAKER).get("/boards/visits")
    assert "现场督查" in once.text
    assert "建议合并。" in once.text
    assert "安排了 2 次" not in once.text
    inspection(duban, visit_on="2026-03-24", mode="明查")
    twice = browser(MAKER).get("/boards/visits?month=2026-03")
    assert "本月安排了 2 次走访，建议合并" in twice.text
    assert "没有你看得到的走访安排" in browser(MAKER).get("/boards/visits?month=2026-05").text
    unit = browser("xingyi.head").get("/boards/visits?month=2026-03").text
    assert "2026年3月24日" in unit
    assert "2026年3月10日" not in unit, "nobody is forewarned"
    assert "安排了 2 次" not in unit
    assert browser(MAKER).get("/boards/visits?month=9999-99").status == 200
