"""E-mail over SMTP: one connection for many messages, and an exact answer for each.

    smtp://user:password@host:port?from=督办 <x@y>&tls=none|starttls|implicit&ca=file&timeout=30
    smtps://…                                                             (means tls=implicit)

`bounces=z@y` is the address that undeliverable mail returns to; without it that is `from`.

Without `tls=` a URL with a user name uses STARTTLS, one without is plain. The dialogue is led
command by command, because only then is it known whether a lost connection came before the message
was handed over (try again) or after it (nobody can know).
"""

import re
import smtplib
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum

from notifications.channels.channel import (
    Clock,
    Envelope,
    Outcome,
    Receipt,
    Sender,
    Unsendable,
    one_line,
)
from notifications.channels.channel_url import ChannelUrl, MalformedUrl
from notifications.channels.line import Line, NoLine, reason
from notifications.channels.mail import Mailbox, compose, mailbox, message_id
from notifications.channels.overhearing import Heard, overheard

_DEFAULT_PORTS = {"none": 25, "starttls": 587, "implicit": 465}
_WANTS_LOGIN = frozenset({530, 534, 535, 538})
_ABOUT_THE_MESSAGE = frozenset({552, 554})  # at MAIL FROM: too large, not wanted
_MAY_ASK_TO_WAIT = frozenset({421, 450, 451, 452})
_ASKS_TO_WAIT = re.compile(r"\brate\b|limit|too many|频率|频繁|过多", re.IGNORECASE)
_LONGEST_ENVELOPE_ID = 100  # RFC 3461, 4.4
_DOT_FIRST = re.compile(rb"^\.", re.MULTILINE)
_QUEUED_AS = re.compile(r"queued as (\S+)", re.IGNORECASE)


class _Stage(StrEnum):
    """What each command of a message is about, in their order."""

    SENDER = "发件人"
    RECIPIENT = "收件人"
    CONTENT = "邮件内容"


class _Refused(Exception):
    """The server answered a command with something else than yes."""

    def __init__(self, code: int, words: bytes, stage: _Stage) -> None:
        super().__init__(code)
        self.code = code
        self.words = _decoded(words)
        self.stage = stage


class SmtpChannel:
    """One mail server with one sender's address."""

    name = "smtp"

    def __init__(self, url: ChannelUrl, now: Clock) -> None:
        url.allow("from", "bounces", "tls", "ca", "timeout")
        self._now = now
        self._tls = _tls_mode(url)
        self._host, self._port = url.host, url.port or _DEFAULT_PORTS[self._tls]
        self._user, self._password = url.user, url.password
        self._timeout_seconds = url.timeout_seconds
        self._plain: Callable[..., smtplib.SMTP] = smtplib.SMTP
        self._implicit: Callable[..., smtplib.SMTP] = smtplib.SMTP_SSL
        self._tls_context = url.tls_context() if self._tls != "none" else None
        try:
            self._sender = mailbox(url.need("from"))
            self._bounces = mailbox(url.options.get("bounces", self._sender.address)).address
        except Unsendable:
            raise MalformedUrl("from 和 bounces 要写成 督办 <x@y> 或 x@y") from None

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        line = Line(self._dial)
        try:
            yield SmtpSender(line, self._sender, self._bounces, self._now)
        finally:
            line.hang_up()

    def overhear(self, heard: Heard) -> None:
        """Write down what is said on the connections made from now on."""
        self._plain, self._implicit = (
            overheard(heard, kind) for kind in (smtplib.SMTP, smtplib.SMTP_SSL)
        )

    def _dial(self) -> smtplib.SMTP:
        try:
            smtp = self._open()
        except OSError as error:
            raise NoLine(self._trouble("连接不上邮件服务器", error)) from error
        try:
            self._secure_and_log_in(smtp)
        except smtplib.SMTPAuthenticationError as refused:
            smtp.close()
            check = f"请管理员检查账号 {self._user} 和它的口令"
            raise NoLine(f"邮件服务器拒绝登录（{refused.smtp_code}），{check}。") from None
        except (OSError, UnicodeError) as error:
            smtp.close()
            raise NoLine(self._trouble("登录不了邮件服务器", error)) from None
        return smtp

    def _open(self) -> smtplib.SMTP:
        if self._tls == "implicit":
            return self._implicit(
                self._host,
                self._port,
                _own_name(),
                timeout=self._timeout_seconds,
                context=self._tls_context,
            )
        return self._plain(self._host, self._port, _own_name(), timeout=self._timeout_seconds)

    def _secure_and_log_in(self, smtp: smtplib.SMTP) -> None:
        if self._tls == "starttls":
            smtp.starttls(context=self._tls_context)  # raises where the server offers none
        smtp.ehlo_or_helo_if_needed()
        if self._user:
            smtp.login(self._user, self._password)

    def _trouble(self, what: str, error: BaseException) -> str:
        return f"{what} {self._host}:{self._port}（{_why(error)}）。"


