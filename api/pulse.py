"""Says every few seconds that this process lives, and what it has done: the metrics and the page of
the system administrator tell of all processes, whichever is asked. And it hears what others have
published or entered meanwhile, each of them in a process of its own.
"""

import os
import socket
import threading
from datetime import datetime
from importlib.metadata import version
from types import TracebackType

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.context import Duban
from workflow.store import processes
from workflow.store.processes import Process

EVERY_SECONDS = 10

_log = structlog.get_logger("duban.pulse")


def own_name() -> str:
    """The name of this process among those of all machines."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Pulse:
    """While the block lasts, this process is among those known; `kind` is the verb it runs."""

    def __init__(self, duban: Duban, kind: str) -> None:
        self._duban, self._kind, self._began = duban, kind, duban.clock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="pulse", daemon=True)

    def __enter__(self) -> None:
        self._beat()
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        try:
            with self._duban.database.unit_of_work() as connection:
                processes.leave(connection, own_name())
        except SQLAlchemyError as error:
            _log.warning("the database does not answer", cause=str(getattr(error, "orig", error)))

    def _go_on(self) -> None:
        while not self._ending.wait(EVERY_SECONDS):
            self._beat()

    def _beat(self) -> None:
        try:
            with self._duban.database.unit_of_work() as connection:
                processes.note(connection, self._process(self._duban.clock()))
            self._duban.catalog.reload()
        except SQLAlchemyError as error:
            _log.warning("the database does not answer", cause=str(getattr(error, "orig", error)))

    def _process(self, now: datetime) -> Process:
        counted = self._duban.database.meters.read()
        return Process(
            own_name(), self._kind, os.getpid(), version("duban"), self._began, now, counted
        )
