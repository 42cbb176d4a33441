"""Reading a bounce: the delivery status notification of RFC 3464 in a returned mail.

The message it is about is named by the envelope id we sent along (RFC 3461), by the headers it
returns, or by the returned message itself.
"""

import email
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from notifications.channels.channel import one_line
from notifications.channels.reporting import Fate, Report

_FATES = {
    "failed": (Fate.UNDELIVERED, "邮件被退回"),
    "delayed": (Fate.DELAYED, "邮件还没有送到，邮件服务器仍在尝试"),
    "delivered": (Fate.DELIVERED, "邮件已送达信箱"),
}
_NO_SUCH_ADDRESS = re.compile(r"5\.(1\.[1236]|1\.10|2\.1)")
"""Enhanced codes (RFC 3463) that are about the address and will not change by waiting."""

_LOCAL_PART = re.compile(r"[^\s<>\"',;:@]+@")

_SENTENCES = (
    (re.compile(r"5\.(1\.|2\.1)"), "收件地址不存在或已停用"),
    (re.compile(r"[45]\.2\.2"), "对方信箱已满"),
    (re.compile(r"[45]\.3\.4|5\.2\.3"), "邮件太大"),
    (re.compile(r"4\.4\.|5\.4\."), "对方邮件服务器联系不上"),
    (re.compile(r"5\.7\."), "对方邮件服务器出于安全策略拒收"),
)


def read_bounce(raw: bytes) -> list[Report]:
    """What a mail reports; empty for a mail that is no delivery status notification."""
    # By no policy but the default, the old one: it takes what is malformed, and bounces often are.
    mail = email.message_from_bytes(raw)
    blocks = [block for part in _parts(mail, "message/delivery-status") for block in _blocks(part)]
    if not blocks:
        return []
    about = _about(mail, blocks[0])
    if about is None:
        return []
    happened_at = _date(blocks[0].get("Arrival-Date") or mail.get("Date"))
    reports = (_report(about, block, happened_at) for block in blocks[1:])
    return [report for report in reports if report is not None]


def _parts(mail: Message, kind: str) -> Iterator[Message]:
    return (part for part in mail.walk() if part.get_content_type() == kind)


def _blocks(status: Message) -> list[Message]:
    """The groups of fields: one about the message, then one for each recipient."""
    content = status.get_payload()
    if not isinstance(content, list):
        return []
    return [block for block in content if isinstance(block, Message)]


def _about(mail: Message, whole: Message) -> str | None:
    """What names the message, in letters that can be kept: anybody can write to that mailbox, and
    what the database would refuse would be read again for ever.
    """
    envelope_id = one_line(str(whole.get("Original-Envelope-Id", "")))
    if envelope_id:
        return envelope_id
    for part in mail.walk():
        found: object = None
        if part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            found = email.message_from_bytes(headers) if isinstance(headers, bytes) else None
        elif part.get_content_type() == "message/rfc822":
            content = part.get_payload()
            found = content[0] if isinstance(content, list) and content else None
        if isinstance(found, Message | EmailMessage) and found.get("Message-ID"):
            return one_line(str(found["Message-ID"])).strip("<>")
    return None


def _report(about: str, recipient: Message, happened_at: datetime | None) -> Report | None:
    action = str(recipient.get("Action", "")).strip().lower()
    if action not in _FATES:
        return None  # relayed and expanded say nothing of the end
    fate, words = _FATES[action]
    status = one_line(str(recipient.get("Status", ""))).partition(" ")[0]
    said = str(recipient.get("Diagnostic-Code", "")).partition(";")[2]
    said = one_line(_LOCAL_PART.sub("…@", said))  # addresses stand in the table of people only
    why = next((sentence for code, sentence in _SENTENCES if code.match(status)), "")
    detail = (
        "，".join(filter(None, [words, why])) + f"（{'，'.join(filter(None, [status, said]))}）。"
    )
    bad = fate is Fate.UNDELIVERED and _NO_SUCH_ADDRESS.fullmatch(status) is not None
    return Report(about, fate, detail, status or None, happened_at, bad)


def _date(text: object) -> datetime | None:
    try:
        when = parsedate_to_datetime(str(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo is not None else None
