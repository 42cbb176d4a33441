"""Messages are courteous, short and exact, and nothing in them can be made to act."""

import re
import time
from pathlib import Path

import pytest

from notifications import rendering
from notifications.channels import count_parts
from notifications.rendering import (
    LONGEST_SUBJECT,
    LONGEST_VARIABLE,
    CannotRender,
    UnknownTemplate,
    render,
    template_keys,
    unknown_variables,
)
from tests.notifications.conftest import VARIABLES
from workflow.folder import SHIPPED, load_folder

LINK = "https://duban.example/cases/17"
WAYS = ("email", "sms", "in_app")
KEYS = ("overdue", "reminder", "task", "told", "urged")


def test_the_keys_are_the_templates_but_the_digest() -> None:
    assert template_keys() == set(KEYS)


@pytest.mark.language
def test_every_notice_that_a_shipped_definition_names_is_a_template() -> None:
    texts = "\n".join(text for _, text in load_folder(SHIPPED).values())
    named = set(re.findall(r"\bnotice: *(\w+)", texts))
    assert "urged" in named
    assert named <= template_keys()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", KEYS)
def test_a_message_says_what_and_which_number(key: str, way: str) -> None:
    text = render(key, way, VARIABLES, LINK).text
    assert VARIABLES["number"] in text
    assert VARIABLES["headline"] in text
    assert "！" not in text
    assert "!" not in text


@pytest.mark.parametrize("key", sorted(set(KEYS) - {"urged"}))
def test_a_mail_says_until_when_how_long_why_then_and_where_to_look(key: str) -> None:
    mail = render(key, "email", {**VARIABLES, "person": "陈静", "unit": "望谟县"}, LINK)
    for body in (mail.text, mail.html or ""):
        for said in ("2026年3月9日（当日24时止）", VARIABLES["left"], VARIABLES["why"], LINK):
            assert said in body
        assert "陈静同志：" in body
        assert "望谟县" in body
    assert mail.subject.startswith("【督办】")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", KEYS)
def test_a_case_without_a_limit_leaves_no_gap(key: str, way: str) -> None:
    message = render(key, way, {**VARIABLES, "due": "", "why": "", "left": ""}, LINK)
    for body in (message.subject, message.text, message.html or ""):
        assert "期限：" not in body
        assert "（当日" not in body
        assert "（）" not in body
        assert "于前" not in body
        assert "\n\n\n" not in message.text


@pytest.mark.parametrize("key", KEYS)
def test_a_short_message_fits_one_part_by_cutting_the_headline(key: str) -> None:
    long = {**VARIABLES, "headline": VARIABLES["headline"] * 8, "left": "已逾期 12 个工作日"}
    text = render(key, "sms", long, LINK).text
    assert text.startswith("【督办】")
    assert count_parts(text) == 1
    assert len(text) >= 68
    assert "…”" in text


def test_a_headline_of_rare_characters_is_counted_as_the_provider_counts() -> None:
    text = render("task", "sms", {**VARIABLES, "headline": "𠮷" * 200}, LINK).text
    assert count_parts(text) == 1
    assert "𠮷…”" in text


def test_a_message_signs_only_in_our_name() -> None:
    text = render("told", "sms", {**VARIABLES, "headline": "【某银行】请转账"}, LINK).text
    assert text.count("【") == 1
    assert "〔某银行〕" in text


@pytest.mark.parametrize("key", KEYS)
def test_a_subject_is_one_line_of_limited_length(key: str) -> None:
    nasty = "标题\r\nBcc: everyone@example.cn\u2028\x00\u202e倒" * 20
    wrong = dict.fromkeys(VARIABLES, nasty)
    message = render(key, "email", wrong, LINK)
    assert message.subject.isprintable()
    assert len(message.subject) <= LONGEST_SUBJECT
    assert not re.search("[\r\x00\u2028\u202e]", message.text + (message.html or ""))
    assert "\nBcc" not in message.text


@pytest.mark.hostile
def test_a_huge_variable_costs_nothing() -> None:
    began = time.process_time()  # the machine may be busy with others
    message = render("told", "email", {**VARIABLES, "what": "催" * 10**8}, LINK)
    assert time.process_time() - began < 1
    assert len(message.text) < 10 * LONGEST_VARIABLE


@pytest.mark.hostile
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "written",
    ["{{ 7 * 7 }}", "{% for i in range(9) %}x{% endfor %}", "{{ ''.__class__ }}", "%s{0}"],
)
def test_what_people_write_is_never_a_template(written: str, key: str, way: str) -> None:
    message = render(key, way, {**VARIABLES, "headline": written}, LINK)
    assert written[:8] in message.text
    assert "49" not in message.text


