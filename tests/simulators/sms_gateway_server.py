"""An HTTP SMS gateway as a provider would run it: checks the signature, keeps the messages."""

import hashlib
import hmac
import json
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.simulators.http_server import HttpServer, Reply, Request

KEY, SECRET = "our-key", "very-secret"

DESCRIPTION = """\
content: json
fields:
  phone: "{phone}"
  text: "{text}"
  out_id: "{out_id}"
  timestamp: "{timestamp}"
  key: "{key}"
signature: {over: "{body}", field: signature}
answer:
  accepted: {field: code, is: [OK]}
  throttled: {field: code, is: [LIMIT]}
  id: data.id
  words: message
  wait: retry_after
"""


class SmsGatewayServer(HttpServer):
    """Answers by `script`; after its last, all is fine."""

    def __init__(
        self, script: Sequence[Reply] = (), *, tls_context: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(script, tls_context=tls_context)
        self.messages: list[dict[str, Any]] = []

    def url(self, folder: Path, scheme: str = "sms+http") -> str:
        """The URL for `open_channel`; the description is written into the folder."""
        file = folder / "gateway.yaml"
        file.write_text(DESCRIPTION, encoding="utf-8")
        return f"{scheme}://{KEY}:{SECRET}@127.0.0.1:{self.port}/v1/send?gateway={file}"

    def answer(self, request: Request) -> Reply:
        message = json.loads(request.body)
        given = message.pop("signature")
        if not hmac.compare_digest(given, _signature(message)):
            return Reply(403, {"code": "SIGNATURE"})
        self.messages.append(message)
        return Reply(200, {"code": "OK", "data": {"id": f"gw-{len(self.messages)}"}})


def _signature(message: Mapping[str, object]) -> str:
    """Written from the documentation, not with the product's code."""
    text = json.dumps(message, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
