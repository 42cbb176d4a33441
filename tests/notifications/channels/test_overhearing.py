"""Whoever tries a channel reads what was said on the line, by whatever channel, without secrets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from notifications.channels import Channel, Outcome
from notifications.channels.overhearing import HIDDEN
from notifications.simulators.smpp_simulator import SmppSimulator
from notifications.trying import Trial, try_channel
from tests.notifications.channels.conftest import NOW
from tests.simulators.chat_robots import KEY, ChatRobots
from tests.simulators.http_server import Reply
from tests.simulators.sms_clouds import SECRET as CLOUD_SECRET
from tests.simulators.sms_clouds import AliyunSms, TencentSms, aliyun_code
from tests.simulators.sms_gateway_server import SECRET as GATEWAY_SECRET
from tests.simulators.sms_gateway_server import SmsGatewayServer

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
PHONE = "13800138000"
FILE = """
signature: 黔西南督办
templates: {told: {id: T1, text: '%s有新情况', variables: {a: number}}}
"""


def tried(channel: Channel, way: str = "sms", to: str = PHONE, secret: str = "") -> Trial:
    return try_channel(channel, way, to, "李四", NOW, secret)


def test_smpp_shows_its_packets(opened: Open) -> None:
    with SmppSimulator() as centre:
        password = centre.url.split("@")[0].rpartition(":")[2]
        trial = tried(opened(centre.url))
    said = list(trial.dialogue)
    commands = [line.split()[1] for line in said if "unbind_resp" not in line]  # not waited for
    assert commands == [
        "bind_transmitter", "bind_transmitter_resp", "submit_sm", "submit_sm_resp", "unbind",
    ]  # fmt: skip
    assert f"password={HIDDEN}" in said[0]
    assert f"destination_addr={PHONE}" in said[2]
    assert "data_coding=8" in said[2]
    assert "短信正文" in said[2]
    assert said[3].startswith("← submit_sm_resp 0x00 message_id=")
    assert password not in "".join(said).replace("password", "")


def test_a_gateway_shows_request_and_answer(opened: Open, tmp_path: Path) -> None:
    with SmsGatewayServer([Reply(200, {"code": "LIMIT", "message": "慢一点"})]) as gateway:
        trial = tried(opened(gateway.url(tmp_path)))
    said = "\n".join(trial.dialogue)
    assert trial.receipt.outcome is Outcome.THROTTLED
    assert said.startswith("→ POST /")
    assert "→ Content-Type: application/" in said
    assert "← HTTP 200" in said
    assert "慢一点" in said
    assert GATEWAY_SECRET not in said


def test_a_robot_shows_request_and_answer(opened: Open) -> None:
    with ChatRobots(lambda: NOW, secret="S-of-robot") as group:
        to = f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"
        trial = tried(opened(group.url), "chat", to, "S-of-robot")
    said = "\n".join(trial.dialogue)
    assert "→ POST " in said
    assert "← HTTP 200" in said
    assert "S-of-robot" not in said


@pytest.mark.parametrize(("kind", "place"), [(AliyunSms, "${a}"), (TencentSms, "{1}")])
def test_a_cloud_shows_what_is_asked_and_answered(
    opened: Open, tmp_path: Path, kind: type[AliyunSms] | type[TencentSms], place: str
) -> None:
    file = tmp_path / "sms.yaml"
    file.write_text(FILE % place, encoding="utf-8")
    with kind() as cloud:
        trial = tried(opened(f"{cloud.url}&templates={file}"))
    asked, answered = trial.dialogue
    assert asked == f"→ SendSms {PHONE} 签名 黔西南督办 模板 T1 a=试发〔2026〕1号"
    assert answered.lower().startswith("← ok")
    assert CLOUD_SECRET not in asked + answered


def test_a_cloud_shows_its_refusal(opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "sms.yaml"
    file.write_text(FILE % "${a}", encoding="utf-8")
    with AliyunSms(aliyun_code("isv.AMOUNT_NOT_ENOUGH")) as cloud:
        trial = tried(opened(f"{cloud.url}&templates={file}"))
    assert trial.dialogue[-1].startswith("← isv.AMOUNT_NOT_ENOUGH")
