"""Units in tables, parties of several units, and what a child is given of a row."""

from typing import Any

import pytest

from tests.engine.definitions import (
    CLERK,
    COUNTY,
    COUNTY_LEAD,
    KEEP_CLERK,
    OTHER_COUNTY,
    OTHER_TOWNSHIP,
    PREFECTURE,
    SUPERVISION,
    TOWNSHIP,
    WORLD,
    Walk,
    compiled,
    person,
)
from workflow.engine.case import World
from workflow.engine.circles import circle
from workflow.engine.errors import DutiesNotSeparate, InvalidInput, RelationNotAllowed
from workflow.store.sight.sights import ABOVE, units_that_see

CALLING = """
parties:
  called: { title: 被叫单位, units: names.unit }
  joint: { title: 会同单位, units: partners.unit, apart_from: called }
  keeper:
    title: 督办单位
    of: worker
    table: { county: prefecture.supervision, township: county.supervision }
    apart_from: [worker, called]
facts:
  names:
    title: 名单
    type: table
    columns:
      unit: { title: 单位, type: unit, among: [county, township], below: keeper }
  partners: { title: 会同名单, type: table, columns: { unit: { title: 单位, type: unit } } }
  items:
    title: 事项
    type: table
    columns: { unit: { title: 单位, type: unit, within: called }, item: { title: 事项 } }
children:
  part:
    workflow: part
    begins: half
    parties: { object: row.unit }
    for_each: names
    facts: { why: '"来自" + row.unit' }
states:
  start:
    title: 办理
    turn: worker
    events:
      note: { title: 记名单, by: worker.clerk, may: [names, partners, items] }
      call:
        title: 发出
        by: keeper.clerk
        when: names.exists(one, one.unit == "甲")
        opens: part
        tell: called.head
        to: end
  end: { title: 结束, final: true }
"""


def rows(*units: int, **more: Any) -> list[dict[str, Any]]:
    called = {TOWNSHIP: "甲", OTHER_TOWNSHIP: "乙"}
    return [{"unit": {"unit": unit, "name": called.get(unit, str(unit))}, **more} for unit in units]


def test_each_unit_of_a_circle_is_told_and_gets_a_child_of_its_own() -> None:
    walk = Walk(CALLING)
    walk.fire("note", CLERK, names=rows(TOWNSHIP, OTHER_TOWNSHIP))
    done = walk.fire("call", KEEP_CLERK)
    (notice,) = done.notices
    assert notice.to == ((TOWNSHIP, "head"), (OTHER_TOWNSHIP, "head"))
    assert [
        (one.parties["object"].unit, one.facts["why"], one.begins) for one in done.openings
    ] == [(TOWNSHIP, "来自甲", "half"), (OTHER_TOWNSHIP, "来自乙", "half")]


def test_a_circle_sees_the_case_and_a_unit_that_only_stands_in_a_table_does_not() -> None:
    walk = Walk(CALLING)
    walk.fire("note", CLERK, names=rows(TOWNSHIP), items=rows(TOWNSHIP, item="修路"))
    case, definition = walk.case, walk.compiled.definition
    lineages = {unit: WORLD.lineages[unit] for unit in (COUNTY, TOWNSHIP, OTHER_TOWNSHIP)}
    seen = dict(units_that_see(case, World(WORLD.calendar, lineages=lineages), definition))
    assert seen[TOWNSHIP] == "called"
    assert seen[PREFECTURE] == ABOVE
    assert OTHER_TOWNSHIP not in seen
    assert circle(definition, case.facts, "called") == (TOWNSHIP,)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"names": rows(COUNTY_LEAD)}, RelationNotAllowed),
        ({"names": rows(TOWNSHIP, TOWNSHIP)}, RelationNotAllowed),
        ({"names": [{"unit": "甲"}]}, InvalidInput),
        ({"names": rows(TOWNSHIP), "partners": rows(TOWNSHIP)}, RelationNotAllowed),
        ({"names": rows(TOWNSHIP), "items": rows(OTHER_TOWNSHIP, item="修路")}, RelationNotAllowed),
    ],
    ids=["kind", "twice", "text", "both sides", "not in the circle"],
)
def test_a_unit_stands_only_where_it_may(given: dict[str, Any], kind: Any) -> None:
    Walk(CALLING).refused(kind, "note", CLERK, **given)


def test_a_unit_lies_below_the_party_that_is_named() -> None:
    below = CALLING.replace("below: keeper", "below: worker")
    walk = Walk(below)
    refusal = walk.refused(RelationNotAllowed, "note", CLERK, names=rows(OTHER_COUNTY))
    assert "不在承办单位之下" in refusal.sentence
    walk.refused(RelationNotAllowed, "note", CLERK, names=rows(COUNTY))
    walk.fire("note", CLERK, names=rows(TOWNSHIP))


def test_whoever_belongs_to_a_called_unit_does_not_act_for_those_who_call() -> None:
    walk = Walk(CALLING)
    walk.fire("note", CLERK, names=rows(TOWNSHIP))
    both = person(130, (SUPERVISION, "clerk"), (TOWNSHIP, "clerk"))
    walk.refused(DutiesNotSeparate, "call", both)


def test_a_case_hears_of_the_one_that_opened_it() -> None:
    waiting = """
    states:
      start:
        title: 等待
        turn: worker
        events:
          heard: { title: 已印发, on: parent.issued, takes: { note: minutes }, to: end }
          leave: { title: 离开, by: worker.clerk, to: end }
      end: { title: 结束, final: true }
    """
    assert compiled(waiting).heeds == {"issued"}
