"""One finished message as the bytes of an e-mail: text, an HTML alternative, a stable Message-ID.

Put together from ready parts with the codecs of the standard library: `EmailMessage` and even
`email.mime` cost more time than sending does, and our messages have only these two shapes.
"""

import re
from binascii import b2a_base64
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

from notifications.channels.channel import Envelope, Unsendable, encodable

_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<address>[^<>]+)>\s*")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_ID = 150  # with its domain well below what servers and spam filters take


class Mailbox(NamedTuple):
    """Somebody's name (may be empty) and address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def header(self) -> str:
        return f"{_words(self.name)} <{self.address}>" if self.name else self.address


def mailbox(text: str) -> Mailbox:
    """Read `a@b` or `名字 <a@b>`: exactly one address; raises Unsendable."""
    if _CONTROL.search(text):
        raise Unsendable("邮箱地址里有换行或控制字符，没有发送。")
    named = _NAMED.fullmatch(text)
    name, address = named.group("name", "address") if named else ("", text.strip())
    if not _ADDRESS.fullmatch(address):
        raise Unsendable("邮箱地址不完整或不合规，没有发送；请系统管理员在“组织机构”里改正。")
    return Mailbox(name.strip('" '), address)


def message_id(key: str, domain: str) -> str:
    """The same for the same key, so that mail programs show a second copy as the same message."""
    local = quote(key, safe="", errors="replace").replace(".", "%2E")
    if len(local) > _LONGEST_ID:
        local = sha256(local.encode()).hexdigest()
    return f"<{local}@{domain}>"


def compose(envelope: Envelope, sender: Mailbox, to: Mailbox, now: datetime) -> bytes:
    """The whole message with CRLF line ends, ready for DATA; raises Unsendable."""
    if _CONTROL.search(envelope.subject):
        raise Unsendable("邮件标题里有换行或控制字符，没有发送。")
    head = (
        f"From: {sender.header()}\r\n"
        f"To: {to.header()}\r\n"
        f"Subject: {_words(envelope.subject)}\r\n"
        f"Date: {format_datetime(now)}\r\n"
        f"Message-ID: {message_id(envelope.key, sender.domain)}\r\n"
        "Auto-Submitted: auto-generated\r\n"  # asks for no out-of-office answers (RFC 3834)
        "MIME-Version: 1.0\r\n"
    )
    text = _part("plain", envelope.text)
    if envelope.html is None:
        return head.encode("ascii") + text
    return head.encode("ascii") + _alternative(text, _part("html", envelope.html))


def _alternative(*parts: bytes) -> bytes:
    """Several forms of the same content, the plainest first."""
    # "=_" never occurs in base64 and every body is base64, so a fixed boundary is safe.
    head = b'Content-Type: multipart/alternative; boundary="=_duban_="\r\n\r\n'
    return head + b"".join(b"--=_duban_=\r\n" + part for part in parts) + b"--=_duban_=--\r\n"


def _part(subtype: str, content: str) -> bytes:
    kind = f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
    head = f"{kind}Content-Transfer-Encoding: base64\r\n\r\n"
    body = "\r\n".join(encodable(content).splitlines()) + "\r\n"
    return head.encode("ascii") + _base64(body.encode())


def _base64(content: bytes) -> bytes:
    """In lines of 76 characters; base64.encodebytes takes three times as long."""
    whole = b2a_base64(content, newline=False)
    lines = [whole[start : start + 76] for start in range(0, len(whole), 76)]
    return b"\r\n".join([*lines, b""])


@lru_cache(maxsize=1024)
def _words(text: str) -> str:
    """A header value as RFC 2047 encoded words, folded; names and subjects come again and again."""
    return Header(encodable(text), "utf-8").encode(linesep="\r\n")