class SmtpSender:
    """Sends over one line; what an idle one did not take is tried on a fresh one at once."""

    def __init__(self, line: Line[smtplib.SMTP], sender: Mailbox, bounces: str, now: Clock) -> None:
        self._line = line
        self._sender = sender
        self._bounces = bounces
        self._now = now

    def send(self, envelope: Envelope) -> Receipt:
        try:
            to = mailbox(envelope.to)
            message = compose(envelope, self._sender, to, self._now())
        except Unsendable as unsendable:
            return Receipt(Outcome.REFUSED, str(unsendable))
        about = message_id(envelope.key, self._sender.domain).strip("<>")
        while True:
            used_before = self._line.is_open
            receipt = self._try(to.address, message, about, used_before)
            if receipt is None:
                continue
            if receipt.outcome in (Outcome.ACCEPTED, Outcome.AMBIGUOUS):
                return replace(receipt, report_ids=(about,))
            return receipt

    def _try(self, to: str, message: bytes, about: str, used_before: bool) -> Receipt | None:
        """None: an idle connection turned out to be closed, and a fresh one is worth a try."""
        try:
            smtp = self._line.get()
            self._hand_over(smtp, to, message, about)
        except NoLine as failure:
            return Receipt(Outcome.FAILED, str(failure))
        except _Refused as refused:
            self._recover(refused)
            return None if refused.code == 421 and used_before else _refusal(refused)
        except OSError as lost:
            self._line.drop()
            return None if used_before else self._lost(Outcome.FAILED, lost)
        return self._verdict(smtp)

    def _hand_over(self, smtp: smtplib.SMTP, to: str, message: bytes, about: str) -> None:
        """Everything up to the final dot. What breaks before its end has certainly not gone."""
        commands = (
            " ".join([f"MAIL FROM:<{self._bounces}>", *_envelope_id(smtp, about)]),
            f"RCPT TO:<{to}>",
            "DATA",
        )
        ask = _pipelined if smtp.has_extn("pipelining") else _one_by_one
        ask(smtp, commands)
        smtp.send(_DOT_FIRST.sub(b"..", message) + b".\r\n")

    def _verdict(self, smtp: smtplib.SMTP) -> Receipt:
        """The answer to the whole message; when it never comes, nobody can know."""
        try:
            code, words = smtp.getreply()
        except OSError as lost:
            self._line.drop()
            return self._lost(Outcome.AMBIGUOUS, lost)
        if code // 100 == 2:
            queued = _QUEUED_AS.search(_decoded(words))
            detail = f"邮件服务器已接收（{code} {_decoded(words)}）。"
            return Receipt(Outcome.ACCEPTED, detail, queued.group(1) if queued else None)
        if code // 100 not in (4, 5):
            self._line.drop()
            detail = f"邮件服务器的答复无法识别（{code}），不能确定是否已接收。"
            return Receipt(Outcome.AMBIGUOUS, detail)
        refused = _Refused(code, words, _Stage.CONTENT)
        self._recover(refused)
        return _refusal(refused)

    def _recover(self, refused: _Refused) -> None:
        """Make the connection fit for the next message."""
        try:
            if refused.code == 421 or refused.code // 100 not in (4, 5):  # closing, or out of step
                self._line.drop()
            else:
                self._line.get().rset()
        except OSError:
            self._line.drop()

    def _lost(self, outcome: Outcome, lost: OSError) -> Receipt:
        if outcome is Outcome.AMBIGUOUS:
            detail = f"邮件已交出，但没有等到回执（{_why(lost)}），不能确定对方是否已接收。"
        else:
            detail = f"交出邮件之前连接断了（{_why(lost)}）。"
        if isinstance(lost.__context__, TimeoutError):
            # Who hangs once hangs again: do not make a whole batch ambiguous.
            self._line.rest(f"邮件服务器刚才没有应答，稍后再试（{_why(lost)}）。")
        return Receipt(outcome, detail)


