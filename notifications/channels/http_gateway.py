"""SMS through an HTTP gateway that a file describes: its fields, its signature, its answers.

    sms+https://key:secret@host:port/path?gateway=/path/gateway.yaml&ca=…&timeout=30
    sms+http://…

The file is described in `gateway_description`. An answer that it does not speak of is read by HTTP:
429 asks to wait; 4xx refuses, but for what is about our account and address (401, 403, 404, 405,
408); 5xx fails; 504, and no readable answer to a message that was handed over, leave it open.

`receipts=TOKEN` lets the gateway report to /receipts/TOKEN of our web server; keep it secret.
"""

import base64
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from notifications.channels.channel import (
    Clock,
    Envelope,
    Outcome,
    Receipt,
    Sender,
    Unsendable,
    encodable,
    one_line,
)
from notifications.channels.channel_url import ChannelUrl, MalformedUrl
from notifications.channels.gateway_description import (
    Description,
    Match,
    fill,
    read_description,
)
from notifications.channels.http_connection import HttpConnection, HttpReply, HttpRequest
from notifications.channels.line import Line, NoLine, reason
from notifications.channels.overhearing import Heard, nobody, without
from notifications.channels.reporting import Fate, Report
from notifications.channels.telephone import telephone

_LONGEST_WAIT_SECONDS = 86_400.0
_SHORTEST_TOKEN = 16
_SENTENCES = {
    Outcome.ACCEPTED: "短信网关已接收",
    Outcome.REFUSED: "短信网关拒绝发送",
    Outcome.THROTTLED: "短信网关要求稍候",
    Outcome.FAILED: "短信网关现在不能接收，若一直如此请管理员检查账号和地址",
    Outcome.AMBIGUOUS: "短信已交出，但短信网关没有明确回答，不能确定是否已接收",
}
_PATH = re.compile(r"[!-~]*")
_NOT_OUR_MESSAGE = frozenset({401, 403, 404, 405, 408})  # the account, the address, the moment


class HttpGatewayChannel:
    """One account at one gateway."""

    name = "http_gateway"

    def __init__(self, url: ChannelUrl, now: Clock) -> None:
        url.allow("gateway", "receipts", "ca", "timeout")
        if not url.user or not url.password:
            raise MalformedUrl("短信网关要写 key:secret@")
        self._now = now
        self._key, self._secret = url.user, url.password
        self.description = read_description(Path(url.need("gateway")))
        self.receipts_token = url.options.get("receipts", "")
        if self.receipts_token and len(self.receipts_token) < _SHORTEST_TOKEN:
            raise MalformedUrl(f"receipts 是口令，至少 {_SHORTEST_TOKEN} 个字符")
        if not _PATH.fullmatch(url.path):
            raise MalformedUrl("路径里的特殊字符要写成 %xx")
        self._path = url.path or "/"
        tls = url.tls_context() if url.scheme == "sms+https" else None
        self._heard: Heard = nobody
        self._address = (url.host, url.port, tls, url.timeout_seconds)

    def overhear(self, heard: Heard) -> None:
        """Write down what is said, without the secret."""
        secret = self._secret
        in_json = (json.dumps(secret, ensure_ascii=plain)[1:-1] for plain in (True, False))
        written = (secret, *in_json, quote(secret, safe=""), quote_plus(secret))
        self._heard = without(written, heard)

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        line = Line(lambda: HttpConnection.open(*self._address, heard=self._heard))
        try:
            yield HttpGatewaySender(line, self)
        finally:
            line.hang_up()

    def request(self, envelope: Envelope) -> HttpRequest:
        """The signed request of a message; raises Unsendable."""
        known = self._known(envelope)
        fields = fill(self.description.fields, known)
        headers = fill(self.description.headers, known)
        signature = self.description.signature
        if signature is not None:
            signed = sign(
                signature.over, {**known, "body": self._written(fields)}, self._secret,
                signature.algorithm, signature.encoding,
            )  # fmt: skip
            if signature.field:
                fields[signature.field] = signed
            else:
                headers[signature.header] = signed
        body = self._written(fields)
        if self.description.method == "GET":
            return HttpRequest("GET", f"{self._path}?{body}", b"", headers)
        kind = "json" if self.description.content == "json" else "x-www-form-urlencoded"
        headers = {"Content-Type": f"application/{kind}", **headers}
        return HttpRequest("POST", self._path, body.encode(), headers)

    def worded(self, envelope: Envelope) -> str:
        """Our text, or what stands registered for it; raises Unsendable."""
        templates = self.description.templates
        return envelope.text if templates is None else templates.fill(envelope).text

    def _known(self, envelope: Envelope) -> dict[str, Any]:
        now = self._now()
        known: dict[str, Any] = {
            "phone": telephone(envelope.to),
            "text": encodable(envelope.text),
            "key": self._key,
            "secret": self._secret,
            "out_id": encodable(envelope.key),
            "timestamp": int(now.timestamp()),
            "timestamp_ms": int(now.timestamp() * 1000),
        }
        if self.description.templates is not None:
            filled = self.description.templates.fill(envelope)
            known |= {"template": filled.id, "signature": filled.signature}
            known["variables"] = dict(filled.variables)
        return known

    def _written(self, fields: Mapping[str, Any]) -> str:
        if self.description.content == "json" and self.description.method == "POST":
            return _json(fields)
        flat = {k: _json(v) if isinstance(v, Mapping) else v for k, v in fields.items()}
        return urlencode(flat)

    def read_receipt(self, fields: Mapping[str, str]) -> Report | None:
        """What the gateway reports by itself; None for what is not described."""
        reads = self.description.receipts
        if reads is None or not (about := one_line(fields.get(reads.about, ""))):
            return None
        state = one_line(fields.get(reads.state, ""))
        if state in reads.delivered:
            return Report(about, Fate.DELIVERED, f"短信已送达手机（{state}）。", state)
        if state in reads.undelivered:
            return Report(about, Fate.UNDELIVERED, f"短信没有送达（{state}）。", state)
        return Report(about, Fate.DELAYED, f"短信仍在途中（{state}）。", state or None)


