"""SMS through an HTTP gateway against a real HTTP server, well behaved and not."""

import json
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from notifications.channels import Channel, Envelope, Outcome, Receipt, UnknownChannel
from tests.simulators.certificate import Certificate
from tests.simulators.sms_gateway_server import KEY, SECRET, Reply, SmsGatewayServer

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
Letter = Callable[..., Envelope]
TEMPLATES = {
    "case_overdue": {"template_id": "SMS_1001", "variables": {"name": "case_title", "day": "due"}}
}


@pytest.fixture
def url(tmp_path: Path) -> Callable[..., str]:
    path = tmp_path / "templates.json"
    path.write_text(json.dumps(TEMPLATES), encoding="utf-8")

    def make(port: int, scheme: str = "sms+http", more: str = "") -> str:
        account = f"{KEY}:{SECRET}@127.0.0.1:{port}"
        return f"{scheme}://{account}/v1/send?sign=督办&templates={path}{more}"

    return make


def send(channel: Channel, *envelopes: Envelope) -> list[Receipt]:
    """All over one connection."""
    with channel.connect() as sender:
        return [sender.send(envelope) for envelope in envelopes]


def numbered(letter: Letter, count: int) -> list[Envelope]:
    return [letter(f"case:{number}", to="13800138000") for number in range(count)]


def test_the_gateway_gets_a_signed_request_with_the_registered_template(
    opened: Open, letter: Letter, url: Callable[..., str]
) -> None:
    with SmsGatewayServer() as gateway:
        receipts = send(opened(url(gateway.port)), *numbered(letter, 10))
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
    assert receipts[0].provider_id == "gw-1"
    assert gateway.messages[0] == {
        "phone": "13800138000",
        "sign": "督办",
        "template_id": "SMS_1001",
        "variables": {"name": "河道垃圾清理", "day": "11月30日"},
        "out_id": "case:0",
        "timestamp": 1796000523,
        "key": KEY,
    }
    assert (len(gateway.messages), gateway.connections) == (10, 1)


def test_https_checks_the_certificate(
    opened: Open, letter: Letter, url: Callable[..., str], certificate: Certificate
) -> None:
    with SmsGatewayServer(tls_context=certificate.server_context()) as gateway:
        trusting = url(gateway.port, "sms+https", f"&ca={certificate.certificate}")
        receipts = send(opened(trusting), *numbered(letter, 5))
        assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
        assert gateway.connections == 1
        [receipt] = send(opened(url(gateway.port, "sms+https")), *numbered(letter, 1))
    assert receipt.outcome is Outcome.FAILED
    assert "证书" in receipt.detail


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(200, {"code": "LIMIT"}), Outcome.THROTTLED),
        (Reply(429), Outcome.THROTTLED),
        (Reply(400, {"code": "LIMIT"}), Outcome.THROTTLED),
        (Reply(200, {"code": "NUMBER_ILLEGAL"}), Outcome.REFUSED),
        (Reply(400, {"code": "TEMPLATE_MISSING"}), Outcome.REFUSED),
        (Reply(500), Outcome.FAILED),
        (Reply(503, b"busy"), Outcome.FAILED),
        (Reply(504, b"upstream"), Outcome.AMBIGUOUS),
        (Reply(401, {"code": "KEY"}), Outcome.FAILED),
        (Reply(404, b"nginx"), Outcome.FAILED),
        (Reply(302, headers={"Location": "http://127.0.0.1/"}), Outcome.FAILED),
        (Reply(200, b"<html>please log in</html>"), Outcome.AMBIGUOUS),
        (Reply(200, b"[1]"), Outcome.AMBIGUOUS),
        (Reply(200, b"[" * 60_000), Outcome.AMBIGUOUS),
        (Reply(200, b"x" * 1_000_000), Outcome.AMBIGUOUS),
        (Reply(0), Outcome.AMBIGUOUS),
    ],
)
def test_each_answer_has_its_outcome_and_the_next_message_goes(
    opened: Open, letter: Letter, url: Callable[..., str], reply: Reply, outcome: Outcome
) -> None:
    with SmsGatewayServer([reply]) as gateway:
        receipts = send(opened(url(gateway.port)), *numbered(letter, 2))
    assert [receipt.outcome for receipt in receipts] == [outcome, Outcome.ACCEPTED]
    assert SECRET not in repr(receipts)


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (Reply(200, {"code": "LIMIT", "retry_after": 90}), timedelta(seconds=90)),
        (Reply(429, headers={"Retry-After": "60"}), timedelta(seconds=60)),
        (Reply(200, b'{"code": "LIMIT", "retry_after": 1e999}'), timedelta(days=1)),
        (Reply(200, b'{"code": "LIMIT", "retry_after": 1' + b"0" * 400 + b"}"), None),
        (Reply(200, b'{"code": "LIMIT", "retry_after": NaN}'), None),
        (Reply(200, {"code": "LIMIT", "retry_after": -5}), None),
        (Reply(200, {"code": "LIMIT", "retry_after": [1]}), None),
        (Reply(429), None),
    ],
)
def test_the_wait_a_gateway_asks_for_is_handed_on_within_reason(
    opened: Open, letter: Letter, url: Callable[..., str], reply: Reply, wait: timedelta | None
) -> None:
    with SmsGatewayServer([reply]) as gateway:
        [receipt] = send(opened(url(gateway.port)), *numbered(letter, 1))
    assert (receipt.outcome, receipt.retry_after) == (Outcome.THROTTLED, wait)


def test_a_gateway_that_hangs_costs_a_batch_one_timeout_and_one_doubt(
    opened: Open, letter: Letter, url: Callable[..., str]
) -> None:
    with SmsGatewayServer([Reply(200, delay_seconds=0.6)] * 4) as gateway:
        channel = opened(url(gateway.port, more="&timeout=0.3"))
        receipts = send(channel, *numbered(letter, 4))
    assert [receipt.outcome for receipt in receipts] == [Outcome.AMBIGUOUS] + [Outcome.FAILED] * 3
    assert gateway.connections == 1


def test_nobody_at_home_is_a_failure_for_each_message(
    opened: Open, letter: Letter, url: Callable[..., str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        receipts = send(opened(url(unused.getsockname()[1])), *numbered(letter, 3))
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}
    assert "对方拒绝连接" in receipts[0].detail


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"template": "digest"}, "短信模板 digest 还没有对应的报备模板"),
        ({"variables": {"due": "11月30日"}}, "缺少变量 case_title"),
        ({"to": "张三"}, "手机号码不合规"),
    ],
)
def test_a_message_the_provider_could_not_take_is_refused_with_help(
    opened: Open, letter: Letter, url: Callable[..., str], fields: dict[str, str], sentence: str
) -> None:
    with SmsGatewayServer() as gateway:
        [receipt] = send(opened(url(gateway.port)), letter(**{"to": "13800138000", **fields}))
    assert receipt.outcome is Outcome.REFUSED
    assert sentence in receipt.detail
    assert gateway.messages == []


@pytest.mark.hostile
@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"a": 1}', '{"a": {"template_id": "x", "variables": {"y": 2}}}']
)
def test_a_bad_template_file_is_refused_when_the_channel_is_opened(
    opened: Open, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "templates.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnknownChannel, match="短信模板"):
        opened(f"sms+http://{KEY}:{SECRET}@127.0.0.1/?sign=督办&templates={path}")
