"""Files that are right by themselves and do not fit together."""

import pytest

from tests.definitions.mistakes import REPAIR, changed
from workflow.engine.links import check_links
from workflow.yaml_text import read_definition

pytestmark = [pytest.mark.language, pytest.mark.hostile]

ORDER = """
workflow: purchase
title: 采购
basis: 内部规定
headline: item
anchor: buyer
roles: { clerk: 经办人 }
parties:
  buyer: { title: 采购单位, among: [prefecture department, county department] }
  payer:
    title: 付款单位
    of: buyer
    table: { prefecture department: prefecture.office, county department: county.office }
facts:
  item: { title: 物品 }
  granted_due: { title: 新期限, type: date }
opening: { state: asked, needs: item }
states:
  asked:
    title: 待购
    turn: buyer
    events:
      buy: { title: 购买, by: buyer.clerk, to: approved }
  approved: { title: 已购, final: true }
"""


def links(repair: str = REPAIR, order: str = ORDER, **others: str) -> list[tuple[str, str]]:
    texts = {"repair": repair, "purchase": order, **others}
    definitions = {name: read_definition(text, name) for name, text in texts.items()}
    found = check_links(definitions)
    return [
        (finding.code, ".".join(map(str, finding.path)))
        for findings in found.values()
        for finding in findings
    ]


EXTENSION = ORDER.replace("workflow: purchase", "workflow: extension")
ONE_CHILD = REPAIR.replace(
    "    workflow: extension\n    parties: { applicant: fixer, decider: auditor }\n"
    "    facts: { reason: reason }\n",
    "    workflow: extension\n    parties: { buyer: fixer }\n    facts: { item: reason }\n",
)


@pytest.mark.parametrize(
    ("was", "wrong", "code", "path"),
    [
        ("workflow: purchase", "workflow: pay", "unknown_workflow", "purchase.workflow"),
        ("{ buyer: fixer }", "{ byer: fixer }", "unknown_party", "purchase.parties.byer"),
        ("{ buyer: fixer }", "{}", "child_party_missing", "purchase.parties"),
        (
            "{ buyer: fixer }",
            "{ buyer: fixer, payer: auditor }",
            "child_party_fixed",
            "purchase.parties.payer",
        ),
        ("{ buyer: fixer }", "{ buyer: asker }", "child_kind", "purchase.parties.buyer"),
        (
            "{ buyer: fixer }",
            "{ buyer: fixer }\n    begins: approved",
            "no_beginning",
            "purchase.begins",
        ),
        ("{ item: row", "{ itm: row", "unknown_fact", "purchase.facts.itm"),
        ("{ item: row.material }", "{}", "child_fact_missing", "purchase.facts"),
    ],
)
def test_a_child_is_given_what_its_own_file_asks_for(
    was: str, wrong: str, code: str, path: str
) -> None:
    before, purchase = ONE_CHILD.split("  purchase:\n")
    broken = f"{before}  purchase:\n{purchase.replace(was, wrong, 1)}"
    assert (code, f"children.{path}") in links(broken, extension=EXTENSION)


@pytest.mark.parametrize(
    ("was", "wrong", "code", "path"),
    [
        ("on: extension.approved", "on: extension.aproved", "unknown_state", "on"),
        ("{ due: granted_due }", "{ due: granted }", "unknown_fact", "takes.due"),
        ("{ due: granted_due }", "{ due: item }", "taken_type", "takes.due"),
    ],
)
def test_what_a_child_brings_back_is_in_its_own_file(
    was: str, wrong: str, code: str, path: str
) -> None:
    broken = changed(ONE_CHILD, (was, wrong))
    assert links(broken, extension=EXTENSION) == [(code, f"anytime.extended.{path}")]


def test_what_is_heard_of_the_case_above_is_in_its_file() -> None:
    """`on: parent.state` means a state of some workflow that opens this one."""
    heard = ORDER.replace(
        "      buy:",
        "      heard:\n        title: 听到\n        on: parent.fixing\n"
        "        takes: { item: reason }\n        to: approved\n      buy:",
    )
    assert links(ONE_CHILD, heard, extension=EXTENSION) == []
    for was, wrong, code, path in (
        ("parent.fixing", "parent.fixng", "unknown_state", "on"),
        ("item: reason", "item: reasons", "unknown_fact", "takes.item"),
    ):
        found = links(ONE_CHILD, changed(heard, (was, wrong)), extension=EXTENSION)
        assert found == [(code, f"states.asked.events.heard.{path}")]


def test_what_a_child_keeps_from_some_is_not_taken_for_all_to_see() -> None:
    known = "granted_due: { title: 新期限, type: date }"
    secret = changed(EXTENSION, (known, known.replace("}", ", seen_by: payer }")))
    assert links(ONE_CHILD, extension=secret) == [("secret_taken", "anytime.extended.takes.due")]


@pytest.mark.parametrize("on", ["extension.approved", "extension.ended"])
def test_what_others_act_upon_is_not_taken_back(on: str) -> None:
    """The child would be back on the desk it left, and this case where the child had brought it."""
    buy = "buy: { title: 购买, by: buyer.clerk, to: approved }"
    back = changed(EXTENSION, (buy, buy.replace(", to", ", take_back: true, to")))
    heard = changed(ONE_CHILD, ("on: extension.approved", f"on: {on}"))
    assert links(heard, extension=EXTENSION) == []
    assert links(heard, extension=back) == [("heard_taken_back", "anytime.extended.on")]


def test_files_that_fit_together_have_no_findings() -> None:
    assert links(ONE_CHILD, extension=EXTENSION) == []


def test_a_listing_has_columns_of_what_it_lists() -> None:
    table = """facts:
  others:
    title: 各单位
    type: table
    columns:
      unit: { title: 单位 }
      class: { title: 类别, type: number }
      cost: { title: 金额 }
      item: { title: 物品 }
    listing: { of: purchase, at: bought, by: unit }
"""
    found = links(changed(REPAIR, ("facts:\n", table)))
    assert [one for one in found if one[1].startswith("facts.others")] == [
        ("unknown_state", "facts.others.listing.at.0"),
        ("not_listed", "facts.others.columns.class"),
        ("unknown_fact", "facts.others.columns.cost"),
    ]
