"""An SMS centre that keeps what it gets and sends nothing on.

    with SmppSimulator() as simulator:
        open_channel(simulator.url, now=now)
        simulator.messages[-1].text

It takes any account: smpp34's server does not show us the password. A receipt that was asked for is
delivered to whoever is bound as transceiver, and waits until somebody is; from a mere receiver
smpp34's server does not take the acknowledgement.
"""

import asyncio
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from notifications.simulators.background import BackgroundLoop

MOST_KEPT = 10_000  # a demo may run for weeks
_UDHI, _UCS2, _IS_RECEIPT = 0x40, 0x08, 0x04
_PAYLOAD = 0x0424  # message_payload, SMPP 3.4, 5.3.2
_SAR = (0x020C, 0x020E, 0x020F)  # sar_msg_ref_num, sar_total_segments, sar_segment_seqnum
_SAR_REFERENCE = _SAR[0]
_OK = 0
_LETTING_GO_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class SunkSms:
    """One message as the telephone would show it."""

    source: str
    to: str
    text: str
    parts: int


class SmppSimulator:
    """A context manager; port 0 takes a free one."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host, self.port = host, port
        self.binds = 0
        self._accepted = 0
        self._kept: deque[SunkSms] = deque(maxlen=MOST_KEPT)
        self._parts: dict[tuple[str, str, int, int], dict[int, str]] = {}
        self._receipts: deque[dict[str, Any]] = deque(maxlen=MOST_KEPT)
        self.receipts_acknowledged = 0

    @property
    def url(self) -> str:
        """The URL for `open_channel`."""
        return f"smpp://duban:secret@{self.host}:{self.port}?source=10690000"

    @property
    def messages(self) -> tuple[SunkSms, ...]:
        """The complete messages so far (the last ten thousand), oldest first."""
        return tuple(self._kept)

    def __enter__(self) -> Self:
        self.port = self.port or _free_port(self.host)
        self._background = BackgroundLoop("smpp-simulator")
        self._background.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._background.run(self._stop())
        self._background.close()

    def status_for(self, to: str, text: str) -> int | None:
        """The status to answer a part with (0 accepts); None never answers. For tests to change."""
        return _OK

    def state_for(self, to: str, text: str) -> str | None:
        """The state that the receipt for a part reports; None gives none. For tests to change."""
        return "DELIVRD"

    @property
    def receipts_waiting(self) -> int:
        """Receipts that nobody has acknowledged yet."""
        return len(self._receipts)

    async def _start(self) -> None:
        # Not at the top: only the demo and the tests have smpp34.
        import smpp34

        self._server = smpp34.Server(self.host, self.port, system_id="simulator")
        await self._server.start()
        self._receivers: list[Any] = []
        self._pump = asyncio.ensure_future(self._answer_all())
        self._postman = asyncio.ensure_future(self._deliver_receipts())

    async def _stop(self) -> None:
        for task in (self._pump, self._postman):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._server.stop()
        # Its threads, which nobody can join, still let go of what was cancelled: an interpreter
        # that ends in the meantime is aborted.
        await asyncio.sleep(_LETTING_GO_SECONDS)

    async def _answer_all(self) -> None:
        import smpp34  # here for the reason given in _start

        # Kept so that they are neither answered nor, by being collected, refused.
        self._unanswered: list[Any] = []
        while True:
            event = await self._server.next()
            if isinstance(event, smpp34.Esme):
                self.binds += 1
                if event.can_receive:  # a transceiver, see above
                    self._receivers.append(event)
            elif isinstance(event, smpp34.Unbound):
                gone = event.session_id
                self._receivers = [one for one in self._receivers if one.session_id != gone]
            elif isinstance(event, smpp34.SubmitSmEvent):
                self._answer(event)

    def _answer(self, event: Any) -> None:
        head, text = _split_off_head(event)
        status = self.status_for(event.destination_addr, text)
        if status is None:
            self._unanswered.append(event)
        elif status != _OK:
            event.reject(status)
        else:
            self._keep(event, head, text)
            self._accepted += 1
            message_id = f"{self._accepted:08d}"
            event.accept(message_id=message_id)
            state = self.state_for(event.destination_addr, text)
            if event.registered_delivery & 1 and state:
                self._receipts.append(_receipt(event, message_id, state))

    async def _deliver_receipts(self) -> None:
        """Oldest first, to the one who bound last; one that is not acknowledged stays."""
        while True:
            await asyncio.sleep(0.02)
            while self._receipts and self._receivers:
                try:
                    await self._receivers[-1].deliver_sm(**self._receipts[0])
                except Exception:  # the session ended meanwhile; Unbound will come
                    break
                self._receipts.popleft()
                self.receipts_acknowledged += 1

    def _keep(self, event: Any, head: tuple[int, int, int] | None, text: str) -> None:
        """Join parts as a telephone does: by sender, receiver, reference and total."""
        reference, total, number = head or (0, 1, 1)
        address = (event.source_addr, event.destination_addr)
        parts = self._parts.setdefault((*address, reference, total), {})
        parts[number] = text
        if len(parts) == total:
            del self._parts[(*address, reference, total)]
            whole = "".join(parts[number] for number in sorted(parts))
            self._kept.append(SunkSms(*address, whole, total))


def _split_off_head(event: Any) -> tuple[tuple[int, int, int] | None, str]:
    """Reference, total and number of a part (None for a whole text), and its text."""
    tlvs = {tlv.tag: tlv for tlv in event.tlvs}
    body = bytes(tlvs[_PAYLOAD].value if _PAYLOAD in tlvs else event.short_message)
    head = None
    if body and event.esm_class & _UDHI:
        length = body[0] + 1
        head, body = (body[3], body[4], body[5]), body[length:]
    elif _SAR_REFERENCE in tlvs:
        reference, total, number = (tlvs[tag].as_int() for tag in _SAR)
        head = (reference, total, number)
    encoding = "utf-16-be" if event.data_coding == _UCS2 else "ascii"
    return head, body.decode(encoding, "replace")


def _receipt(event: Any, message_id: str, state: str) -> dict[str, Any]:
    """In the usual text form (SMPP 3.4, appendix B)."""
    text = (
        f"id:{message_id} sub:001 dlvrd:{int(state == 'DELIVRD'):03d} submit date:2611300902"
        f" done date:2611300903 stat:{state} err:000 text:-"
    )
    return {
        "destination_addr": event.source_addr,
        "source_addr": event.destination_addr,
        "short_message": text.encode("ascii"),
        "esm_class": _IS_RECEIPT,
    }


def _free_port(host: str) -> int:
    """smpp34 cannot say which port it took, so take a free one for it."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
