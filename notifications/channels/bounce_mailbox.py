"""The mailbox that undeliverable mail returns to, read over IMAP.

    imap://user:password@host:port/INBOX?tls=starttls|none|implicit&ca=file&timeout=30
    imaps://…                                                             (means tls=implicit)

It should be a mailbox of Duban's own, the address of `bounces=` in the SMTP URL. What was read is
marked as seen and stays; people who answer there are found by whoever opens the mailbox.
"""

import imaplib
import re
from collections.abc import Sequence

from notifications.channels.bounce import read_bounce
from notifications.channels.channel_url import ChannelUrl, MalformedUrl, parse_url
from notifications.channels.line import reason
from notifications.channels.reporting import CannotCollect, Keep, Outstanding, Report

_PORTS = {"none": 143, "starttls": 143, "implicit": 993}
_MOST_AT_ONCE = 200
_LONGEST_READ_BYTES = 262_144
"""A bounce may return the whole message; what names it stands well before this."""

_FOLDER = re.compile(r"[A-Za-z0-9._/-]{1,100}")


class BounceMailbox:
    """One account at one IMAP server."""

    name = "imap"

    def __init__(self, url: ChannelUrl) -> None:
        url.allow("tls", "ca", "timeout")
        if url.scheme not in ("imap", "imaps") or not url.host:
            raise MalformedUrl("要写成 imap://账号:口令@主机/INBOX 或 imaps://…")
        if not url.user or not url.password:
            raise MalformedUrl("要写账号和口令")
        self._tls = "implicit" if url.scheme == "imaps" else url.choose("tls", *_TLS_MODES)
        self._host, self._port = url.host, url.port or _PORTS[self._tls]
        self._user, self._password = url.user, url.password
        self._folder = url.path.strip("/") or "INBOX"
        if not _FOLDER.fullmatch(self._folder):
            raise MalformedUrl("信箱文件夹只能用英文字母和数字")
        self._timeout_seconds = url.timeout_seconds
        self._context = url.tls_context() if self._tls != "none" else None

    def collect(self, outstanding: Sequence[Outstanding], keep: Keep) -> None:
        del outstanding  # bounces come by themselves
        try:
            imap = self._open()
        except imaplib.IMAP4.error:
            raise CannotCollect(f"退信信箱拒绝登录，请检查账号 {self._user} 和它的口令。") from None
        except (OSError, UnicodeError) as error:
            raise CannotCollect(self._trouble(error)) from None
        with imap:
            try:
                self._read_new(imap, keep)
            except (imaplib.IMAP4.error, OSError) as error:
                raise CannotCollect(self._trouble(error)) from None

    def _open(self) -> imaplib.IMAP4:
        where = (self._host, self._port)
        if self._tls == "implicit":
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                *where, ssl_context=self._context, timeout=self._timeout_seconds
            )
        else:
            imap = imaplib.IMAP4(*where, timeout=self._timeout_seconds)
        try:
            if self._tls == "starttls":
                imap.starttls(self._context)
            imap.login(self._user, self._password)
            # quotes as imaplib does not add them; the folder's form is checked
            imap.select(f'"{self._folder}"')
        except BaseException:
            imap.shutdown()
            raise
        return imap

    def _read_new(self, imap: imaplib.IMAP4, keep: Keep) -> None:
        _, found = imap.uid("SEARCH", "UNSEEN")
        numbers = (found[0] or b"").split()[:_MOST_AT_ONCE]
        for number in numbers:
            keep(self._reports_in(imap, number.decode("ascii")))
            # only now: whoever dies before reads it once more, and a repeated report is the same
            imap.uid("STORE", number.decode("ascii"), "+FLAGS.SILENT", r"(\Seen)")

    def _reports_in(self, imap: imaplib.IMAP4, number: str) -> list[Report]:
        _, parts = imap.uid("FETCH", number, f"(BODY.PEEK[]<0.{_LONGEST_READ_BYTES}>)")
        return [
            report for part in parts if isinstance(part, tuple) for report in read_bounce(part[1])
        ]

    def _trouble(self, error: BaseException) -> str:
        return f"读不了退信信箱 {self._host}:{self._port}（{reason(error)}）。"


_TLS_MODES = ("starttls", "none", "implicit")


def open_bounce_mailbox(url: str) -> BounceMailbox:
    """The mailbox of a URL, not yet connected; raises MalformedUrl."""
    return BounceMailbox(parse_url(url))
