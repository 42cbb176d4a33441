"""Aliyun and Tencent through their own SDKs, against servers that check the signature."""

import json
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from notifications.channels import (
    Channel,
    Envelope,
    Outcome,
    Receipt,
    UnknownChannel,
    count_parts,
)
from notifications.channels.channel import OwnWords
from notifications.channels.reporting import CannotCollect, Fate, Outstanding, Report, Reporting
from tests.notifications.channels.conftest import NOW
from tests.simulators.hanging import time_outs_without_waiting
from tests.simulators.http_server import HANGS, Reply
from tests.simulators.sms_clouds import (
    SECRET,
    AliyunSms,
    TencentSms,
    aliyun_code,
    tencent_error,
    tencent_sent,
)

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
Letter = Callable[..., Envelope]
Cloud = AliyunSms | TencentSms
PHONE = "13800138000"
DROPPED, BROKEN = Reply(0), Reply(500, b"<html>")


FILE = (
    "signature: 黔西南督办\n"
    "templates:\n"
    "  overdue:\n"
    "    id: SMS_1001\n"
    "    text: '您单位的事项“{name}”已于{day}到期，请登录督办系统办理。'\n"
    "    variables: {name: headline, day: due}\n"
)


Templates = Callable[..., str]


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    """The option of a URL that names a file in a provider's own notation."""

    def write(kind: type[Cloud], content: str = FILE) -> str:
        places = {"{name}": "${name}", "{day}": "${day}"}
        if kind is TencentSms:
            places = {"{name}": "{1}", "{day}": "{2}"}
        for place, theirs in places.items():
            content = content.replace(place, theirs)
        file = tmp_path / f"{kind.__name__}.yaml"
        file.write_text(content, encoding="utf-8")
        return f"&templates={file}"

    return write


def send(channel: Channel, *envelopes: Envelope) -> list[Receipt]:
    with channel.connect() as sender:
        return [sender.send(envelope) for envelope in envelopes]


def test_aliyun_takes_a_signed_message(opened: Open, letter: Letter, templates: Templates) -> None:
    with AliyunSms() as cloud:
        [receipt] = send(opened(cloud.url + templates(AliyunSms)), letter(to="+86 138-0013-8000"))
    assert (receipt.outcome, receipt.report_ids) == (Outcome.ACCEPTED, ("biz-1",))
    [message] = cloud.messages
    assert json.loads(message.pop("TemplateParam")) == {"name": "河道垃圾清理", "day": "11月30日"}
    assert message == {
        "PhoneNumbers": PHONE, "SignName": "黔西南督办", "TemplateCode": "SMS_1001",
        "OutId": "17:3:overdue",
    }  # fmt: skip


def test_tencent_takes_a_signed_message(opened: Open, letter: Letter, templates: Templates) -> None:
    with TencentSms() as cloud:
        [receipt] = send(opened(cloud.url + templates(TencentSms)), letter(to=PHONE))
    assert (receipt.outcome, receipt.report_ids) == (Outcome.ACCEPTED, ("2640:1",))
    assert cloud.messages == [{
        "PhoneNumberSet": [f"+86{PHONE}"], "SmsSdkAppId": "1400006666", "TemplateId": "SMS_1001",
        "SignName": "黔西南督办", "TemplateParamSet": ["河道垃圾清理", "11月30日"],
        "SessionContext": "17:3:overdue",
    }]  # fmt: skip


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
def test_a_wrong_secret_is_refused_there_and_loses_no_message(
    opened: Open, letter: Letter, templates: Templates, kind: type[Cloud]
) -> None:
    with kind() as cloud:
        [receipt] = send(
            opened(cloud.url.replace(SECRET, "other") + templates(kind)), letter(to=PHONE)
        )
        assert cloud.messages == []
    assert receipt.outcome is Outcome.FAILED
    assert "Signature" in receipt.detail
    assert "请管理员检查账号" in receipt.detail


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
T, F, R = Outcome.THROTTLED, Outcome.FAILED, Outcome.REFUSED


