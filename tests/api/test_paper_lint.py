"""公文 looked over before it is issued: what people write to get by, on purpose or not."""

from dataclasses import replace

import pytest

from api.presenting.publicity import HIDDEN, _masked
from tests.api.test_paper_layout import composed
from workflow.engine.case import Unit
from workflow.papers.composing import Block, Composed, Envelope, compose
from workflow.papers.lint import Sides, mistakes_in
from workflow.papers.template import Template

PREFECTURE, BUREAU = Unit(1, "prefecture", "government"), Unit(2, "prefecture", "department")
COUNTY = Unit(3, "county", "government")
NOBODY = Envelope("州督查局", (), (), "2026年3月2日")


def saying(text: str, *, kind: str = "函", public: bool = False) -> Composed:
    return replace(composed("letter"), kind=kind, public=public, blocks=(Block("paragraph", text),))


@pytest.mark.parametrize(
    "number",
    [
        "13812341234", "138 1234 1234", "138-1234-1234", "１３８１２３４１２３４",
        "522301199001011234", "522301 19900101 123X", "５２２３０１１９９００１０１１２３４",
        "6222021234567890123", "6222 0212 3456 7890 123",
        "110101 1990 0101 1234", "522601 1990 0101 1234", "522601-19900101-123x",
        "5 2 2 6 0 1 1 9 9 0 0 1 0 1 1 2 3 4", "138－1234－1234", "138—1234—1234", "138.1234.1234",
        "138  1234  1234", "138·1234·1234", "1381 2341 234", "1 3 8 1 2 3 4 1 2 3 4",
        "2026-03-20 13812341234", "②13812341234", "622202 1234567890123", "+86 138－1234－1234",
    ],
)  # fmt: skip
def test_nobodys_number_is_in_what_everybody_reads_however_it_is_typed(number: str) -> None:
    notice = saying(f"联系人王某，{number}。", public=True)
    mistakes = mistakes_in(notice, Sides(BUREAU, (COUNTY,)))  # a card's may look like an account's
    assert mistakes
    assert all(one.startswith("公开的文件里不能有") for one in mistakes)
    shown = _masked(f"王某 {number}")
    assert HIDDEN in shown or "****" in shown
    assert number not in shown


@pytest.mark.parametrize("told", ["某村 3 组王某", "某村3组王某", "某村３组 王某", "某村 3组王某"])
def test_what_is_personal_is_found_whatever_gaps_it_was_typed_with(told: str) -> None:
    """A document leaves gaps beside numbers out, however they stand in the case."""
    template = Template.model_validate(
        {"document": "paper", "name": "公示", "kind": "公示", "layout": "plain", "title": "公示",
         "body": "{{ told }}反映的问题。", "public": True}
    )  # fmt: skip
    notice = compose(template, {"told": told, "issuer": "州督查局"}, {}, NOBODY, "")
    for typed in (told, "某村 3 组王某"):
        (mistake,) = mistakes_in(notice, Sides(BUREAU, (), (typed,)))
        assert mistake.startswith("公开的文件里不能有个人信息")


@pytest.mark.parametrize("number", ["1234 5678 9012 3456", "123456 78901234 1234", "12345678901X"])
def test_the_public_page_hides_what_is_as_long_as_a_persons_number(number: str) -> None:
    assert _masked(f"账号{number}，王某") == f"账号{HIDDEN}，王某"


