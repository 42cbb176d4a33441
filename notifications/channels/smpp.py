"""SMS over SMPP 3.4, to a provider's SMS centre or an aggregator.

    smpp://system_id:password@host:port?source=10690000&timeout=30&long=udh&receipts=transceiver

Chinese goes as UCS-2; a long text goes as the provider takes it: `long=udh` and `long=sar` as
several parts that the telephone joins (a header in the text, or in optional parameters), and
`long=payload` in one piece that the centre cuts. A message is accepted when all its parts are.

Receipts are fetched by binding for a moment as `receipts=transceiver`, or as `receiver` where an
account has one of its own; `receipts=none` asks for none.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
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
from notifications.channels.overhearing import Heard
from notifications.channels.reporting import CannotCollect, Keep, Outstanding
from notifications.channels.smpp_receipts import read_receipt
from notifications.channels.smpp_session import SessionLost, SmppSession
from notifications.channels.sms_parts import is_plain, split_parts
from notifications.channels.telephone import telephone

# smpplib cuts longer ones off without a word (SMPP 3.4, 4.1.1 and 5.2.8).
_LONGEST_SYSTEM_ID, _LONGEST_PASSWORD, _LONGEST_SOURCE = 15, 8, 20
_MOST_PARTS = 255
_QUIET_SECONDS = 1.0  # a centre that has receipts delivers the first soon after the bind
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
        url.allow("source", "timeout", "long", "receipts")
        self._account = (
            url.host,
            url.port or 2775,
            _short(url.user, _LONGEST_SYSTEM_ID, "账号"),
            _short(url.password, _LONGEST_PASSWORD, "口令"),
            url.timeout_seconds,
        )
        self._source = _short(url.need("source"), _LONGEST_SOURCE, "source")
        self._long = url.choose("long", "udh", "sar", "payload")
        self._receipts = url.choose("receipts", "transceiver", "receiver", "none")
        self._heard: Heard | None = None

    def overhear(self, heard: Heard) -> None:
        self._heard = heard

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        line = Line(lambda: SmppSession.bind(*self._account, heard=self._heard))
        try:
            yield SmppSender(line, self._submits)
        finally:
            line.hang_up()

    def _submits(self, envelope: Envelope) -> list[dict[str, object]]:
        common = _addresses(envelope.to, self._source)
        common["registered_delivery"] = 0 if self._receipts == "none" else 1
        return [{**common, **part} for part in _parts(envelope, self._long)]

    def collect(self, outstanding: Sequence[Outstanding], keep: Keep) -> None:
        del outstanding  # the centre hands out what it has
        if self._receipts == "none":
            return
        try:
            session = SmppSession.bind(*self._account, role=self._receipts)
        except NoLine as failure:
            raise CannotCollect(str(failure)) from None
        try:
            session.listen(_QUIET_SECONDS, lambda pdus: keep(_reports(pdus)))
            with suppress(ConnectionError):  # a missing goodbye takes no receipt back
                session.quit()
        except SessionLost as lost:
            raise CannotCollect(f"收短信回执时与短信中心的连接断了（{lost}）。") from None
        finally:
            session.close()


def _reports(pdus: Sequence[Any]) -> list[Any]:
    return [report for report in map(read_receipt, pdus) if report is not None]


class SmppSender:
    """Sends over one bound session, one part after the other."""

    def __init__(
        self,
        line: Line[SmppSession],
        submits: Callable[[Envelope], list[dict[str, object]]],
    ) -> None:
        self._line = line
        self._submits = submits

    def send(self, envelope: Envelope) -> Receipt:
        try:
            submits = self._submits(envelope)
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
        detail = f"短信中心已接收，共 {len(submits)} 条。"
        return Receipt(Outcome.ACCEPTED, detail, ids[0] if ids else None, report_ids=tuple(ids))

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


def _parts(envelope: Envelope, long: str) -> list[dict[str, object]]:
    """What differs between the parts' submit_sm; raises Unsendable."""
    text = encodable(envelope.text)
    plain = is_plain(text)
    texts = split_parts(text)
    if len(texts) > _MOST_PARTS:
        raise Unsendable("短信太长，没有发送。")
    coding = {"data_coding": _SMSC_DEFAULT if plain else _UCS2, "esm_class": 0}
    encoding = "ascii" if plain else "utf-16-be"
    if len(texts) == 1:
        return [{**coding, "short_message": text.encode(encoding)}]
    if long == "payload":
        return [{**coding, "message_payload": text.encode(encoding)}]
    # From the key and so the same at each try: a repeated part replaces its earlier self.
    reference = crc32(envelope.key.encode("utf-8", "replace"))
    joined = _with_header if long == "udh" else _with_parameters
    return [
        {**coding, **joined(part.encode(encoding), reference, len(texts), number)}
        for number, part in enumerate(texts, start=1)
    ]


def _with_header(body: bytes, reference: int, total: int, number: int) -> dict[str, object]:
    head = bytes([5, 0, 3, reference & 0xFF, total, number])
    return {"esm_class": _UDHI, "short_message": head + body}


def _with_parameters(body: bytes, reference: int, total: int, number: int) -> dict[str, object]:
    return {
        "short_message": body,
        "sar_msg_ref_num": reference & 0xFFFF,
        "sar_total_segments": total,
        "sar_segment_seqnum": number,
    }


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
