"""Who may not do a step for what they did before reads why, and is offered no form for it."""

from typing import Any

import pytest

from api.context import Duban
from tests.api.pages.conftest import Browsers, new_request
from tests.prefecture import Prefecture

pytestmark = pytest.mark.rights

MAKER, INSPECTOR, HEAD = "zhou-dc.specialist1", "zhou-dc.inspector1", "zhou-dc.head"


@pytest.fixture
def case(duban: Duban) -> int:
    """An objection to a conclusion that the head has sent."""
    place = Prefecture(duban.database)
    plan: dict[str, Any] = {"subject": "村道管护", "mode": "明查", "visit_on": "2026-03-10"}
    plan |= {"origin": "年度计划", "authority": "年度督查计划第 3 项"}
    opened = duban.commands.open_case(
        workflow="inspection",
        parties={"inspected": place.unit("522301")},
        facts=plan,
        actor=place.actor(MAKER),
        request=new_request(),
        now=duban.clock(),
    )
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (HEAD, "approve", {}),
        (MAKER, "prepare", {"scheme": "随机抽取两村，入户核实", "team": [INSPECTOR]}),
        (INSPECTOR, "set_out", {}),
        (INSPECTOR, "end_visit", {"field_record": "入户十二户"}),
        (INSPECTOR, "conclude", {"conclusion": "管护责任没有落实到人"}),
        (HEAD, "feed_back", {}),
        ("xingyi.head", "object", {"objection": "管护协议已经签订"}),
    )
    for who, event, facts in steps:
        duban.commands.fire(
            case_id=opened.case, event=event, actor=place.actor(who), request=new_request(),
            now=duban.clock(), facts=facts,
        )  # fmt: skip
    return opened.case


def test_who_sent_a_conclusion_is_not_offered_to_decide_on_the_objection(
    browser: Browsers, case: int
) -> None:
    deciding = {"uphold", "change"}
    page = browser(HEAD).get(f"/cases/{case}")
    assert not deciding & {*page.events}
    assert "“批准结论，反馈被督查单位”是你办理的，“维持结论”须由其他人办理" in page.text
    assert deciding <= {*browser("zhou-dc.officer").get(f"/cases/{case}").events}