@pytest.mark.hostile
@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("key", KEYS)
def test_what_people_write_is_never_markup(key: str, name: str) -> None:
    html = render(key, "email", {**VARIABLES, name: "<img src=x onerror=alert(1)>'\""}, LINK).html
    assert html is not None
    assert "<img" not in html


@pytest.mark.hostile
def test_a_lone_surrogate_does_no_harm() -> None:
    for way in WAYS:
        render("task", way, {**VARIABLES, "headline": "坏\ud800字"}, LINK).text.encode()


def test_an_unknown_template_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownTemplate, match="没有名为“_case”的消息模板，可用的有 overdue"):
        render("_case", "email", VARIABLES, LINK)
    with pytest.raises(UnknownTemplate):
        render("../../etc/passwd", "sms", VARIABLES, LINK)


def test_a_missing_variable_is_refused_by_name() -> None:
    lacking = {name: value for name, value in VARIABLES.items() if name != "state"}
    with pytest.raises(CannotRender, match="'state' is undefined"):
        render("task", "email", lacking, LINK)


def test_too_many_variables_are_refused() -> None:
    with pytest.raises(CannotRender, match="变量太多"):
        render("task", "sms", {f"v{n}": "" for n in range(1000)}, LINK)


def test_only_a_mail_has_html() -> None:
    assert render("task", "email", VARIABLES, LINK).html
    assert render("task", "sms", VARIABLES, LINK).html is None
    assert render("task", "in_app", VARIABLES, LINK).html is None
    assert render("task", "in_app", VARIABLES, LINK).subject


def test_every_variable_that_a_template_asks_for_is_known() -> None:
    assert unknown_variables() == {}


def test_a_misspelt_variable_is_named_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "task.sms.txt").write_text("{{ number }}{{ nubmer }}", encoding="utf-8")
    monkeypatch.setattr(rendering, "_FOLDER", tmp_path)
    assert unknown_variables() == {"task.sms.txt": frozenset({"nubmer"})}


def test_a_short_digest_names_what_is_most_pressing_if_one_part_holds_it() -> None:
    pipe = "者楼街道部分村组饮水管网漏损严重"
    for summary, said in (
        ("本周到期 1 件", f"，最急的是“{pipe}”（还剩 2 个工作日）。详见督办系统。"),
        (
            "已逾期 12 件，今天到期 10 件，本周到期 11 件，近期到期 8 件",
            "近期到期 8 件。详见督办系统。",
        ),
    ):
        told = {"summary": summary, "headline": pipe, "left": "还剩 2 个工作日"}
        text = render("digest", "sms", told, "").text
        assert text.endswith(said)
        assert count_parts(text) == 1


@pytest.mark.parametrize(
    ("due", "mail", "sms"),
    [
        ("2026年3月9日", "请于2026年3月9日24时前办理", "请于3月9日24时前办理"),
        ("2026年3月8日 01:40", "请于2026年3月8日 01:40前办理", "请于3月8日 01:40前办理"),
    ],
)
def test_a_limit_by_the_clock_does_not_last_until_midnight(due: str, mail: str, sms: str) -> None:
    told = {**VARIABLES, "due": due}
    text = render("task", "email", told, LINK)
    assert mail in text.text
    assert mail in (text.html or "")
    assert ("24时" in text.text) == (":" not in due)
    assert sms in render("task", "sms", told, LINK).text


@pytest.mark.parametrize(
    ("given", "says", "not_said"),
    [
        ({}, "接收方式和时间可以调整：https://d/me", "不能关闭"),
        ({"fixed": "1"}, "这类消息不能关闭，接收时间可以调整：https://d/me", "方式"),
        ({"settings": ""}, "请勿直接回复。）", "调整"),
    ],
)
def test_a_mail_offers_only_what_may_be_chosen(
    given: dict[str, str], says: str, not_said: str
) -> None:
    mail = render("overdue", "email", {**VARIABLES, "settings": "https://d/me", **given}, LINK)
    assert says in mail.text
    assert not_said not in mail.text.partition("自动发出")[2]
    assert not_said not in (mail.html or "").partition("自动发出")[2]


@pytest.mark.parametrize("key", KEYS)
def test_a_short_message_names_the_unit(key: str) -> None:
    text = render(key, "sms", {**VARIABLES, "unit": "望谟县"}, LINK).text
    assert "望谟县" in text
    assert count_parts(text) == 1