@pytest.mark.parametrize(
    "text",
    [
        "自2026-03-20至2026-04-20公示", "投入 1200 万元，2025 2026 2027 年实施", "0859-3123456",
        "2021 2022 2023 2024", "2021 2022 2023 2024 2025 年", "2026.1.31-2026.12.31",
        "从 1850.25—950.50 万元", "㎡²③",
    ],
)  # fmt: skip
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
        *((f"{one}，务必于月底前完成", True) for one in (
            "经张三副州长同意", "经分管副省长审定同意", "经州领导同意", "经州长批准",
            "经州长李四同志批准",
            "经州委、州政府研究同意", "经州委常委会会议审议同意",
            "经州人民政府第12次常务会议研究同意",
            "经州委书记李四同意", "已报经省人民政府授权", "经州人大常委会批准",
            "经黔西南自治州人民政府同意",
            "经州整改工作领导小组同意", "经中共兴义市委员会批准", "经国务院批准",
            "经分管州领导同意",
        )),
        *((f"{one}，务必于月底前完成", False) for one in (
            "经村民委员会同意", "经居民委员会批准", "经村务监督委员会批准", "经村党委同意",
            "经社区党委同意",
            "经村支书张三同志同意", "经受委托方同意", "经济工作委托同意", "经县委托的公司同意",
            "经局党组同意",
            "未经州人民政府同意", "须经州人民政府批准", "经市场主体同意", "经县委党校同意",
            "经某县某村党委同意",
        )),
    ],
)  # fmt: skip
def test_only_a_superiors_consent_lets_a_department_order_a_county(
    text: str, allowed: bool
) -> None:
    assert (mistakes_in(saying(text), Sides(BUREAU, (COUNTY,))) == []) == allowed


@pytest.mark.parametrize(
    ("level", "text", "allowed"),
    [
        ("prefecture", "经县委、县政府同意", False), ("prefecture", "经望谟县人民政府批准", False),
        ("prefecture", "经义龙新区领导同意", False), ("prefecture", "经县长批准", False),
        ("prefecture", "经县委、州人民政府同意", True), ("prefecture", "经自治区党委同意", True),
        ("county", "经县委、县政府同意", True), ("county", "经州人民政府同意", True),
    ],
)  # fmt: skip
def test_the_consent_of_those_below_lets_nobody_order_them(
    level: str, text: str, allowed: bool
) -> None:
    bureau, below = Unit(4, level, "department"), Unit(5, "township", "government")
    assert (mistakes_in(saying(f"{text}，务必完成"), Sides(bureau, (below,))) == []) == allowed


def test_whoever_is_ordered_cannot_agree_for_those_above() -> None:
    """A city is named like one of the level above."""
    order = replace(saying("经兴义市人民政府同意，务必完成"), to=("兴义市人民政府",))
    assert mistakes_in(order, Sides(BUREAU, (COUNTY,)))
    order = replace(saying("经兴义市人民政府报州人民政府同意，务必完成"), to=("兴义市人民政府",))
    assert mistakes_in(order, Sides(BUREAU, (COUNTY,))) == []


def test_who_refuses_an_order_says_whose_consent_counts() -> None:
    (mistake,) = mistakes_in(saying("经村委会同意，务必完成"), Sides(BUREAU, (COUNTY,)))
    assert "本级以上党委、政府、人大、政协或其领导" in mistake


@pytest.mark.parametrize(
    "text",
    [
        "请予以审定。", "请给予批准。", "请求拨付资金三百万元。", "望州政府尽快批复。",
        "望尽快批复。",
        "以上报告，妥否，请批示。", "当否，请批示。",
        "工作已完成，恳请州人民政府在项目资金上给予大力支持。",
        "一是请求追加资金。", "我县恳请解决缺口资金。", "请州政府拨付资金。",
        "特请求解决资金缺口。",
    ],
)  # fmt: skip
def test_a_report_carries_no_request_in_whatever_words(text: str) -> None:
    mistakes = mistakes_in(saying(text, kind="报告"), Sides(COUNTY, (PREFECTURE,)))
    assert mistakes
    assert all(one.startswith("报告里不得夹带请示事项") for one in mistakes)


@pytest.mark.parametrize(
    "text",
    [
        "走访看望脱贫户12户，现场帮助解决饮水困难。", "今年有望全面解决饮水问题。",
        "群众希望尽快解决灌溉用水。",
        "展望明年，大力支持产业发展。", "群众请求解决道路硬化问题，已办结。",
        "已按程序申请审批用地手续。",
        "已申请核准。", "已由住建局提请审定。", "望谟县已全部解决饮水问题。",
        "依法应当否决的，已否决。",
        "请专家现场帮助解决技术难题。",
    ],
)  # fmt: skip
def test_a_report_tells_of_what_others_asked_and_hoped(text: str) -> None:
    assert mistakes_in(saying(text, kind="报告"), Sides(COUNTY, (PREFECTURE,))) == []
