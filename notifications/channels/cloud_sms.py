"""What the SMS clouds have in common: a call of their SDK, and codes that have a sense.

The SDKs sign and send; they hide whether a request had left when the connection broke. What broke
while connecting has certainly not gone; of everything later nobody can know.
"""

import logging
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

from notifications.channels.channel import Envelope, Outcome, Receipt, Unsendable, one_line
from notifications.channels.channel_url import MalformedUrl
from notifications.channels.codes import Codes
from notifications.channels.line import NoLine, Rest
from notifications.channels.overhearing import Heard, nobody
from notifications.channels.sms_templates import Filled, SmsTemplates
from notifications.channels.telephone import telephone

_log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What a provider said of one message: its code, its words, its name for the message."""

    code: str
    words: str
    id: str | None = None


_SENTENCES = {
    Outcome.ACCEPTED: "已接收",
    Outcome.REFUSED: "拒绝发送",
    Outcome.THROTTLED: "限制了发送频率，稍后再发",
    Outcome.FAILED: "现在不能接收，若一直如此请管理员检查账号、余额和模板",
}


class CloudSender:
    """Sends each message by one call; raises nothing."""

    def __init__(
        self,
        provider: str,
        templates: SmsTemplates,
        codes: Codes,
        call: Callable[[str, Filled, str], Answer],
        heard: Heard = nobody,
    ) -> None:
        self._provider, self._templates, self._codes, self._call = provider, templates, codes, call
        self._rest, self._heard = Rest(), heard

    def send(self, envelope: Envelope) -> Receipt:
        try:
            filled = self._templates.fill(envelope)
            number = telephone(envelope.to)
            self._rest.check()
        except Unsendable as unsendable:
            return Receipt(Outcome.REFUSED, str(unsendable))
        except NoLine as resting:
            return Receipt(Outcome.FAILED, str(resting))
        variables = "，".join(f"{name}={value}" for name, value in filled.variables.items())
        self._heard(f"→ SendSms {number} 签名 {filled.signature} 模板 {filled.id} {variables}")
        try:
            answer = self._call(number, filled, envelope.key)
        except Exception as error:  # the SDKs raise what their transport raises
            return self._lost(error, filled)
        self._heard(f"← {' '.join(one_line(said) for said in answer if said)}")
        outcome, wait = self._codes.outcome(answer.code)
        said = "，".join(filter(None, [one_line(answer.code), one_line(answer.words)]))
        ids = (answer.id,) if answer.id and outcome is Outcome.ACCEPTED else ()
        detail = f"{self._provider}{_SENTENCES[outcome]}（{said}）。"
        return Receipt(outcome, detail, ids[0] if ids else None, wait, ids, filled.text)

    def _lost(self, error: Exception, filled: Filled) -> Receipt:
        _log.warning("%s: %s", self._provider, type(error).__name__)
        # Who hangs once hangs again: do not make a whole batch ambiguous.
        self._rest.begin(f"{self._provider}刚才没有应答，稍后再试。")
        if not has_left(error):
            return Receipt(Outcome.FAILED, f"连接不上{self._provider}。")
        detail = f"短信已交给{self._provider}，但没有等到回答，不能确定是否已接收。"
        return Receipt(Outcome.AMBIGUOUS, detail, text=filled.text)


def need_sdk(module: str, extra: str) -> None:
    """Raise MalformedUrl unless the provider's SDK is installed."""
    if find_spec(module) is None:
        raise MalformedUrl(f"没有安装它的 SDK，请安装 duban[{extra}]")


_BROKE_WHILE_CONNECTING = ("NewConnectionError", "ConnectTimeoutError", "CertificateError",
                           "SSLCertVerificationError", "NameResolutionError")  # fmt: skip


def has_left(error: BaseException) -> bool:
    """Whether the request may have reached the provider before this happened.

    Aliyun's SDK keeps only the text of what its transport raised, so the text is what is read.
    """
    cause: BaseException | None = error
    while cause is not None:
        words = f"{cause} {getattr(cause, 'inner_exception', '')}"
        if any(name in words for name in _BROKE_WHILE_CONNECTING):
            return False
        cause = cause.__cause__ or cause.__context__
    return True
