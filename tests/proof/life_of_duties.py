"""The year of duties in a lived-in database: tasks and pilots with their nodes, a project in the
open, a leader's contact point, help from outside, and what takes longer than a problem may.
"""

from typing import Any

from tests.proof.story import Story
from workflow.engine.case import CLOCK
from workflow.transaction import Transaction

PLACE, TOWNSHIP = "522301", "522301100"
"""兴义市 and its 敬南镇."""


def live_duties(story: Story) -> dict[str, int]:
    """Live them before the rest of a life; the cases by name."""
    return {
        "adjusted": _adjusted(story),
        "half_built": _half_built(story),
        "disclosed": _disclosed(story),
        "visited": _visited(story),
        "helped": _helped(story),
        "long_term": _long_term(story),
        "reported": _reported(story),
    }


def _adjusted(story: Story) -> int:
    """A task of the year, for which the first baseline was too much."""
    nodes = [{"node": "半年", "by": "2026-06-30", "reach": 70}]
    facts = {"subject": "村集体年收入达标", "kind": "重点任务", "measure": "%"}
    named = {"lead": story.units[PLACE], "helper": story.units["522300-GH"]}
    case = story.open_any("key_task", named, **facts, target=100, nodes=nodes)
    story.fire(case, "zhou-dc.officer", "issue")
    story.fire(case, "xingyi.liaison", "accept")
    story.fire(case, "xingyi.liaison", "report", done=25, progress="二十五个村达标")
    later = [{"node": "年底", "by": "2026-12-31", "reach": 95}]
    wish: dict[str, Any] = {"reason": "汛期影响施工", "new_target": 95, "new_nodes": later}
    story.fire(case, "xingyi.officer", "adjust", **wish)
    story.fire(story.child(case), "zhou-dc.officer", "approve")
    return case


def _half_built(story: Story) -> int:
    """A pilot that was chosen and evaluated before its time."""
    scheme = "三年建成茶园步道和加工坊，带动一百户"
    facts = {"subject": "山地茶旅融合试点", "place": "甲村", "scheme": scheme}
    parties = {"builder": story.units[PLACE]}
    case = story.open_any("pilot", parties, by="xingyi.officer", **facts)
    nodes = [
        {"node": "起步", "by": "2026-12-31", "reach": 4},
        {"node": "建成", "by": "2029-02-28", "reach": 12},
    ]
    days = {"begins": "2026-03-02", "mid_term_on": "2027-09-01"}
    story.fire(case, "zhou-zx.officer", "select", rank=3, target=12, nodes=nodes, **days)
    story.fire(case, "xingyi.liaison", "report", done=4, progress="步道完工")
    found = {"conclusion": "进度快，利益联结不足", "grade": "较好"}
    story.fire(story.child(case), "zhou-zx.inspector1", "settle", **found)
    return case


def _disclosed(story: Story) -> int:
    """A project of a township, whose money the village can read on its board."""
    board, clerk, pool = {"where": "村务公开栏"}, "jingnan.liaison", "xingyi-zx.liaison"
    facts = {"subject": "甲村机耕道硬化", "place": "甲村一组", "kind": "乡村建设"}
    plan = {"content": "硬化三公里", "starts_on": "2026-05-06", "ends_on": "2026-12-30"}
    parties = {"owner": story.units[TOWNSHIP]}
    case = story.open_any("project", parties, by=clerk, planned_money=86.5, **facts, **plan)
    story.fire(case, pool, "enter")
    story.fire(case, clerk, "disclose_pool", listed_on="2026-03-02", **board)
    story.fire(case, pool, "fund")
    story.fire(case, clerk, "disclose_money", money_in=80, funded_on="2026-03-02", **board)
    return case


def _visited(story: Story) -> int:
    """A township that the head of the county is to visit every three months, and visited once."""
    named = {"leader_unit": story.units[PLACE], "point": story.units[TOWNSHIP]}
    facts: dict[str, Any] = {"subject": "敬南镇", "leaders": ["xingyi.head"]}
    case = story.open_any("contact_point", named, by="xingyi.liaison", **facts)
    seen: dict[str, Any] = {"visited_on": "2026-03-02", "study": "茶园管护缺人", "visits": 1}
    story.fire(case, "xingyi.head", "visit", **seen)
    return case


def _helped(story: Story) -> int:
    """A plan of help from outside that had to be written twice."""
    facts = {"subject": "东西部协作计划", "kind": "东西部协作", "helper": "东部结对区"}
    nodes = [{"by": "2026-11-30", "reach": 3000}]
    plan: dict[str, Any] = {"plan": "共建加工园区，选派教师医生", "nodes": nodes}
    plan |= {"measure": "万元", "target": 3000}
    parties = {"helped": story.units[PLACE]}
    case = story.open_any("assistance_plan", parties, by="xingyi.liaison", **facts, **plan)
    story.fire(case, "zhou-zx.liaison", "send_back", opinion="请写明劳务对接人数")
    story.fire(case, "xingyi.liaison", "resubmit", plan="共建加工园区，劳务对接五百人")
    story.fire(case, "zhou-zx.officer", "agree")
    return case


def _long_term(story: Story) -> int:
    """A problem whose cause nobody removes in a quarter."""
    case = story.open_at("rectifying")
    stage = {"stage_goal": "年内建成管护队伍", "review_on": "2026-12-31"}
    story.fire(case, "xingyi.head", "make_long_term", reason="管护须长期坚持", **stage)
    story.fire(story.child(case), "zhou-dc.head", "approve")
    return case


def _reported(story: Story) -> int:
    """A township's report of the year, as the calendar opens it where the county wants it."""
    subject = {"subject": "2026年实施乡村振兴战略进展情况报告"}
    with story.database.unit_of_work() as connection:
        work = Transaction(connection, story.catalog, story.now)
        reporter = {"reporter": story.units[TOWNSHIP]}
        case = work.open("township_report", reporter, subject, CLOCK, period=2026).id
        work.flush()
    told = {"overview": "总体平稳", "work": "计划十项，完成九项", "problems": "缺管护队伍"}
    story.fire(case, "jingnan.liaison", "submit", **told)
    story.fire(case, "jingnan.head", "issue", signer="王某")
    story.fire(case, "xingyi-bg.liaison", "receive")
    return case
