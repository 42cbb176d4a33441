"""How far a problem has come: what several stories begin with."""

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
