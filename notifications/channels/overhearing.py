"""Overhearing the dialogue with a server, so that an administrator sees what it said.

What we say is written down with →, what the server says with ←. Secrets and the message itself are
left out where they are said, not afterwards.
"""

import smtplib
from collections.abc import Callable
from typing import Any

from notifications.channels.channel import one_line

Heard = Callable[[str], None]


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