def _envelope_id(smtp: smtplib.SMTP, about: str) -> list[str]:
    """What a bounce repeats (RFC 3461), where the server knows it; a Message-ID has no + or =."""
    fits = smtp.has_extn("dsn") and len(about) <= _LONGEST_ENVELOPE_ID
    return ["RET=HDRS", f"ENVID={about}"] if fits else []


def _one_by_one(smtp: smtplib.SMTP, commands: Sequence[str]) -> None:
    for command, stage in zip(commands, _Stage, strict=True):
        _expect(stage, smtp.docmd(command))


def _pipelined(smtp: smtplib.SMTP, commands: Sequence[str]) -> None:
    """All commands in one go (RFC 2920): two round trips a message instead of four."""
    smtp.send("".join(f"{command}\r\n" for command in commands))
    replies = [smtp.getreply() for _ in commands]
    try:
        for stage, reply in zip(_Stage, replies, strict=True):
            _expect(stage, reply)
    except _Refused:
        if replies[-1][0] == 354:  # it waits for a text although nobody is to get it
            smtp.send(b".\r\n")
            smtp.getreply()
        raise


def _expect(stage: _Stage, reply: tuple[int, bytes]) -> None:
    """251 (will forward) and its like are a yes too."""
    code, words = reply
    wanted = 3 if stage is _Stage.CONTENT else 2
    if code // 100 != wanted:
        raise _Refused(code, words, stage)


def _refusal(refused: _Refused) -> Receipt:
    detail = f"{refused.stage}被邮件服务器拒绝（{refused.code} {refused.words}）。"
    return Receipt(_outcome(refused), detail)


def _outcome(refused: _Refused) -> Outcome:
    code = refused.code
    if code in _MAY_ASK_TO_WAIT and _ASKS_TO_WAIT.search(refused.words):
        return Outcome.THROTTLED
    if code // 100 != 5 or code in _WANTS_LOGIN:
        return Outcome.FAILED
    if refused.stage is _Stage.SENDER and code not in _ABOUT_THE_MESSAGE:
        # Our own address is set up wrongly: that must not bury the messages of a whole day.
        return Outcome.FAILED
    return Outcome.REFUSED


def _tls_mode(url: ChannelUrl) -> str:
    if url.scheme == "smtps":
        if url.options.get("tls", "implicit") != "implicit":
            raise MalformedUrl("smtps:// 只能配 tls=implicit")
        return "implicit"
    mode = url.options.get("tls", "starttls" if url.user else "none")
    if mode not in _DEFAULT_PORTS:
        raise MalformedUrl("tls 只能是 none、starttls 或 implicit")
    return mode


def _own_name() -> str:
    """Our name for EHLO, without smtplib's DNS look-up, which takes seconds on many intranets."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _why(error: BaseException) -> str:
    """smtplib wraps what really happened; the cause says more."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "服务器不支持所要求的 STARTTLS 或登录方式"
    if isinstance(error, UnicodeError):
        return "账号或口令里有英文字母以外的字符"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return reason(error.__context__ or ConnectionError())
    return reason(error)


def _decoded(words: bytes | str) -> str:
    """Chinese servers answer in UTF-8 or in GBK."""
    if isinstance(words, str):
        return one_line(words)
    try:
        return one_line(words.decode("utf-8"))
    except UnicodeDecodeError:
        return one_line(words.decode("gb18030", "replace"))
