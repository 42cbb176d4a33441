"""SMS through an HTTP gateway that takes a registered signature and template, not a text.

    sms+https://key:secret@host:port/path?sign=督办&templates=/path/to/templates.json&ca=…&timeout=30
    sms+http://…

Chinese providers accept only texts registered with them: the file maps our template keys to theirs.

    {"case_overdue": {"template_id": "SMS_1001", "variables": {"name": "case_title", "day": "due"}}}

reads: send our `case_overdue` as SMS_1001, whose variable `name` takes our variable `case_title`.

The request is a POST of the JSON object {phone, sign, template_id, variables, out_id, timestamp,
key, signature}; `signature` is the HMAC-SHA256 in hexadecimal, under the secret, of the object
without it, written as JSON with sorted keys, no spaces and non-ASCII characters as they are, in
UTF-8. `out_id` stays the same at each try, so that a gateway can recognise a repeated message.

Answers: {"code": "OK", "id": …} accepted; {"code": "LIMIT", "retry_after": seconds} or HTTP 429
wait; any other code refused; HTTP 5xx try later, and so with 401, 403, 404, 405 and redirects,
which are about our account and address, not about the message. No readable answer to a message that
was handed over, and HTTP 504, leave it open.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any

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
from notifications.channels.http_connection import HttpConnection, HttpReply
from notifications.channels.line import Line, NoLine, reason
from notifications.channels.telephone import telephone

_LONGEST_WAIT_SECONDS = 86_400.0
_SENTENCES = {
    Outcome.ACCEPTED: "短信网关已接收",
    Outcome.REFUSED: "短信网关拒绝发送",
    Outcome.THROTTLED: "短信网关要求稍候",
    Outcome.FAILED: "短信网关现在不能接收，若一直如此请管理员检查账号和地址",
    Outcome.AMBIGUOUS: "短信已交出，但短信网关没有明确回答，不能确定是否已接收",
}
_PATH = re.compile(r"[!-~]*")
_NOT_OUR_MESSAGE = frozenset({401, 403, 404, 405, 408})  # the account, the address, the moment


@dataclass(frozen=True, slots=True)
class GatewayTemplate:
    """A template registered with the provider."""

    template_id: str
    variables: Mapping[str, str]
    """The provider's name of a variable -> ours."""


class SmsGatewayChannel:
    """One account at one gateway, with one registered signature."""

    name = "sms_gateway"

    def __init__(self, url: ChannelUrl, now: Clock) -> None:
        url.allow("sign", "templates", "ca", "timeout")
        if not url.user or not url.password:
            raise MalformedUrl("短信网关要写 key:secret@")
        self._now = now
        self._key, self._secret = url.user, url.password
        self._sign = url.need("sign")
        self._templates = read_templates(Path(url.need("templates")))
        if not _PATH.fullmatch(url.path):
            raise MalformedUrl("路径里的特殊字符要写成 %xx")
        tls = url.tls_context() if url.scheme == "sms+https" else None
        self._address = (url.host, url.port, url.path or "/", tls, url.timeout_seconds)

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        line = Line(lambda: HttpConnection.open(*self._address))
        try:
            yield SmsGatewaySender(line, self._request)
        finally:
            line.hang_up()

    def _request(self, envelope: Envelope) -> bytes:
        """The signed body; raises Unsendable."""
        template = self._templates.get(envelope.template)
        if template is None:
            raise Unsendable(
                f"短信模板 {envelope.template} 还没有对应的报备模板，没有发送；"
                "请管理员在短信网关的模板文件里补上。"
            )
        fields = {
            "phone": telephone(envelope.to),
            "sign": self._sign,
            "template_id": template.template_id,
            "variables": _filled(template, envelope),
            "out_id": encodable(envelope.key),
            "timestamp": int(self._now().timestamp()),
            "key": self._key,
        }
        return _json({**fields, "signature": signature(fields, self._secret)})