@pytest.mark.parametrize(
    ("kind", "reply", "outcome", "wait"),
    [
        (AliyunSms, aliyun_code("isv.BUSINESS_LIMIT_CONTROL"), T, HOUR),
        (AliyunSms, aliyun_code("isv.DAY_LIMIT_CONTROL"), T, 6 * HOUR),
        (AliyunSms, aliyun_code("Throttling.User", 400), T, MINUTE),
        (AliyunSms, aliyun_code("isv.MOBILE_NUMBER_ILLEGAL"), R, None),
        (AliyunSms, aliyun_code("isv.BLACK_KEY_CONTROL_LIMIT"), R, None),
        (AliyunSms, aliyun_code("isv.AMOUNT_NOT_ENOUGH"), F, None),
        (AliyunSms, aliyun_code("isv.SMS_TEMPLATE_ILLEGAL"), F, None),
        (AliyunSms, aliyun_code("isp.SYSTEM_ERROR"), F, None),
        (AliyunSms, aliyun_code("InvalidAccessKeyId.NotFound", 404), F, None),
        (TencentSms, tencent_sent("LimitExceeded.PhoneNumberDailyLimit", "…"), T, 6 * HOUR),
        (TencentSms, tencent_sent("LimitExceeded.PhoneNumberOneHourLimit", "…"), T, HOUR),
        (TencentSms, tencent_sent("LimitExceeded.DeliveryFrequencyLimit", "…"), T, 10 * MINUTE),
        (TencentSms, tencent_error("RequestLimitExceeded", "…"), T, MINUTE),
        (
            TencentSms,
            tencent_sent("InvalidParameterValue.IncorrectPhoneNumber", "…"),
            R,
            None,
        ),
        (TencentSms, tencent_sent("FailedOperation.InsufficientBalanceInSmsPackage", "…"), F, None),
        (TencentSms, tencent_error("InternalError.Timeout", "…"), F, None),
    ],
    ids=lambda value: json.dumps(value.body)[:70] if isinstance(value, Reply) else None,
)
def test_each_code_has_its_outcome(
    opened: Open, letter: Letter, templates: Templates,
    kind: type[Cloud], reply: Reply, outcome: Outcome, wait: timedelta | None,
) -> None:  # fmt: skip
    with kind(reply) as cloud:
        receipts = send(opened(cloud.url + templates(kind)), *[letter(to=PHONE)] * 2)
    assert [receipt.outcome for receipt in receipts] == [outcome, Outcome.ACCEPTED]
    assert receipts[0].retry_after == wait
    assert len(cloud.messages) == 1  # no SDK tries again by itself


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
@pytest.mark.parametrize("reply", [DROPPED, BROKEN, Reply(HANGS)])
def test_no_answer_leaves_it_open_and_costs_a_batch_one_doubt(
    opened: Open, letter: Letter, templates: Templates, kind: type[Cloud], reply: Reply
) -> None:
    with time_outs_without_waiting(), kind(reply) as cloud:
        receipts = send(opened(cloud.url + templates(kind)), *[letter(to=PHONE)] * 3)
        assert len(cloud.requests) == 1
    assert [receipt.outcome for receipt in receipts] == [Outcome.AMBIGUOUS] + [F] * 2


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
def test_nobody_at_home_is_a_failure(
    opened: Open, letter: Letter, templates: Templates, kind: type[Cloud]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        cloud = kind()
        cloud.port = unused.getsockname()[1]
        receipts = send(opened(cloud.url + templates(kind)), *[letter(to=PHONE)] * 2)
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}


def collected(channel: Channel, *ids: str) -> list[Report]:
    assert isinstance(channel, Reporting)
    reports: list[Report] = []
    channel.collect([Outstanding(one, PHONE, NOW) for one in ids], reports.extend)
    return reports


