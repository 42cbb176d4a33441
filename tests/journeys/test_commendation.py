"""实施办法 art. 24: who did well is commended and encouraged, by the rules of the State.

建议: 关怀激励, beside the other mechanisms. A commendation (表彰) needs its approval; praise in a
circular (通报表扬) does not.
"""

from typing import Any

import pytest

from tests.journeys.desk import Desk
from tests.journeys.play import COUNTY, Play, variation
from workflow.engine.errors import ConditionNotMet, NotYourTurn

pytestmark = pytest.mark.journey

MAKER, ORGANISER = "zhou-zx.liaison", "zhou-zx.officer"
PRAISE: dict[str, Any] = {
    "project": "2025 年度乡村振兴先进集体",
    "form": "通报表扬",
    "scheme": "每县一个，注重基层一线",
    "places": 10,
    "county_places": 2,
}
CHECK: dict[str, Any] = {
    "check": "无逾期未销号问题，无移送",
    "clean": True,
    "consulted": "纪检、组织、公安",
}
MERITS: dict[str, Any] = {"nominee": "敬南镇党委", "merits": "全年问题整改按期销号，群众满意"}
APPROVAL = "省评组〔2026〕1号"


def begun(play: Play, **facts: Any) -> int:
    return play.open(MAKER, "commendation", parties={"candidate": COUNTY}, **{**PRAISE, **facts})


def nominated(play: Play) -> int:
    case = begun(play)
    play.act(ORGANISER, case, "begin")
    assert play.act("xingyi.officer", case, "nominate", **MERITS) == "nominated"
    return case


def publicity(play: Play) -> int:
    return shown_to_all(play, nominated(play))


def shown_to_all(play: Play, case: int) -> int:
    play.act(ORGANISER, case, "consult", **CHECK)
    assert play.act(ORGANISER, case, "no_objection", replies="均无意见") == "publicity"
    return case


def test_praise_from_the_scheme_to_the_decision(play: Play) -> None:
    case = publicity(play)
    assert play.due(case) == "2026-03-06", "five working days, the first one counts"
    play.until("2026-03-07 01:00")
    assert play.state(case) == "approval"
    play.refused(NotYourTurn, "zhou-zx.head", case, "grant", decision_number="州通〔2026〕2号")
    assert play.act("zhou.head", case, "grant", decision_number="州通〔2026〕2号") == "granted"
    assert "xingyi.head" in [one.who for one in play.told(case)]
    play.down_until("2027-03-10 09:00")  # in its year it could still be revoked
    play.sweep()
    assert play.state(case) == "archived"


def test_a_commendation_is_conferred_under_its_approval_and_taken_back(
    play: Play, desk: Desk
) -> None:
    case = begun(play, form="表彰")
    refusal = play.refused(ConditionNotMet, ORGANISER, case, "begin")
    assert "表彰须有批准文号" in refusal.sentence
    play.act(ORGANISER, case, "begin", approval_number=APPROVAL)
    play.act("xingyi.officer", case, "nominate", **MERITS)
    assert "敬南镇党委" in desk.issue("xingyi.officer", case, "nomination_form").text
    shown_to_all(play, case)
    doubt = {"objection": "事迹系邻镇所为", "finding": "经查并非事实"}
    play.act(ORGANISER, case, "dismiss", **doubt)
    play.until("2026-03-07 01:00")
    assert (play.state(case), play.marks(case)) == ("approval", ("objected",))

    assert play.act("zhou.head", case, "grant") == "granted"
    with pytest.raises(ConditionNotMet, match="表彰用决定行文"):
        desk.draft(ORGANISER, case, "commendation_bulletin")
    decision = desk.issue(ORGANISER, case, "commendation_decision")
    assert decision.number == play.case(case).facts["decision_number"] == "黔西南州彰〔2026〕1号"
    assert f"按照{APPROVAL}的批复" in decision.text
    assert "敬南镇党委" in decision.text
    with pytest.raises(ConditionNotMet):  # what has its number gets no second
        desk.draft(ORGANISER, case, "commendation_decision")

    play.until("2026-06-01")
    ground = "事后查明事迹材料不实，予以撤销"
    play.refused(NotYourTurn, "zhou-zx.head", case, "revoke", ground=ground)
    assert play.act("zhou.head", case, "revoke", ground=ground) == "revoked"
    assert "xingyi.head" in {one.who for one in play.told(case, since="2026-06-01")}
    revocation = desk.issue(ORGANISER, case, "revocation_decision")
    assert revocation.number == play.case(case).facts["revocation_number"]
    assert str(decision.number) in revocation.text, "it is known what is revoked"
    assert ground in revocation.text


