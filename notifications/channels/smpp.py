"""SMS over SMPP 3.4, to a provider's SMS centre or an aggregator.

    smpp://system_id:password@host:port?source=10690000&timeout=30

Chinese goes as UCS-2; a long text goes as several parts that the telephone joins (UDH). A message
is accepted when all its parts are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from notifications.channels.channel import (
    Clock,
    Envelope,
    Outcome,
    Receipt,
    Sender,
    Unsendable,
    encodable,
)
from notifications.channels.channel_url import ChannelUrl, MalformedUrl
from notifications.channels.line import Line, NoLine
from notifications.channels.smpp_session import SessionLost, SmppSession
from notifications.channels.sms_parts import is_plain, split_parts
from notifications.channels.telephone import telephone

# smpplib cuts longer ones off without a word (SMPP 3.4, 4.1.1 and 5.2.8).
_LONGEST_SYSTEM_ID, _LONGEST_PASSWORD, _LONGEST_SOURCE = 15, 8, 20
_MOST_PARTS = 255
_UDHI, _UCS2, _SMSC_DEFAULT = 0x40, 0x08, 0x00
_INTERNATIONAL, _UNKNOWN_TON, _ALPHANUMERIC, _ISDN = 0x01, 0x00, 0x05, 0x01

_THROTTLED = {0x14: "短信中心队列已满", 0x58: "发送过快，短信中心要求稍候"}
_REFUSED = {
    0x01: "短信长度不合规",
    0x0B: "号码无效",
    0x33: "号码无效",
    0x40: "号码无效",
    0x50: "号码类型不对",
    0x51: "号码类型不对",
    0x65: "接收端永久拒绝",
    0x66: "接收端拒收",
}


class SmppChannel:
    """One account at one SMS centre, with one source number."""

    name = "smpp"

    def __init__(self, url: ChannelUrl, now: Clock) -> None:
        url.allow("source", "timeout")
        self._account = (
            url.host,
            url.port or 2775,
            _short(url.user, _LONGEST_SYSTEM_ID, "账号"),
            _short(url.password, _LONGEST_PASSWORD, "口令"),
            url.timeout_seconds,
        )
        self._source = _short(url.need("source"), _LONGEST_SOURCE, "source")

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        line = Line(lambda: SmppSession.bind(*self._account))
        try:
            yield SmppSender(line, self._source)
        finally:
            line.hang_up()


class SmppSender:
    """Sends over one bound session, one part after the other."""

    def __init__(self, line: Line[SmppSession], source: str) -> None:
        self._line = line
        self._source = source

    def send(self, envelope: Envelope) -> Receipt:
        try:
            submits = _submits(envelope, self._source)
            session = self._session()
        except Unsendable as unsendable:
            return Receipt(Outcome.REFUSED, str(unsendable))
        except NoLine as failure:
            return Receipt(Outcome.FAILED, str(failure))
        ids: list[str] = []
        for number, submit in enumerate(submits, start=1):
            place = f"第 {number}/{len(submits)} 条" if len(submits) > 1 else ""
            try:
                answer = session.submit(**submit)
            except SessionLost as lost:
                return self._lost(lost, whole=lost.sent and number == len(submits))
            if answer.status != 0:
                return _refusal(answer.status, place)
            ids.extend(filter(None, [answer.message_id]))
        return Receipt(
            Outcome.ACCEPTED, f"短信中心已接收，共 {len(submits)} 条。", ids[0] if ids else None
        )

    def _session(self) -> SmppSession:
        """A session known to live: what is sent into a dead one would count as ambiguous."""
        if self._line.is_open and not self._line.get().is_alive():
            self._line.drop()
        return self._line.get()

    def _lost(self, lost: SessionLost, *, whole: bool) -> Receipt:
        """A message of which a part was never handed over cannot have arrived."""
        self._line.drop()
        if lost.hangs:
            # Who hangs once hangs again: do not make a whole batch ambiguous.
            self._line.rest("短信中心刚才没有应答，稍后再试。")
        if whole:
            detail = f"短信已交出，但没有等到回执（{lost}），不能确定对方是否已接收。"
            return Receipt(Outcome.AMBIGUOUS, detail)
        return Receipt(Outcome.FAILED, f"短信没有交完连接就断了（{lost}）。")


def _submits(envelope: Envelope, source: str) -> list[dict[str, object]]:
    """The fields of each part's submit_sm; raises Unsendable."""
    text = encodable(envelope.text)
    texts = split_parts(text)
    if len(texts) > _MOST_PARTS:
        raise Unsendable("短信太长，没有发送。")
    common = _addresses(envelope.to, source)
    if is_plain(text):
        common["data_coding"], bodies = _SMSC_DEFAULT, [part.encode("ascii") for part in texts]
    else:
        common["data_coding"], bodies = _UCS2, [part.encode("utf-16-be") for part in texts]
    if len(bodies) == 1:
        return [{**common, "esm_class": 0, "short_message": bodies[0]}]
    # From the key and so the same at each try: a repeated part replaces its earlier self.
    head = bytes([5, 0, 3, crc32(envelope.key.encode("utf-8", "replace")) & 0xFF, len(bodies)])
    return [
        {**common, "esm_class": _UDHI, "short_message": head + bytes([number]) + body}
        for number, body in enumerate(bodies, start=1)
    ]


def _addresses(to: str, source: str) -> dict[str, object]:
    number = telephone(to)
    return {
        "source_addr": source,
        "source_addr_ton": _UNKNOWN_TON if source.isdigit() else _ALPHANUMERIC,
        "source_addr_npi": _ISDN if source.isdigit() else 0,
        "destination_addr": number.lstrip("+"),
        "dest_addr_ton": _INTERNATIONAL if number.startswith("+") else _UNKNOWN_TON,
        "dest_addr_npi": _ISDN,
    }


def _refusal(status: int, place: str) -> Receipt:
    """Codes we do not know count as temporary: a wrong guess costs a retry, not a message."""
    code = f"{place}（0x{status:02X}）"
    if status in _THROTTLED:
        return Receipt(Outcome.THROTTLED, f"{_THROTTLED[status]}{code}。")
    if status in _REFUSED:
        return Receipt(Outcome.REFUSED, f"短信被拒绝，{_REFUSED[status]}{code}。")
    return Receipt(Outcome.FAILED, f"短信中心暂时不能接收{code}。")


def _short(value: str, longest: int, what: str) -> str:
    if not value or not value.isascii() or len(value) > longest:
        raise MalformedUrl(f"SMPP 的{what}要写，只能用英文和数字，最长 {longest} 个字符")
    return value
