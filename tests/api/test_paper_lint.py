"""公文 looked over before it is issued: what people write to get by, on purpose or not."""

from dataclasses import replace

import pytest

from api.presenting.publicity import HIDDEN, _masked
from tests.api.test_paper_layout import composed
from workflow.engine.case import Unit
from workflow.papers.composing import Block, Composed
from workflow.papers.lint import Sides, mistakes_in

PREFECTURE, BUREAU = Unit(1, "prefecture", "government"), Unit(2, "prefecture", "department")
COUNTY = Unit(3, "county", "government")


def saying(text: str, *, kind: str = "函", public: bool = False) -> Composed:
    return replace(composed("letter"), kind=kind, public=public, blocks=(Block("paragraph", text),))


@pytest.mark.parametrize(
    "number",
    [
        "13812341234", "138 1234 1234", "138-1234-1234", "１３８１２３４１２３４",
        "522301199001011234", "522301 19900101 123X", "５２２３０１１９９００１０１１２３４",
        "6222021234567890123", "6222 0212 3456 7890 123",
    ],
)  # fmt: skip
def test_nobodys_number_is_in_what_everybody_reads_however_it_is_typed(number: str) -> None:
    notice = saying(f"联系人王某，{number}。", public=True)
    mistakes = mistakes_in(notice, Sides(BUREAU, (COUNTY,)))  # a card's may look like an account's
    assert mistakes
    assert all(one.startswith("公开的文件里不能有") for one in mistakes)
    shown = _masked(f"王某 {number}")
    assert HIDDEN in shown or "****" in shown


@pytest.mark.parametrize(
    "text",
    ["自2026-03-20至2026-04-20公示", "投入 1200 万元，2025 2026 2027 年实施", "0859-3123456"],
)
def test_days_years_and_an_office_telephone_are_nobodys_number(text: str) -> None:
    assert mistakes_in(saying(text, public=True), Sides(BUREAU, (COUNTY,))) == []
    assert _masked(text) == text


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("经州人民政府同意，务必于月底前完成", True),
        ("经中共黔西南州委批准，务必于月底前完成", True),
        ("经村民会议同意，务必于月底前完成", False),
        ("经村委会同意，务必于月底前完成", False),
    ],
)
def test_only_a_superiors_consent_lets_a_department_order_a_county(
    text: str, allowed: bool
) -> None:
    assert (mistakes_in(saying(text), Sides(BUREAU, (COUNTY,))) == []) == allowed


@pytest.mark.parametrize(
    "text", ["请予以审定。", "请给予批准。", "请求拨付资金三百万元。", "望州政府尽快批复。"]
)
def test_a_report_carries_no_request_in_whatever_words(text: str) -> None:
    (mistake,) = mistakes_in(saying(text, kind="报告"), Sides(COUNTY, (PREFECTURE,)))
    assert mistake.startswith("报告里不得夹带请示事项")
