"""Chat: the robots of groups in WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书).

    robots:                                        the providers' public addresses
    robots:?wecom=https://chat.office.gov.cn&dingtalk=http://10.1.2.3:8080/ding&ca=…&timeout=10

`wecom=`, `dingtalk=` and `feishu=` name another base address for a provider: a private deployment,
or a proxy. To which robot a message goes, and with which secret it is signed, is the receiver's.

A robot answers with HTTP 200 and a code; what has no code of the provider's nobody can be sure of.
None of them takes a name for a message by which a repeated one could be known.
"""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from notifications.channels.channel import (
    Clock,
    Envelope,
    Outcome,
    Receipt,
    Sender,
    encodable,
    one_line,
)
from notifications.channels.channel_url import ChannelUrl, MalformedUrl
from notifications.channels.codes import Codes
from notifications.channels.http_connection import HttpConnection, HttpReply, HttpRequest
from notifications.channels.line import Line, NoLine, reason
from notifications.channels.overhearing import Heard, nobody
from workflow.store.offices.robot_address import PROVIDERS, NoRobot, Robot, parse_robot

MORE = "……（内容较长，其余请在系统中查看）"

_SENTENCES = {
    Outcome.ACCEPTED: "已接收",
    Outcome.REFUSED: "拒绝发送，请本人在“消息设置”里核对机器人的地址、密钥和安全设置",
    Outcome.THROTTLED: "限制了发送频率，稍后再发",
    Outcome.FAILED: "现在不能接收",
    Outcome.AMBIGUOUS: "没有明确回答，不能确定是否已接收",
}

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider's robots are spoken to, by its published rules."""

    base: str
    target: Callable[[str], str]
    """The path and query of a robot with this key."""

    write: Callable[[str, str], Fields]
    """The body of a message with this subject and Markdown."""

    longest_bytes: int
    """Of the Markdown, in UTF-8."""

    code: str
    """The field of an answer that holds its code."""

    codes: Codes

    shows_subject: bool = False
    """Whether the subject stands above the text by itself."""

    sign: Callable[[str, Fields, str, datetime], tuple[str, Fields]] = (
        lambda target, fields, secret, now: (target, fields)
    )
    """Target and body, signed with a robot's secret."""


def _wecom_fields(_subject: str, text: str) -> Fields:
    return {"msgtype": "markdown", "markdown": {"content": text}}


def _dingtalk_fields(subject: str, text: str) -> Fields:
    lines = text.replace("\n", "  \n")  # a line break is two blanks before it
    return {"msgtype": "markdown", "markdown": {"title": subject, "text": lines}}


def _dingtalk_signed(target: str, fields: Fields, secret: str, now: datetime) -> tuple[str, Fields]:
    """加签: HMAC-SHA256 under the secret over milliseconds and secret, in the query."""
    milliseconds = str(int(now.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), "sha256")
    signed = {"timestamp": milliseconds, "sign": base64.b64encode(digest).decode()}
    return f"{target}&{urlencode(signed)}", fields


def _feishu_fields(subject: str, text: str) -> Fields:
    body = {"tag": "div", "text": {"tag": "lark_md", "content": text}}
    header = {"title": {"tag": "plain_text", "content": subject}}
    card = {"config": {"wide_screen_mode": True}, "header": header, "elements": [body]}
    return {"msg_type": "interactive", "card": card}


def _feishu_signed(target: str, fields: Fields, secret: str, now: datetime) -> tuple[str, Fields]:
    """签名校验: HMAC-SHA256 of nothing under seconds and secret, in the body."""
    seconds = str(int(now.timestamp()))
    digest = hmac.digest(f"{seconds}\n{secret}".encode(), b"", "sha256")
    return target, {"timestamp": seconds, "sign": base64.b64encode(digest).decode(), **fields}


_MINUTE, _TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)

ROBOTS: Mapping[str, Provider] = {
    "wecom": Provider(
        base="https://qyapi.weixin.qq.com",
        target=lambda key: f"/cgi-bin/webhook/send?key={key}",
        write=_wecom_fields,
        longest_bytes=4096,
        code="errcode",
        codes=Codes("0", ("93000", "93004", "40058", "44004", "45002"),
                    {"45009": _MINUTE, "45033": _MINUTE}),
    ),
    "dingtalk": Provider(
        base="https://oapi.dingtalk.com",
        target=lambda key: f"/robot/send?access_token={key}",
        write=_dingtalk_fields,
        longest_bytes=18_000,  # 20,000 for all of it
        code="errcode",
        codes=Codes("0", ("310000", "3000", "400101", "400102", "400106", "43010", "460101"),
                    {"130101": _TEN_MINUTES, "410100": _TEN_MINUTES, "90030": _TEN_MINUTES}),
        sign=_dingtalk_signed,
    ),
    "feishu": Provider(
        base="https://open.feishu.cn",
        target=lambda key: f"/open-apis/bot/v2/hook/{key}",
        write=_feishu_fields,
        longest_bytes=18_000,  # 20 KB for the request
        code="code",
        codes=Codes("0", ("19001", "19002", "19007", "19021", "19022", "19024"),
                    {"11232": _MINUTE, "11233": _MINUTE}),
        shows_subject=True,
        sign=_feishu_signed,
    ),
}  # fmt: skip


