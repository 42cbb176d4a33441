"""Try a channel: one message to oneself, the conversation with the server, and what it means."""

from dataclasses import dataclass
from datetime import datetime

from notifications.channels import Channel, Envelope, Outcome, Receipt
from notifications.channels.overhearing import Overhearable
from notifications.rendering import render

MEANINGS = {
    Outcome.ACCEPTED: "对方已经收下这一条，请看看是否收到；没有收到时，先查垃圾邮件或拦截记录。",
    Outcome.REFUSED: "对方明确拒绝了这一条：地址、签名或模板不对，再发也不会成功。",
    Outcome.THROTTLED: "对方要求稍后再发：渠道是通的，只是发得太频繁。",
    Outcome.FAILED: "没有发出去：地址、端口、账号、证书或余额有问题，改好以后再试。",
    Outcome.AMBIGUOUS: "已经交给对方，但没有等到回答：可能收到，也可能没有收到。",
}

_VARIABLES = {
    "number": "试发〔2026〕1号", "headline": "试发一条消息", "state": "试发", "what": "试发",
    "unit": "", "due": "", "why": "", "left": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the one message; `dialogue` is empty where there is no server."""

    receipt: Receipt
    dialogue: tuple[str, ...]
    meaning: str


def try_channel(
    channel: Channel, way: str, to: str, name: str, now: datetime, secret: str = ""
) -> Trial:
    """Send one message to this address."""
    lines: list[str] = []
    if isinstance(channel, Overhearable):
        channel.overhear(lines.append)
    variables = {**_VARIABLES, "person": name, "link": ""}
    rendered = render("told", way, variables, "")
    key = f"trial:{way}:{now.isoformat()}"
    envelope = Envelope(
        key, to, "told", variables, rendered.subject, rendered.text, rendered.html, secret
    )  # fmt: skip
    with channel.connect() as sender:
        receipt = sender.send(envelope)
    return Trial(receipt, tuple(lines), MEANINGS[receipt.outcome])
