"""Rows that become cases by the calendar: each once, in its month, in the order of the months."""

from typing import Any

from tests.engine.definitions import CLERK, Walk, at
from workflow.engine.case import CLOCK
from workflow.engine.errors import InvalidInput

PLAN = """
facts:
  rows:
    title: 安排
    type: table
    columns: { month: { title: 月份, type: integer }, theme: { title: 事项 } }
children:
  visits:
    workflow: visit
    for_each: rows
    monthly: { month: month, on: working day 1 }
    alone: false
    facts: { what: row.theme, until: row.last_day }
states:
  start:
    title: 编制
    turn: worker
    events: { plan: { title: 定计划, by: worker.clerk, needs: rows, to: running } }
  running:
    title: 实施
    limit: by rows
    events:
      open_month: { title: 立项, at: due, opens: visits, to: running }
      adjust: { title: 调整, by: worker.clerk, needs: rows, to: running }
      finish: { title: 结束, by: worker.clerk, to: end }
  end: { title: 结束, final: true }
"""


def row(month: int, theme: str) -> dict[str, Any]:
    return {"month": month, "theme": theme}


ROWS = [row(5, "饮水"), row(4, "村道"), row(5, "用电")]


def running(rows: list[dict[str, Any]]) -> Walk:
    walk = Walk(PLAN)
    walk.fire("plan", CLERK, rows=rows)
    return walk


def test_rows_open_on_the_day_of_their_month_and_never_twice() -> None:
    walk = running(ROWS)
    assert walk.case.due is not None
    assert walk.case.due.at == at("2026-04-01 09:00")
    walk.now = at("2026-04-01 09:00")
    (april,) = walk.fire("open_month", CLOCK).openings
    assert april.facts == {"what": "村道", "until": "2026-04-30"}
    assert walk.case.due.at == at("2026-05-06 09:00")  # the fifth is still 劳动节
    walk.now = at("2026-05-06 09:00")
    assert [one.facts["what"] for one in walk.fire("open_month", CLOCK).openings] == [
        "饮水",
        "用电",
    ]
    assert walk.case.due is None
    assert walk.case.cycle.children == {"visits": 3}


def test_after_an_outage_everything_opens_that_is_due() -> None:
    walk = running(ROWS)
    walk.now = at("2026-06-03")
    assert len(walk.fire("open_month", CLOCK).openings) == 3


def test_what_has_been_opened_is_not_planned_anew() -> None:
    walk = running(ROWS)
    walk.now = at("2026-04-01 09:00")
    walk.fire("open_month", CLOCK)
    for wrong in ([row(4, "改名"), *ROWS[::2]], [row(3, "补一行"), *ROWS], ROWS[::2]):
        refusal = walk.refused(InvalidInput, "adjust", CLERK, rows=wrong)
        assert "前 1 行已经立项" in refusal.sentence
    walk.fire("adjust", CLERK, rows=[ROWS[1], row(4, "临时增加"), row(7, "用电")])
    walk.now = at("2026-04-08 09:00")
    assert [one.facts["what"] for one in walk.fire("open_month", CLOCK).openings] == ["临时增加"]


def test_there_are_twelve_months() -> None:
    refusal = Walk(PLAN).refused(InvalidInput, "plan", CLERK, rows=[row(13, "饮水")])
    assert "月份应为 1 至 12" in refusal.sentence