class SmsGatewaySender:
    """Sends over one HTTP connection."""

    def __init__(self, line: Line[HttpConnection], request: Callable[[Envelope], bytes]) -> None:
        self._line = line
        self._request = request

    def send(self, envelope: Envelope) -> Receipt:
        try:
            body = self._request(envelope)
            connection = self._connection()
            connection.post(body)
        except Unsendable as unsendable:
            return Receipt(Outcome.REFUSED, str(unsendable))
        except NoLine as failure:
            return Receipt(Outcome.FAILED, str(failure))
        except OSError as lost:
            self._line.drop()
            return Receipt(Outcome.FAILED, f"短信没有交完连接就断了（{reason(lost)}）。")
        return self._verdict(connection)

    def _connection(self) -> HttpConnection:
        """One known to live: what is sent into a dead one would count as ambiguous."""
        if self._line.is_open and not self._line.get().is_alive():
            self._line.drop()
        return self._line.get()

    def _verdict(self, connection: HttpConnection) -> Receipt:
        """The answer to the whole message; when it never comes, nobody can know."""
        try:
            return _receipt(connection.reply())
        except (OSError, HTTPException) as lost:
            self._line.drop()
            if isinstance(lost, TimeoutError):
                # Who hangs once hangs again: do not make a whole batch ambiguous.
                self._line.rest("短信网关刚才没有应答，稍后再试。")
            return Receipt(
                Outcome.AMBIGUOUS, f"{_SENTENCES[Outcome.AMBIGUOUS]}（{reason(lost)}）。"
            )


def signature(fields: Mapping[str, object], secret: str) -> str:
    """The signature of a request's other fields."""
    return hmac.new(secret.encode("utf-8"), _json(fields), hashlib.sha256).hexdigest()


def read_templates(path: Path) -> dict[str, GatewayTemplate]:
    """Our template key -> the provider's template; raises MalformedUrl."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise MalformedUrl(f"读不了短信模板文件 {path}，它要是一个 JSON 对象") from None
    if not isinstance(entries, dict):
        raise MalformedUrl(f"短信模板文件 {path} 要是一个 JSON 对象")
    return {name: _template(name, entry) for name, entry in entries.items()}


def _template(name: str, entry: Any) -> GatewayTemplate:
    match entry:
        case {"template_id": str(template_id), "variables": dict(variables), **others}:
            if not others and all(isinstance(ours, str) for ours in variables.values()):
                return GatewayTemplate(template_id, variables)
    form = "{template_id: 模板号, variables: {对方变量: 我方变量}}"
    raise MalformedUrl(f"短信模板 {name} 要写成 {form}")


def _filled(template: GatewayTemplate, envelope: Envelope) -> dict[str, str]:
    missing = sorted(set(template.variables.values()) - set(envelope.variables))
    if missing:
        raise Unsendable(
            f"短信模板 {envelope.template} 缺少变量 {'、'.join(missing)}，没有发送；"
            "请管理员核对短信网关的模板文件。"
        )
    return {
        theirs: encodable(envelope.variables[ours]) for theirs, ours in template.variables.items()
    }


def _json(fields: Mapping[str, object]) -> bytes:
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _receipt(reply: HttpReply) -> Receipt:
    answer = _answer(reply.body)
    code, said = _text(answer.get("code")), _text(answer.get("message"))
    outcome = _outcome(reply.status, code)
    shown = "，".join(filter(None, [f"HTTP {reply.status}", code, said]))
    return Receipt(
        outcome,
        f"{_SENTENCES[outcome]}（{shown}）。",
        _text(answer.get("id")) or None if outcome is Outcome.ACCEPTED else None,
        _wait(answer.get("retry_after", reply.retry_after)),
    )


def _outcome(status: int, code: str) -> Outcome:
    kind = status // 100
    if status == 429 or code == "LIMIT":
        return Outcome.THROTTLED
    if status == 504 or (kind == 2 and not code):
        return Outcome.AMBIGUOUS
    if kind == 2:
        return Outcome.ACCEPTED if code == "OK" else Outcome.REFUSED
    if kind == 4 and status not in _NOT_OUR_MESSAGE:
        return Outcome.REFUSED
    return Outcome.FAILED


def _answer(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; empty if it is anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _text(value: object) -> str:
    return one_line(str(value)) if isinstance(value, str | int) else ""


def _wait(value: object) -> timedelta | None:
    """The seconds a provider asks for, at most a day; None if it says nothing sensible."""
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    if not seconds >= 0:  # NaN too
        return None
    return timedelta(seconds=min(seconds, _LONGEST_WAIT_SECONDS))