def test_aliyun_is_asked_about_each_message(opened: Open, templates: Templates) -> None:
    with AliyunSms() as cloud:
        cloud.arrived, cloud.failed = {"a"}, {"b": "MOBILE_NOT_EXIST"}
        reports = collected(opened(cloud.url + templates(AliyunSms)), "a", "b", "c")
    assert [(one.about, one.fate, one.address_is_bad) for one in reports] == [
        ("a", Fate.DELIVERED, False),
        ("b", Fate.UNDELIVERED, True),
    ]
    assert str(reports[0].happened_at) == "2026-03-02 09:00:05+08:00"


def test_tencent_hands_out_what_it_has(opened: Open, templates: Templates) -> None:
    with TencentSms() as cloud:
        for number in range(150):
            cloud.report(f"2640:{number}", "SUCCESS", "用户短信送达成功")
        cloud.report("2640:bad", "FAIL", "空号")
        channel = opened(cloud.url + templates(TencentSms))
        assert collected(channel) == []  # nothing is awaited, nothing is pulled
        reports = collected(channel, "2640:1")
    assert len(reports) == 151
    last = reports[-1]
    assert (last.about, last.fate, last.address_is_bad) == ("2640:bad", Fate.UNDELIVERED, True)


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
def test_a_cloud_that_does_not_answer_is_told(
    opened: Open, templates: Templates, kind: type[Cloud]
) -> None:
    with kind(DROPPED) as cloud, pytest.raises(CannotCollect, match="短信回执没有成功"):
        collected(opened(cloud.url + templates(kind)), "a")


# The templates file


def _with(
    name: str = "told", text: str = "有新情况", variables: str = "{}", longest: str = "9"
) -> str:
    """A file with one template."""
    entry = f"{{id: 1, text: '{text}', variables: {variables}, longest: {longest}}}"
    return f"signature: 督办\ntemplates: {{{name}: {entry}}}\n"


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "最外层要写成 名称: 内容"),
        ("a: [", r"不是合规的 YAML（第 \d 行）"),
        ("signature: 督办\n", "templates 要写成"),
        ("templates: {told: {id: 1}}\n", "signature 要写报备过的签名"),
        ("signature: 督办\ntemplates: {told: {variables: {}}}\n", "told.id 要写对方的模板号"),
        ("signature: 督办\ntemplates: {told: 5}\n", "told 要写成 {id"),
        ("signature: 督办\ntemplates: {told: {id: 1, variabels: {}}}\n", "多了 variabels"),
        ("signature: 督办\ntemplates: {told: {id: 1, variables: [due]}}\n", "told.variables 要"),
        ("signature: 督办\ntemplates: {told: {id: 1}}\nsign: x\n", "多了 sign"),
        ("signature: 督办\ntemplates: {told: {id: 1}}\n", "told.text 要写报备的全文"),
        (_with(name="tolled"), "没有我方模板 tolled"),
        (_with(text="【督办】有新情况"), "text 不带签名"),
        (_with(text="有新情况：${a}"), "变量对不上：a"),
        (_with(text="有新情况", variables="{a: due}"), "变量对不上：a"),
        (_with(text="${a}", variables="{a: heading}"), "没有我方变量 heading，可用的有"),
        (_with(text="${a}", variables="{a: link}"), "没有我方变量 link"),  # no provider lets it in
        (_with(text="有" * 501), "不能超过 500 个字"),
        (_with(longest="0"), "longest 要写一个变量至多多少个字"),
    ],
)
def test_a_mistake_in_the_templates_file_is_told(
    opened: Open, tmp_path: Path, content: str, sentence: str
) -> None:
    file = tmp_path / "sms.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UnknownChannel, match=sentence):
        opened(f"aliyun://a:b@dysmsapi.aliyuncs.com?templates={file}")


