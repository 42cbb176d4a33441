"""Overhearing the dialogue with a server, so that an administrator sees what it said.

What we say is written down with →, what the server says with ←. Passwords and mails are left out
where they are said; where a secret is part of something longer, `without` takes it out.
"""

import smtplib
from collections.abc import Callable, Collection
from typing import Any, Protocol, runtime_checkable

from notifications.channels.channel import one_line

Heard = Callable[[str], None]

HIDDEN = "（不显示）"


@runtime_checkable
class Overhearable(Protocol):
    """A channel whose conversation can be written down."""

    def overhear(self, heard: Heard) -> None:
        """Write down what is said on the connections made from now on."""


def nobody(line: str) -> None:
    """Who hears nothing."""


def without(secrets: Collection[str], heard: Heard) -> Heard:
    """Who hears all but the secrets."""

    def hear(line: str) -> None:
        for secret in filter(None, secrets):
            line = line.replace(secret, HIDDEN)
        heard(line)

    return hear


class _Overheard(smtplib.SMTP):
    """The part that both kinds of connection share; `heard` is set before it connects."""

    heard: Heard
    _secret = False

    def send(self, s: Any) -> None:
        data = s.encode("utf-8", "replace") if isinstance(s, str) else bytes(s)
        for line in _said(data, secret=self._secret):
            self.heard(f"→ {line}")
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        code, words = super().getreply()
        said = words.decode("utf-8", "replace").splitlines() or [""]
        for line in said:
            self.heard(f"← {code} {one_line(line)}")
        return code, words

    def auth(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        self._secret = True
        try:
            return super().auth(*arguments, **options)
        finally:
            self._secret = False


def _said(data: bytes, *, secret: bool) -> list[str]:
    if secret:
        return ["（登录信息，不显示）"]
    if data.endswith(b"\r\n.\r\n"):
        return [f"（邮件正文，{len(data)} 字节）"]
    return [one_line(line) for line in data.decode("utf-8", "replace").splitlines()]


def overheard(heard: Heard, kind: type[smtplib.SMTP]) -> type[smtplib.SMTP]:
    """smtplib's plain or TLS connection, overheard."""
    return type("Overheard", (_Overheard, kind), {"heard": staticmethod(heard)})


_TOLD = (
    "system_id", "source_addr", "destination_addr", "registered_delivery", "data_coding",
    "esm_class", "sar_total_segments", "sar_segment_seqnum", "message_id",
)  # fmt: skip
"""The fields of a PDU that are written down."""


def overheard_smpp(heard: Heard, client: type[Any]) -> type[Any]:
    """smpplib's client, overheard."""

    class Overheard(client):  # type: ignore[misc]
        def send_pdu(self, p: Any) -> Any:
            heard(f"→ {_pdu_in_words(p)}")
            return super().send_pdu(p)

        def read_pdu(self) -> Any:
            pdu = super().read_pdu()
            heard(f"← {_pdu_in_words(pdu)}")
            return pdu

    return Overheard


def _pdu_in_words(pdu: Any) -> str:
    told = [f"{name}={_plain(getattr(pdu, name, None))}" for name in _TOLD]
    told = [one for one in told if not one.endswith("=")]
    if pdu.is_response():
        told.insert(0, f"0x{pdu.status:02X}")
    if getattr(pdu, "password", None):
        told.append(f"password={HIDDEN}")
    body = getattr(pdu, "short_message", None) or getattr(pdu, "message_payload", None)
    if body:
        told.append(f"（短信正文，{len(body)} 字节）")
    return " ".join((pdu.command, *told))


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return one_line(value.decode("ascii", "replace"))
    return "" if value is None else str(value)