def test_what_has_no_approval_ends_as_praise_in_a_circular(play: Play, desk: Desk) -> None:
    case = begun(play, form="表彰")
    play.refused(ConditionNotMet, ORGANISER, case, "begin")
    play.act(ORGANISER, case, "begin", form="通报表扬")
    play.act("xingyi.officer", case, "nominate", **MERITS)
    shown_to_all(play, case)
    play.until("2026-03-07 01:00")
    assert play.act("zhou.head", case, "grant") == "granted"
    with pytest.raises(ConditionNotMet, match="通报表扬用通报行文"):
        desk.draft(ORGANISER, case, "commendation_decision")
    circular = desk.issue(ORGANISER, case, "commendation_bulletin")
    assert circular.number == play.case(case).facts["decision_number"]
    assert "表彰" not in circular.text


@variation
def test_a_department_may_be_praised_as_a_county_is(play: Play) -> None:
    """第二十四条：“作出贡献的部门和个人”."""
    candidate = {"candidate": "522300-FL"}
    case = play.open(MAKER, "commendation", parties=candidate, **PRAISE)
    play.act(ORGANISER, case, "begin")
    merits: dict[str, Any] = {"nominee": "州妇联", "merits": "巧手致富培训带动三千户增收"}
    assert play.act("zhou-fl.officer", case, "nominate", **merits) == "nominated"


@variation
def test_a_commendation_needs_its_approval_number(play: Play) -> None:
    case = begun(play, form="表彰")
    refusal = play.refused(ConditionNotMet, ORGANISER, case, "begin")
    assert "表彰须有批准文号" in refusal.sentence
    assert play.act(ORGANISER, case, "begin", approval_number="省评组〔2026〕1号") == "open"


@variation
def test_without_one_it_becomes_praise_in_a_circular(play: Play) -> None:
    case = begun(play, form="表彰")
    assert play.act(ORGANISER, case, "begin", form="通报表扬") == "open"


@variation
@pytest.mark.parametrize(("places", "leaders", "possible"), [(10, 2, True), (10, 3, False)])
def test_leaders_of_county_rank_have_a_fifth_of_the_places_at_most(
    play: Play, places: int, leaders: int, possible: bool
) -> None:
    case = begun(play, places=places, county_places=leaders)
    if possible:
        assert play.act(ORGANISER, case, "begin") == "open"
    else:
        play.refused(ConditionNotMet, ORGANISER, case, "begin")


@variation
def test_whoever_has_something_open_is_not_commended(play: Play) -> None:
    case = nominated(play)
    refusal = play.refused(ConditionNotMet, ORGANISER, case, "consult", **{**CHECK, "clean": False})
    assert "不能推荐表彰" in refusal.sentence
    assert play.act(ORGANISER, case, "fail", check="有两件逾期未销号") == "rejected"


def test_an_objection_that_holds_ends_it_and_one_that_does_not_changes_nothing(play: Play) -> None:
    case = publicity(play)
    wrong = {"objection": "事迹系邻镇所为", "finding": "经查并非事实"}
    assert play.act(ORGANISER, case, "dismiss", **wrong) == "publicity"
    true = {"objection": "有两件问题虚假整改", "finding": "经查属实，已移送"}
    assert play.act(ORGANISER, case, "uphold", **true) == "rejected"


@variation
def test_nobody_is_made_to_nominate(play: Play) -> None:
    case = begun(play)
    play.act(ORGANISER, case, "begin")
    play.until("2026-03-20")
    assert (play.state(case), play.marks(case)) == ("not_nominated", ())


def test_what_turns_out_untrue_is_revoked(play: Play) -> None:
    case = publicity(play)
    play.until("2026-03-09")
    play.act("zhou.head", case, "grant", decision_number="州通〔2026〕2号")
    untrue = {"ground": "事后查明事迹材料不实，予以撤销", "revocation_number": "州通〔2026〕9号"}
    assert play.act("zhou.head", case, "revoke", **untrue) == "revoked"
    assert play.case(case).facts["decision_number"] == "州通〔2026〕2号", (
        "it is known what is revoked"
    )
