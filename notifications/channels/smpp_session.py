"""One bound SMPP session, by smpplib: submits a part and waits for its answer, or listens."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from notifications.channels.line import NoLine, has_news, reason
from notifications.channels.overhearing import Heard, overheard_smpp

_IDLE_SECONDS = 20.0  # after this the other side may have gone without a word
_MOST_AT_ONCE = 50  # receipts that are stored and acknowledged together
_LOGGER = "notifications.channels.smpplib"


class SessionLost(Exception):
    """The session ended; `sent` says whether the part had been handed over completely."""

    def __init__(self, cause: BaseException, *, sent: bool) -> None:
        super().__init__(reason(cause))
        self.sent = sent
        self.hangs = isinstance(cause, TimeoutError)


class Answer(NamedTuple):
    """The command status of an answer (0 is yes) and the provider's message id."""

    status: int
    message_id: str | None


class SmppSession:
    """A session bound to send or to receive. `quit` and `close` make it a line's connection."""

    def __init__(self, client: Any, timeout_seconds: float) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._used_at = time.monotonic()

    @classmethod
    def bind(
        cls,
        host: str,
        port: int,
        system_id: str,
        password: str,
        timeout_seconds: float,
        role: str = "transmitter",
        heard: Heard | None = None,
    ) -> "SmppSession":
        """Connect and bind as `transmitter`, `receiver` or `transceiver`, or raise NoLine."""
        client = _client(host, port, timeout_seconds, heard)
        try:
            client.connect()
            getattr(client, f"bind_{role}")(system_id=system_id, password=password)
        except Exception as error:  # smpplib raises what its parser trips over, too
            _close(client)
            raise NoLine(_bind_trouble(error, f"{host}:{port}", system_id)) from None
        return cls(client, timeout_seconds)

    def is_alive(self) -> bool:
        """Answer what the other side asked meanwhile; False if it has gone or wants to go."""
        try:
            while has_news(self._client._socket):
                self._attend(self._client.read_pdu())
            if time.monotonic() - self._used_at > _IDLE_SECONDS:
                self._request("enquire_link")
        except Exception:  # as in bind
            return False
        return True

    def submit(self, **fields: object) -> Answer:
        """Submit one part; raises SessionLost."""
        try:
            request = self._client.send_message(**fields)
        except Exception as error:  # as in bind
            raise SessionLost(_cause(error), sent=False) from error
        try:
            return self._answer_to(request.sequence)
        except Exception as error:  # as in bind
            raise SessionLost(_cause(error), sent=True) from error

    def listen(self, quiet_seconds: float, take: Callable[[Sequence[Any]], None]) -> None:
        """Hand what is delivered to `take`, acknowledging when that returns, until it is quiet.

        Raises SessionLost; what `take` raises leaves its batch unacknowledged: it comes again.
        """
        while batch := self._delivered(quiet_seconds):
            take(batch)
            self._acknowledge(batch)

    def _delivered(self, quiet_seconds: float) -> list[Any]:
        """The deliver_sm that wait, at most so many; empty when none came for so long."""
        batch: list[Any] = []
        try:
            while len(batch) < _MOST_AT_ONCE and has_news(
                self._client._socket, 0 if batch else quiet_seconds
            ):
                pdu = self._client.read_pdu()
                if pdu.command == "deliver_sm":
                    batch.append(pdu)
                else:
                    self._attend(pdu)
        except Exception as error:  # as in bind
            if not batch:
                raise SessionLost(_cause(error), sent=False) from error
        return batch

    def _acknowledge(self, batch: Sequence[Any]) -> None:
        from smpplib import smpp  # here for the reason given in _client

        try:
            for pdu in batch:
                answer = smpp.make_pdu("deliver_sm_resp", client=self._client)
                answer.sequence = pdu.sequence
                self._client.send_pdu(answer)
        except Exception as error:  # as in bind
            raise SessionLost(_cause(error), sent=False) from error

    def quit(self) -> None:
        try:
            self._request("unbind")
        except Exception as error:  # as in bind
            raise ConnectionError("no answer to unbind") from error

    def close(self) -> None:
        _close(self._client)

    def _request(self, command: str) -> None:
        from smpplib import smpp  # here for the reason given in _client

        request = smpp.make_pdu(command, client=self._client)
        self._client.send_pdu(request)
        self._answer_to(request.sequence)

    def _answer_to(self, sequence: int) -> Answer:
        """Read until the answer with this number comes; others may ask for something in between."""
        give_up_at = time.monotonic() + self._timeout_seconds
        while time.monotonic() < give_up_at:
            pdu = self._client.read_pdu()
            if pdu.is_response() and pdu.sequence == sequence:
                self._used_at = time.monotonic()
                return Answer(pdu.status, _message_id(pdu))
            self._attend(pdu)
        raise TimeoutError

    def _attend(self, pdu: Any) -> None:
        """Answer a request of the other side; its wish to end the session ends it."""
        from smpplib import smpp  # here for the reason given in _client

        if pdu.command == "enquire_link":
            answer = smpp.make_pdu("enquire_link_resp", client=self._client)
            answer.sequence = pdu.sequence
            self._client.send_pdu(answer)
        elif pdu.command == "unbind":
            raise ConnectionError("the other side unbinds")


def _client(host: str, port: int, timeout_seconds: float, heard: Heard | None) -> Any:
    # Not at the top: who sends no SMS this way need not have smpplib installed.
    from smpplib.client import Client

    # smpplib writes every packet to its debug log, the password in it: keep that door shut.
    logging.getLogger(_LOGGER).setLevel(logging.CRITICAL)
    kind = overheard_smpp(heard, Client) if heard else Client
    return kind(
        host,
        port,
        timeout=timeout_seconds,
        logger_name=_LOGGER,
        allow_unknown_opt_params=True,
    )


def _close(client: Any) -> None:
    client.disconnect()


def _bind_trouble(error: BaseException, where: str, system_id: str) -> str:
    status = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else None
    if status is not None:
        return f"短信中心拒绝登录（0x{status:02X}），请管理员检查账号 {system_id} 和它的口令。"
    return f"连接不上短信中心 {where}（{reason(_cause(error))}）。"


def _cause(error: BaseException) -> BaseException:
    """smpplib hides what happened behind its own errors; the cause says more."""
    if isinstance(error, OSError):
        return error
    return error.__context__ if isinstance(error.__context__, OSError) else ConnectionError()


def _message_id(pdu: Any) -> str | None:
    raw = getattr(pdu, "message_id", None)
    return raw.decode("ascii", "replace") if raw else None
