"""The robots of WeCom, DingTalk and Feishu as far as we use them, on this machine.

Each request is held against the provider's published rules, written here from their documentation:
the path with the robot's key, the shape and size of the body, the signature and its age. What does
not fit is answered as the provider answers it: with HTTP 200 and a code.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from tests.simulators.http_server import HttpServer, Reply, Request

KEY = "566cc69d-a782-56ec"


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the group shows it."""

    provider: str
    title: str
    text: str


class ChatRobots(HttpServer):
    """One robot of each provider, with the key KEY; those with a secret want every message signed.

    `now` is the provider's clock. Answers follow `script` while it lasts.
    """

    def __init__(
        self, now: Callable[[], datetime], script: Sequence[Reply] = (), secret: str = ""
    ) -> None:
        super().__init__(script)
        self._now, self._secret = now, secret
        self.messages: list[Said] = []

    @property
    def url(self) -> str:
        """The URL for `open_channel`: every provider at this server, DingTalk behind a path."""
        base = f"http://127.0.0.1:{self.port}"
        return f"robots:?wecom={base}&dingtalk={base}/ding&feishu={base}"

    def answer(self, request: Request) -> Reply:
        if request.method != "POST" or request.headers["content-type"] != "application/json":
            return Reply(400)
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        body = json.loads(request.body.decode("utf-8"))
        if request.path == "/cgi-bin/webhook/send":
            return self._wecom(query, body)
        if request.path == "/ding/robot/send":
            return self._dingtalk(query, body, len(request.body))
        key = request.path.removeprefix("/open-apis/bot/v2/hook/")
        return self._feishu(key, body, len(request.body))

    def _wecom(self, query: dict[str, str], body: dict[str, Any]) -> Reply:
        if query != {"key": KEY}:
            return _code(93000, "invalid webhook url")
        if body.keys() != {"msgtype", "markdown"} or body["msgtype"] != "markdown":
            return _code(40008, "invalid message type")
        content = body["markdown"]["content"]
        if len(content.encode("utf-8")) > 4096:
            return _code(40058, "markdown.content exceed max length 4096")
        return self._take("wecom", "", content)

    def _dingtalk(self, query: dict[str, str], body: dict[str, Any], size: int) -> Reply:
        if query.get("access_token") != KEY:
            return _code(300005, "token is not exist")
        if self._secret and not self._is_signed_in_query(query):
            return _code(310000, "sign not match")
        if body.get("msgtype") != "markdown" or size > 20_000:
            return _code(460101, "message too long")
        if not body["markdown"]["title"]:
            return _code(40035, "title is required")
        return self._take("dingtalk", body["markdown"]["title"], body["markdown"]["text"])

    def _is_signed_in_query(self, query: dict[str, str]) -> bool:
        """加签: milliseconds not older than an hour; HMAC-SHA256 of them and the secret, base64."""
        stamp = query.get("timestamp", "0")
        fresh = abs(self._now().timestamp() * 1000 - int(stamp)) < 3_600_000
        text = f"{stamp}\n{self._secret}".encode()
        digest = hmac.new(self._secret.encode(), text, hashlib.sha256).digest()
        return fresh and query.get("sign") == base64.b64encode(digest).decode()

    def _feishu(self, key: str, body: dict[str, Any], size: int) -> Reply:
        if key != KEY:
            return _said(19001, "param invalid: incoming webhook access token invalid")
        if self._secret and not self._is_signed_in_body(body):
            return _said(19021, "sign match fail or timestamp is not within one hour from now")
        if body.get("msg_type") != "interactive" or size > 20 * 1024:
            return _said(9499, "Bad Request")
        card = body["card"]
        [element] = card["elements"]
        title = card["header"]["title"]
        if title["tag"] != "plain_text" or element["text"]["tag"] != "lark_md":
            return _said(19002, "params error, msg_type need")
        return self._take("feishu", title["content"], element["text"]["content"])

    def _is_signed_in_body(self, body: dict[str, Any]) -> bool:
        """签名校验: seconds not older than an hour; HMAC-SHA256 of nothing under both, base64."""
        stamp = body.get("timestamp", "0")
        fresh = abs(self._now().timestamp() - int(stamp)) < 3_600
        digest = hmac.new(f"{stamp}\n{self._secret}".encode(), b"", hashlib.sha256).digest()
        return fresh and body.get("sign") == base64.b64encode(digest).decode()

    def _take(self, provider: str, title: str, text: str) -> Reply:
        self.messages.append(Said(provider, title, text))
        return _said(0, "success") if provider == "feishu" else _code(0, "ok")


def _code(code: int, words: str) -> Reply:
    return Reply(200, {"errcode": code, "errmsg": words})


def _said(code: int, words: str) -> Reply:
    return Reply(200, {"code": code, "msg": words, "data": {}})