def test_all_mistakes_are_told_at_once(opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "sms.yaml"
    file.write_text("sign: x\ntemplates: {told: {}, task: 5}\n", encoding="utf-8")
    with pytest.raises(UnknownChannel) as refused:
        opened(f"tencent://a:b@c?app=1&templates={file}")
    assert str(refused.value).count("；") == 5


def test_a_template_that_is_not_registered_is_refused_before_sending(
    opened: Open, letter: Letter, templates: Templates
) -> None:
    with AliyunSms() as cloud:
        one, other = send(
            opened(cloud.url + templates(AliyunSms)),
            letter(to=PHONE, template="urged"),
            letter(to=PHONE, variables={"due": "今天"}),
        )
        assert cloud.requests == []
    assert "还没有对应的报备模板" in one.detail
    assert "缺少变量 headline" in other.detail


# What arrives


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
def test_what_is_told_of_a_message_is_the_text_that_was_registered(
    opened: Open, letter: Letter, templates: Templates, kind: type[Cloud]
) -> None:
    with kind() as cloud:
        channel = opened(cloud.url + templates(kind))
        [receipt] = send(channel, letter(to=PHONE))
    said = "【黔西南督办】您单位的事项“河道垃圾清理”已于11月30日到期，请登录督办系统办理。"
    assert receipt.text == said
    assert isinstance(channel, OwnWords)
    assert channel.worded(letter()) == said  # and so is a preview


@pytest.mark.parametrize(("kind", "most"), [(AliyunSms, 35), (TencentSms, 300)])
def test_a_variable_is_cut_to_what_the_provider_takes(
    opened: Open, letter: Letter, templates: Templates, kind: type[Cloud], most: int
) -> None:
    long = {"headline": "某村", "due": "饮水" * 150}
    with kind() as cloud:
        [receipt] = send(opened(cloud.url + templates(kind)), letter(to=PHONE, variables=long))
        [message] = cloud.messages
    sent = json.loads(message["TemplateParam"]) if kind is AliyunSms else message
    day = sent["day"] if kind is AliyunSms else sent["TemplateParamSet"][1]
    assert len(day) <= most
    assert day.endswith("…")
    assert day in (receipt.text or "")
    assert len(receipt.text or "") <= 500


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
def test_the_headline_is_cut_for_the_message_to_be_one_part(
    opened: Open, letter: Letter, templates: Templates, kind: type[Cloud]
) -> None:
    long = {
        "headline": "者楼街道部分村组饮水管网漏损严重影响群众生活一事的问题整改复查情况",
        "due": "2026年11月30日",
    }
    with kind() as cloud:
        [receipt] = send(opened(cloud.url + templates(kind)), letter(to=PHONE, variables=long))
    assert "…”已于2026年11月30日到期" in (receipt.text or "")
    assert count_parts(receipt.text or "") == 1


def test_an_individual_s_account_has_shorter_variables(
    opened: Open, letter: Letter, templates: Templates
) -> None:
    with TencentSms() as cloud:
        channel = opened(cloud.url + templates(TencentSms, f"longest: 12\n{FILE}"))
        send(
            channel, letter(to=PHONE, variables={"headline": "者楼街道部分村组饮水管网", "due": ""})
        )
        send(
            channel,
            letter(to=PHONE, variables={"headline": "者楼街道部分村组饮水管网漏", "due": ""}),
        )
    assert [one["TemplateParamSet"] for one in cloud.messages] == [
        ["者楼街道部分村组饮水管网", "无"],  # an empty one would be refused
        ["者楼街道部分村组饮水管…", "无"],
    ]


def test_nobody_signs_in_another_s_name_by_a_variable(
    opened: Open, letter: Letter, templates: Templates
) -> None:
    with AliyunSms() as cloud:
        send(
            opened(cloud.url + templates(AliyunSms)),
            letter(to=PHONE, variables={"headline": "【某银行】转账", "due": "今天"}),
        )
        [message] = cloud.messages
    assert json.loads(message["TemplateParam"])["name"] == "〔某银行〕转账"
