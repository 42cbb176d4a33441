"""Another system at the signed door: it signs what it sends as docs/webhooks.md says."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from api.context import Duban
from tests.prefecture import NOW
from workflow.store.offices.organisation import posts_of
from workflow.store.people import sources
from workflow.store.people.accounts import person_by_username

DESK = "xingyi-bg.liaison"
"""Who opens the tickets of 兴义市."""

_calls = count(1)


def ticket(number: str = "12345-1", **changes: Any) -> dict[str, Any]:
    """A row, by the titles of the template's columns."""
    return {
        "承办单位": "敬南镇",
        "平台工单号": number,
        "来源平台": "12345",
        "类别": "投诉",
        "紧急程度": "一般",
        "主题": "饮水",
        "地点": "高卡村二组",
        "诉求": "自来水停了九天，没有人来修",
        "来电人": "王小丫",
        "联系电话": "10012345678",
    } | changes


@dataclass(frozen=True)
class Platform:
    """The other side: its key, and how it sends; independent of the code that checks."""

    client: TestClient
    key: str
    id: int
    name: str = "hotline-12345"
    at: int = int(NOW.timestamp())
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, content: Any, *, call: str = "", kind: str = "application/json") -> Response:
        """One call, signed; another `call` each time unless it is named."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        call = call or f"msg_{next(_calls)}"
        headers = {
            "content-type": kind,
            "webhook-id": call,
            "webhook-timestamp": str(self.at),
            "webhook-signature": self.signature(call, body),
        }
        path = f"/api/v1/incoming/{self.name}"
        return self.client.post(path, content=body, headers=headers | self.headers)

    def signature(self, call: str, body: bytes) -> str:
        secret = base64.b64decode(self.key.removeprefix("whsec_"))
        said = b".".join((call.encode(), str(self.at).encode(), body))
        return "v1," + base64.b64encode(hmac.new(secret, said, hashlib.sha256).digest()).decode()

    def but(self, **changes: Any) -> "Platform":
        """The same with something else."""
        return replace(self, **changes)


def platform(
    client: TestClient, duban: Duban, name: str = "hotline-12345", desk: str = DESK
) -> Platform:
    """A source as the administrator enters it, with its key."""
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        person = person_by_username(connection, desk)
        post = posts_of(connection, person, now)[0].id
        id_, key = sources.make(connection, duban.sealer, name, "热线", "hotline", post, now)
    return Platform(client, key, id_, name, int(now.timestamp()))
