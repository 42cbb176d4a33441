"""SMS through an HTTP gateway against a real HTTP server, well behaved and not."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from notifications.channels import Channel, Envelope, Outcome, Receipt, UnknownChannel
from notifications.channels.http_gateway import HttpGatewayChannel
from notifications.channels.reporting import Fate
from tests.simulators.certificate import Certificate
from tests.simulators.hanging import time_outs_without_waiting
from tests.simulators.http_server import HANGS, HttpServer, Reply, Request
from tests.simulators.sms_gateway_server import KEY, SECRET, SmsGatewayServer

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
Letter = Callable[..., Envelope]


@pytest.fixture
def url(tmp_path: Path) -> Callable[..., str]:
    def make(gateway: SmsGatewayServer, scheme: str = "sms+http", more: str = "") -> str:
        return gateway.url(tmp_path, scheme) + more

    return make


def send(channel: Channel, *envelopes: Envelope) -> list[Receipt]:
    """All over one connection."""
    with channel.connect() as sender:
        return [sender.send(envelope) for envelope in envelopes]


def numbered(letter: Letter, count: int) -> list[Envelope]:
    return [letter(f"case:{number}", to="13800138000") for number in range(count)]


def test_the_gateway_gets_a_signed_request_over_one_connection(
    opened: Open, letter: Letter, url: Callable[..., str]
) -> None:
    with SmsGatewayServer() as gateway:
        receipts = send(opened(url(gateway)), *numbered(letter, 10))
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
    assert receipts[0].report_ids == ("gw-1",)
    assert gateway.messages[0] == {
        "phone": "13800138000",
        "text": "张三同志：\n河道垃圾清理已于11月30日到期。",
        "out_id": "case:0",
        "timestamp": 1796000523,
        "key": KEY,
    }
    assert (len(gateway.messages), gateway.connections) == (10, 1)


def test_https_checks_the_certificate(
    opened: Open, letter: Letter, url: Callable[..., str], certificate: Certificate
) -> None:
    with SmsGatewayServer(tls_context=certificate.server_context()) as gateway:
        trusting = url(gateway, "sms+https", f"&ca={certificate.certificate}")
        receipts = send(opened(trusting), *numbered(letter, 5))
        assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
        assert gateway.connections == 1
        [receipt] = send(opened(url(gateway, "sms+https")), *numbered(letter, 1))
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
        receipts = send(opened(url(gateway)), *numbered(letter, 2))
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
        [receipt] = send(opened(url(gateway)), *numbered(letter, 1))
    assert (receipt.outcome, receipt.retry_after) == (Outcome.THROTTLED, wait)


def test_a_gateway_that_hangs_costs_a_batch_one_timeout_and_one_doubt(
    opened: Open, letter: Letter, url: Callable[..., str]
) -> None:
    with time_outs_without_waiting(), SmsGatewayServer([Reply(HANGS)] * 4) as gateway:
        receipts = send(opened(url(gateway)), *numbered(letter, 4))
    assert [receipt.outcome for receipt in receipts] == [Outcome.AMBIGUOUS] + [Outcome.FAILED] * 3
    assert gateway.connections == 1


def test_nobody_at_home_is_a_failure_for_each_message(
    opened: Open, letter: Letter, url: Callable[..., str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gateway = SmsGatewayServer()
        gateway.port = unused.getsockname()[1]
        receipts = send(opened(url(gateway)), *numbered(letter, 3))
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}
    assert "对方拒绝连接" in receipts[0].detail


def test_a_bad_number_is_refused_and_never_sent(
    opened: Open, letter: Letter, url: Callable[..., str]
) -> None:
    with SmsGatewayServer() as gateway:
        [receipt] = send(opened(url(gateway)), letter(to="张三"))
    assert receipt.outcome is Outcome.REFUSED
    assert "手机号码不合规" in receipt.detail
    assert gateway.requests == []


# Descriptions


class Recorder(HttpServer):
    """Takes everything."""

    def answer(self, request: Request) -> Reply:
        return Reply(202, b"0: Accepted for delivery")


def described(opened: Open, server: HttpServer, folder: Path, text: str, more: str = "") -> Channel:
    file = folder / "gateway.yaml"
    file.write_text(text, encoding="utf-8")
    return opened(f"sms+http://{KEY}:{SECRET}@127.0.0.1:{server.port}/send?gateway={file}{more}")


def test_a_form_is_signed_in_a_header_over_a_declared_text(
    opened: Open, letter: Letter, tmp_path: Path
) -> None:
    text = """
        content: form
        headers: {X-App: "{key}"}
        fields: {mobile: "86{phone}", content: "{text}", ts: "{timestamp_ms}", kind: notice}
        signature:
          over: "{key}&{timestamp}&{phone}"
          algorithm: hmac-sha1
          encoding: base64
          header: X-Sign
        answer: {accepted: {status: [202]}}
    """
    with Recorder() as server:
        channel = described(opened, server, tmp_path, text)
        [receipt] = send(channel, letter(to="13800138000", text="督办&=\n一"))
    assert receipt.outcome is Outcome.ACCEPTED
    [request] = server.requests
    assert dict(parse_qsl(request.body.decode())) == {
        "mobile": "8613800138000", "content": "督办&=\n一", "ts": "1796000523000", "kind": "notice",
    }  # fmt: skip
    over = f"{KEY}&1796000523&13800138000"
    wanted = hmac.new(SECRET.encode(), over.encode(), hashlib.sha1).digest()
    assert request.headers["x-sign"] == base64.b64encode(wanted).decode()
    assert request.headers["x-app"] == KEY


def test_registered_templates_go_as_an_object_or_in_the_address(
    opened: Open, letter: Letter, tmp_path: Path
) -> None:
    (tmp_path / "sms.yaml").write_text(
        "signature: 督办\n"
        "templates: {overdue: {id: T1, text: '{name}到期', variables: {name: headline}}}\n",
        encoding="utf-8",
    )
    rest = f"""
        templates: {tmp_path}/sms.yaml
        fields: {{to: "{{phone}}", tpl: "{{template}}", sign: "{{signature}}", v: "{{variables}}"}}
        answer: {{accepted: {{status: [202]}}}}
    """
    with Recorder() as server:
        for method in ("POST", "GET"):
            channel = described(opened, server, tmp_path, f"        method: {method}{rest}")
            send(channel, letter(to="13800138000"))
    posted, got = server.requests
    wanted = {"to": "13800138000", "tpl": "T1", "sign": "督办", "v": {"name": "河道垃圾清理"}}
    assert json.loads(posted.body) == wanted
    fields = dict(parse_qsl(got.query))
    assert {**fields, "v": json.loads(fields["v"])} == wanted


def test_receipts_are_read_as_described(opened: Open, letter: Letter, tmp_path: Path) -> None:
    text = """
        fields: {to: "{phone}"}
        answer: {accepted: {status: [202]}}
        receipts: {about: id, state: s, delivered: [1], undelivered: [2, 16]}
    """
    with Recorder() as server:
        channel = described(opened, server, tmp_path, text, "&receipts=0123456789abcdef")
        [receipt] = send(channel, letter(to="13800138000"))
    assert isinstance(channel, HttpGatewayChannel)
    assert receipt.report_ids == ("17:3:overdue",)
    fates = [channel.read_receipt({"id": "a", "s": state}) for state in ("1", "16", "8")]
    assert [one and one.fate for one in fates] == [
        Fate.DELIVERED, Fate.UNDELIVERED, Fate.DELAYED,
    ]  # fmt: skip
    assert channel.read_receipt({"s": "1"}) is None


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "最外层要写成 名称: 内容"),
        ("fields: [a]\nanswer: {accepted: {status: [200]}}", "fields 要写成 名称: 内容"),
        ("fields: {a: '{phnoe}'}", "fields 里不能用 {phnoe}，可用的有 key、"),
        ("fields: {a: '{template}'}", "fields 里不能用 {template}"),
        ("headers: {A: '{secret}'}", "headers 里不能用 {secret}"),
        ("method: PUT", "method 只能是 POST、GET"),
        ("contents: json", "多了 contents"),
        ("signature: {over: '{phone}'}", "signature 要写 header 或 field 之一"),
        ("signature: {field: a, algorithm: md5}", "signature.algorithm 只能是 hmac-sha256"),
        ("answer: {}", "answer.accepted 要写怎样算接收"),
        ("answer: {accepted: {status: 200}}", "answer.accepted.status 要写成"),
        ("answer: {accepted: {field: a}}", "field 和 is 要一起写"),
        ("receipts: {about: a}", "receipts.state 要写"),
        ("templates: /nowhere.yaml", "读不了短信模板文件 /nowhere.yaml"),
    ],
)
def test_a_mistake_in_a_description_is_told(
    opened: Open, tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(UnknownChannel) as refused:
        described(opened, SmsGatewayServerAtRest(), tmp_path, text)
    assert sentence in str(refused.value)
    assert SECRET not in str(refused.value)


class SmsGatewayServerAtRest(HttpServer):
    """Never started: no description that is refused may be asked."""

    port = 9


def test_a_guessable_receipts_token_is_refused(opened: Open, tmp_path: Path) -> None:
    gateway = SmsGatewayServer()
    gateway.port = 9
    with pytest.raises(UnknownChannel, match="receipts 是口令，至少 16 个字符"):
        opened(f"{gateway.url(tmp_path)}&receipts=guess")
