"""Aliyun and Tencent through their own SDKs, against servers that check the signature."""

import json
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from notifications.channels import Channel, Envelope, Outcome, Receipt, UnknownChannel
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


@pytest.fixture
def templates(tmp_path: Path) -> str:
    file = tmp_path / "sms.yaml"
    file.write_text(
        "signature: 黔西南督办\n"
        "templates:\n"
        "  case_overdue: {id: SMS_1001, variables: {name: case_title, day: due}}\n",
        encoding="utf-8",
    )
    return f"&templates={file}"


def send(channel: Channel, *envelopes: Envelope) -> list[Receipt]:
    with channel.connect() as sender:
        return [sender.send(envelope) for envelope in envelopes]


def test_aliyun_takes_a_signed_message(opened: Open, letter: Letter, templates: str) -> None:
    with AliyunSms() as cloud:
        [receipt] = send(opened(cloud.url + templates), letter(to="+86 138-0013-8000"))
    assert (receipt.outcome, receipt.report_ids) == (Outcome.ACCEPTED, ("biz-1",))
    [message] = cloud.messages
    assert json.loads(message.pop("TemplateParam")) == {"name": "河道垃圾清理", "day": "11月30日"}
    assert message == {
        "PhoneNumbers": PHONE, "SignName": "黔西南督办", "TemplateCode": "SMS_1001",
        "OutId": "17:3:overdue",
    }  # fmt: skip


def test_tencent_takes_a_signed_message(opened: Open, letter: Letter, templates: str) -> None:
    with TencentSms() as cloud:
        [receipt] = send(opened(cloud.url + templates), letter(to=PHONE))
    assert (receipt.outcome, receipt.report_ids) == (Outcome.ACCEPTED, ("2640:1",))
    assert cloud.messages == [{
        "PhoneNumberSet": [f"+86{PHONE}"], "SmsSdkAppId": "1400006666", "TemplateId": "SMS_1001",
        "SignName": "黔西南督办", "TemplateParamSet": ["河道垃圾清理", "11月30日"],
        "SessionContext": "17:3:overdue",
    }]  # fmt: skip


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
def test_a_wrong_secret_is_refused_there_and_loses_no_message(
    opened: Open, letter: Letter, templates: str, kind: type[Cloud]
) -> None:
    with kind() as cloud:
        [receipt] = send(opened(cloud.url.replace(SECRET, "other") + templates), letter(to=PHONE))
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
    opened: Open, letter: Letter, templates: str,
    kind: type[Cloud], reply: Reply, outcome: Outcome, wait: timedelta | None,
) -> None:  # fmt: skip
    with kind(reply) as cloud:
        receipts = send(opened(cloud.url + templates), *[letter(to=PHONE)] * 2)
    assert [receipt.outcome for receipt in receipts] == [outcome, Outcome.ACCEPTED]
    assert receipts[0].retry_after == wait
    assert len(cloud.messages) == 1  # no SDK tries again by itself


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
@pytest.mark.parametrize("reply", [DROPPED, BROKEN, Reply(HANGS)])
def test_no_answer_leaves_it_open_and_costs_a_batch_one_doubt(
    opened: Open, letter: Letter, templates: str, kind: type[Cloud], reply: Reply
) -> None:
    with time_outs_without_waiting(), kind(reply) as cloud:
        receipts = send(opened(cloud.url + templates), *[letter(to=PHONE)] * 3)
        assert len(cloud.requests) == 1
    assert [receipt.outcome for receipt in receipts] == [Outcome.AMBIGUOUS] + [F] * 2


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
def test_nobody_at_home_is_a_failure(
    opened: Open, letter: Letter, templates: str, kind: type[Cloud]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        cloud = kind()
        cloud.port = unused.getsockname()[1]
        receipts = send(opened(cloud.url + templates), *[letter(to=PHONE)] * 2)
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}


def collected(channel: Channel, *ids: str) -> list[Report]:
    assert isinstance(channel, Reporting)
    reports: list[Report] = []
    channel.collect([Outstanding(one, PHONE, NOW) for one in ids], reports.extend)
    return reports


def test_aliyun_is_asked_about_each_message(opened: Open, templates: str) -> None:
    with AliyunSms() as cloud:
        cloud.arrived, cloud.failed = {"a"}, {"b": "MOBILE_NOT_EXIST"}
        reports = collected(opened(cloud.url + templates), "a", "b", "c")
    assert [(one.about, one.fate, one.address_is_bad) for one in reports] == [
        ("a", Fate.DELIVERED, False),
        ("b", Fate.UNDELIVERED, True),
    ]
    assert str(reports[0].happened_at) == "2026-03-02 09:00:05+08:00"


def test_tencent_hands_out_what_it_has(opened: Open, templates: str) -> None:
    with TencentSms() as cloud:
        for number in range(150):
            cloud.report(f"2640:{number}", "SUCCESS", "用户短信送达成功")
        cloud.report("2640:bad", "FAIL", "空号")
        channel = opened(cloud.url + templates)
        assert collected(channel) == []  # nothing is awaited, nothing is pulled
        reports = collected(channel, "2640:1")
    assert len(reports) == 151
    last = reports[-1]
    assert (last.about, last.fate, last.address_is_bad) == ("2640:bad", Fate.UNDELIVERED, True)


@pytest.mark.parametrize("kind", [AliyunSms, TencentSms])
def test_a_cloud_that_does_not_answer_is_told(
    opened: Open, templates: str, kind: type[Cloud]
) -> None:
    with kind(DROPPED) as cloud, pytest.raises(CannotCollect, match="短信回执没有成功"):
        collected(opened(cloud.url + templates), "a")


# The templates file


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "最外层要写成 名称: 内容"),
        ("a: [", r"不是合规的 YAML（第 \d 行）"),
        ("signature: 督办\n", "templates 要写成"),
        ("templates: {a: {id: 1}}\n", "signature 要写报备过的签名"),
        ("signature: 督办\ntemplates: {a: {variables: {}}}\n", "a.id 要写对方的模板号"),
        ("signature: 督办\ntemplates: {a: 5}\n", "a 要写成 {id"),
        ("signature: 督办\ntemplates: {a: {id: 1, variabels: {}}}\n", "a 里不认识 variabels"),
        ("signature: 督办\ntemplates: {a: {id: 1, variables: [due]}}\n", "a.variables 要写成"),
        ("signature: 督办\ntemplates: {a: {id: 1}}\nsign: x\n", "不认识 sign"),
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
    file.write_text("sign: x\ntemplates: {a: {}, b: 5}\n", encoding="utf-8")
    with pytest.raises(UnknownChannel) as refused:
        opened(f"tencent://a:b@c?app=1&templates={file}")
    assert str(refused.value).count("；") == 4


def test_a_template_that_is_not_registered_is_refused_before_sending(
    opened: Open, letter: Letter, templates: str
) -> None:
    with AliyunSms() as cloud:
        one, other = send(
            opened(cloud.url + templates),
            letter(to=PHONE, template="other"),
            letter(to=PHONE, variables={"due": "今天"}),
        )
        assert cloud.requests == []
    assert "还没有对应的报备模板" in one.detail
    assert "缺少变量 case_title" in other.detail