class RobotsChannel:
    """The robots of all three, each provider at its base address."""

    name = "robots"

    def __init__(self, url: ChannelUrl, now: Clock) -> None:
        url.allow(*ROBOTS, "ca", "timeout")
        if url.host or url.user or url.path:
            raise MalformedUrl("群机器人写作 robots:，可在 ? 后写明各家的地址")
        self.now = now
        self._heard: Heard = nobody
        self.bases = {
            name: _base(url, name, url.options.get(name, robot.base))
            for name, robot in ROBOTS.items()
        }

    def overhear(self, heard: Heard) -> None:
        """Write down what is said; a robot's key is hidden by whoever shows it, as its address."""
        self._heard = heard

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        heard = self._heard
        lines = {name: Line(partial(base.dial, heard)) for name, base in self.bases.items()}
        try:
            yield RobotsSender(lines, self)
        finally:
            for line in lines.values():
                line.hang_up()


@dataclass(frozen=True, slots=True)
class _Base:
    """Where a provider's robots are reached."""

    path: str
    dial: Callable[[Heard], HttpConnection]


def _base(url: ChannelUrl, name: str, address: str) -> _Base:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.username:
        raise MalformedUrl(f"{name} 要写成 https://主机 或 http://主机:端口/路径")
    tls = url.tls_context() if parts.scheme == "https" else None
    seconds, whom = url.timeout_seconds, PROVIDERS[name]
    return _Base(
        parts.path.rstrip("/"),
        lambda heard: HttpConnection.open(host, port, tls, seconds, whom, heard),
    )


class RobotsSender:
    """Sends over one connection a provider; a robot that asked to wait is left alone meanwhile."""

    def __init__(self, lines: Mapping[str, Line[HttpConnection]], channel: RobotsChannel) -> None:
        self._lines, self._channel = lines, channel
        self._waiting: dict[Robot, Receipt] = {}

    def send(self, envelope: Envelope) -> Receipt:
        try:
            robot = parse_robot(envelope.to)
        except NoRobot as unknown:
            return Receipt(Outcome.REFUSED, f"{unknown}。")
        if robot in self._waiting:
            return self._waiting[robot]
        line, whom = self._lines[robot.provider], f"{PROVIDERS[robot.provider]}群机器人"
        try:
            connection = _living(line)
            connection.send(self._request(robot, envelope))
        except NoLine as failure:
            return Receipt(Outcome.FAILED, str(failure))
        except OSError as lost:
            line.drop()
            return Receipt(Outcome.FAILED, f"没有交给{whom}连接就断了（{reason(lost)}）。")
        receipt = _verdict(line, connection, robot, whom)
        if receipt.outcome is Outcome.THROTTLED:
            self._waiting[robot] = receipt
        return receipt

    def _request(self, robot: Robot, envelope: Envelope) -> HttpRequest:
        rules = ROBOTS[robot.provider]
        subject, text = encodable(envelope.subject), encodable(envelope.text).strip()
        if not rules.shows_subject:
            text = f"**{subject}**\n{text}"
        fields = rules.write(subject, shortened(text, rules.longest_bytes))
        target = self._channel.bases[robot.provider].path + rules.target(robot.key)
        if envelope.secret:
            target, fields = rules.sign(target, fields, envelope.secret, self._channel.now())
        body = json.dumps(fields, ensure_ascii=False).encode()
        return HttpRequest("POST", target, body, {"Content-Type": "application/json"})


def shortened(text: str, longest_bytes: int) -> str:
    """The text by whole lines, and a line that says so where some are missing."""
    if len(text.encode()) <= longest_bytes:
        return text
    kept, free = list[str](), longest_bytes - len(MORE.encode())
    for line in text.split("\n"):
        free -= len(line.encode()) + 1
        if free < 0:
            break
        kept.append(line)
    return "\n".join([*kept, MORE])


def _living(line: Line[HttpConnection]) -> HttpConnection:
    """One known to live: what is sent into a dead one would count as ambiguous."""
    if line.is_open and not line.get().is_alive():
        line.drop()
    return line.get()


def _verdict(
    line: Line[HttpConnection], connection: HttpConnection, robot: Robot, whom: str
) -> Receipt:
    """The answer to the whole message; when it never comes, nobody can know."""
    try:
        reply = connection.reply()
    except (OSError, HTTPException) as lost:
        line.drop()
        if isinstance(lost, TimeoutError):
            # Who hangs once hangs again: do not make a whole batch ambiguous.
            line.rest(f"{whom}刚才没有应答，稍后再试。")
        detail = f"{whom}{_SENTENCES[Outcome.AMBIGUOUS]}（{reason(lost)}）。"
        return Receipt(Outcome.AMBIGUOUS, detail)
    outcome, wait, said = read_answer(ROBOTS[robot.provider], reply)
    return Receipt(outcome, f"{whom}{_SENTENCES[outcome]}（{said}）。", retry_after=wait)


def read_answer(rules: Provider, reply: HttpReply) -> tuple[Outcome, timedelta | None, str]:
    """What became of a message, how long to wait, and what was said."""
    answer = _object(reply.body)
    code = answer.get(rules.code)
    if isinstance(code, int) and not isinstance(code, bool):
        words = one_line(str(answer.get("errmsg") or answer.get("msg") or ""))
        return *rules.codes.outcome(str(code)), "，".join(filter(None, [str(code), words]))
    said, kind = f"HTTP {reply.status}", reply.status // 100
    if reply.status == 429:
        return Outcome.THROTTLED, _MINUTE, said
    if kind == 2 or reply.status == 504:
        return Outcome.AMBIGUOUS, None, said
    return Outcome.FAILED, None, said


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
