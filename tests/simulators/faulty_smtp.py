"""A mail server that misbehaves on order; everything else it does like the sink."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from notifications.simulators.smtp_sink import SmtpSink
from tests.simulators.hanging import hang

DROP = "drop"  # close the connection instead of answering
HANG = "hang"  # never answer
KEEP_AND_DROP = "keep and drop"  # at DATA: take the message, then close instead of answering
FINE = ""


class FaultySmtp(SmtpSink):
    """`script` names for MAIL, RCPT and DATA the answers in turn; after the last, all is fine."""

    def __init__(self, script: Mapping[str, Sequence[str]] | None = None, **options: Any) -> None:
        super().__init__(enable_SMTPUTF8=True, **options)  # or it cannot answer in Chinese
        self._script = {stage: list(answers) for stage, answers in (script or {}).items()}
        self._sessions: list[Any] = []

    def hang_up_all(self) -> None:
        """Close what is open now, as a server does with idle connections."""
        for session in self._sessions:
            if session.transport is not None:
                self._background.loop.call_soon_threadsafe(session.transport.abort)

    def _session(self) -> Any:
        session = super()._session()
        self._sessions.append(session)
        return session

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        return await self._next("MAIL", server) or "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = await self._next("RCPT", server) or "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        planned = self._script.get("DATA") or [FINE]
        if planned[0] in (FINE, KEEP_AND_DROP):
            fine = await super().handle_DATA(server, session, envelope)
        return await self._next("DATA", server) or fine

    async def _next(self, stage: str, server: Any) -> str:
        planned = self._script.get(stage)
        answer = planned.pop(0) if planned else FINE
        if answer in (DROP, KEEP_AND_DROP):
            server.transport.abort()
            return "250 nobody reads this"
        if answer == HANG:
            hang(server.transport.get_extra_info("peername"))
            await asyncio.sleep(60)
        return answer