def sign(over: str, known: Mapping[str, Any], secret: str, algorithm: str, encoding: str) -> str:
    """The signature over a text of the file."""
    text = fill(f"{over} ", known)[:-1]  # the space keeps a single place from staying a number
    digest = hmac.new(secret.encode(), text.encode(), algorithm).digest()
    return base64.b64encode(digest).decode() if encoding == "base64" else digest.hex()


class HttpGatewaySender:
    """Sends over one HTTP connection."""

    def __init__(self, line: Line[HttpConnection], channel: HttpGatewayChannel) -> None:
        self._line = line
        self._channel = channel

    def send(self, envelope: Envelope) -> Receipt:
        try:
            request = self._channel.request(envelope)
            connection = self._connection()
            connection.send(request)
        except Unsendable as unsendable:
            return Receipt(Outcome.REFUSED, str(unsendable))
        except NoLine as failure:
            return Receipt(Outcome.FAILED, str(failure))
        except OSError as lost:
            self._line.drop()
            return Receipt(Outcome.FAILED, f"短信没有交完连接就断了（{reason(lost)}）。")
        verdict = self._verdict(connection, envelope)
        return replace(verdict, text=self._channel.worded(envelope))

    def _connection(self) -> HttpConnection:
        """One known to live: what is sent into a dead one would count as ambiguous."""
        if self._line.is_open and not self._line.get().is_alive():
            self._line.drop()
        return self._line.get()

    def _verdict(self, connection: HttpConnection, envelope: Envelope) -> Receipt:
        """The answer to the whole message; when it never comes, nobody can know."""
        try:
            return read_answer(self._channel.description, connection.reply(), envelope.key)
        except (OSError, HTTPException) as lost:
            self._line.drop()
            if isinstance(lost, TimeoutError):
                # Who hangs once hangs again: do not make a whole batch ambiguous.
                self._line.rest("短信网关刚才没有应答，稍后再试。")
            return Receipt(
                Outcome.AMBIGUOUS, f"{_SENTENCES[Outcome.AMBIGUOUS]}（{reason(lost)}）。"
            )


def read_answer(description: Description, reply: HttpReply, key: str) -> Receipt:
    """What a gateway's answer says of the message of this key."""
    reads, answer = description.answers, _answer(reply.body)
    outcome = _outcome(description, reply.status, answer)
    code = _text(_at(answer, reads.accepted.field))
    said = [f"HTTP {reply.status}", code, _text(_at(answer, reads.words))]
    id_ = _text(_at(answer, reads.id)) if outcome is Outcome.ACCEPTED else ""
    names = (id_ or (key if description.receipts and outcome is Outcome.ACCEPTED else ""),)
    return Receipt(
        outcome,
        f"{_SENTENCES[outcome]}（{'，'.join(filter(None, said))}）。",
        id_ or None,
        _wait(_at(answer, reads.wait), reply.retry_after),
        tuple(filter(None, names)),
    )


def _outcome(description: Description, status: int, answer: Mapping[str, Any]) -> Outcome:
    reads = description.answers
    for outcome, match in (
        (Outcome.THROTTLED, reads.throttled),
        (Outcome.ACCEPTED, reads.accepted),
        (Outcome.REFUSED, reads.refused),
    ):
        if _fits(match, status, answer):
            return outcome
    return _by_http(status, answered=bool(_text(_at(answer, reads.accepted.field))))


def _fits(match: Match, status: int, answer: Mapping[str, Any]) -> bool:
    """By the status, or by the field of an answer that is no error of HTTP's own."""
    said = _text(_at(answer, match.field))
    return status in match.status or (bool(said) and said in match.values and status < 500)


def _by_http(status: int, *, answered: bool) -> Outcome:
    kind = status // 100
    if status == 429:
        return Outcome.THROTTLED
    if status == 504 or (kind == 2 and not answered):
        return Outcome.AMBIGUOUS
    if kind == 2 or (kind == 4 and status not in _NOT_OUR_MESSAGE):
        return Outcome.REFUSED
    return Outcome.FAILED


def _answer(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; empty if it is anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _at(answer: Mapping[str, Any], path: str) -> object:
    """The value at a path with dots; None where there is none."""
    found: object = answer
    for name in path.split(".") if path else ():
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if path else None


def _json(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _text(value: object) -> str:
    return one_line(str(value)) if isinstance(value, str | int) else ""


def _wait(*asked: object) -> timedelta | None:
    """The seconds a provider asks for, at most a day; None if it says nothing sensible."""
    for value in asked:
        try:
            seconds = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            continue
        if seconds >= 0:  # not NaN
            return timedelta(seconds=min(seconds, _LONGEST_WAIT_SECONDS))
    return None
