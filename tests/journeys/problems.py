"""How far a problem has come: what several stories begin with."""

from datetime import date, timedelta
from typing import Any

from tests.journeys.play import Play

FINDER = "zhou-dc.specialist1"
PLAN: dict[str, Any] = {
    "goal": "路灯全部修复，亮灯率 100%",
    "measures": [{"measure": "更换灯具", "owner": "张三", "due": "2026-04-30"}],
}
RESULT = {"result": "路灯全部修复", "finished_on": "2026-05-15"}
MORE_WORK = {"further_requirements": "第三组路灯仍不亮，请补充整改并报照片"}
SEEN = {"site_record": "现场逐盏查看，全部亮灯"}


def dispatched(play: Play, **facts: Any) -> int:
    """In 兴义市's hands on Monday, 2 March."""
    case = play.open(FINDER, **facts)
    play.act(FINDER, case, "dispatch", dispatch_number="州督办〔2026〕7号")
    return case


def rectifying(play: Play, **facts: Any) -> int:
    case = dispatched(play, **facts)
    play.act("xingyi.liaison", case, "accept")
    play.act("xingyi.liaison", case, "submit_plan", **PLAN)
    assert play.act("zhou-dc.specialist2", case, "approve_plan") == "rectifying"
    return case


def first_review(play: Play, case: int | None = None, **facts: Any) -> int:
    case = case or rectifying(play, **facts)
    play.act("xingyi.liaison", case, "apply", **RESULT)
    assert play.act("xingyi.head", case, "confirm") == "first_review"
    return case


def publicity(play: Play, case: int | None = None, **facts: Any) -> int:
    case = first_review(play, case, **facts)
    play.act("zhou-zx.head", case, "sign_first")
    checked(play, case)
    return case


def checked(play: Play, case: int) -> None:
    play.act("zhou-zx.inspector1", case, "pass_check", **SEEN)
    play.act("zhou-dc.inspector1", case, "pass_check")


def closed(play: Play, **facts: Any) -> int:
    """Closed early in April, without a public notice."""
    case = publicity(play, internal_only=True, **facts)
    assert play.act("zhou-dc.head", case, "sign_second") == "closed"
    return case


OF_A_COUNTY = "xingyi", "zhou-zx", "zhou-dc"
OF_A_TOWNSHIP = "jingnan", "xingyi-zx", "xingyi-dc"
"""Who mends a problem, who signs it off first, and who second: how their people are called."""


def archived(play: Play, case: int, whose: tuple[str, str, str], **result: Any) -> None:
    """From 整改中 to its end: done, checked by both, signed off twice, looked back on."""
    unit, reviewer, supervisor = whose
    play.act(f"{unit}.liaison", case, "apply", **{**RESULT, **result})
    play.act(f"{unit}.head", case, "confirm")
    play.act(f"{reviewer}.head", case, "sign_first")
    play.act(f"{reviewer}.inspector1", case, "pass_check", **SEEN)
    play.act(f"{supervisor}.inspector1", case, "pass_check")
    past_its_limit(play, case)
    assert play.state(case) == "second_review", "nobody objected in public"
    assert play.act(f"{supervisor}.head", case, "sign_second") == "closed"
    past_its_limit(play, case)
    play.act(f"{supervisor}.inspector1", case, "lasting", lookback_record="未见反弹，管护到位")
    assert play.act(f"{supervisor}.inspector2", case, "lasting") == "archived"
    assert [signed[1:] for signed in play.signatures(case)] == [
        ("first", f"{reviewer}.head", True),
        ("second", f"{supervisor}.head", True),
    ]


def past_its_limit(play: Play, case: int) -> None:
    """The day on which a case's limit ends goes by."""
    due = play.due(case)
    assert due is not None
    play.until((date.fromisoformat(due) + timedelta(days=1)).isoformat())
