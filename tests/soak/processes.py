"""The processes of an installation besieged: where each stands, whether it lives, whether it works,
and what became of all.
"""

import random
import socket
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ANSWER_SECONDS = 2.0
PORTS = range(20_000, 32_000)
"""Below those that Linux hands to whoever connects: nobody takes the port of a dead server."""


@dataclass
class Process:
    """One process of the installation and where it stands."""

    verb: str
    log: Path
    environment: Mapping[str, str]
    id: int = 0
    port: int = 0
    born_at: float = 0.0
    log_began: int = 0
    is_up: bool = False

    def is_ready(self) -> bool:
        """Whether it does its work: a worker has said so, a server answers."""
        if self.verb == "worker":
            with self.log.open("rb") as log:
                log.seek(self.log_began)
                return b"worker started" in log.read()
        return self.is_alive() and _answers(self.port)

    def is_alive(self) -> bool:
        """Whether there is still such a process."""
        return Path(f"/proc/{self.id}").exists()


def _answers(port: int) -> bool:
    """Whether a server answers; its socket listens long before it does."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def free_ports(count: int) -> list[int]:
    """So many ports on which nobody listens."""
    found: list[int] = []
    for port in random.sample(PORTS, 100):
        if len(found) == count:
            break
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    return found


@dataclass
class Toll:
    """What was killed, and how long it took to be there again."""

    kills: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    """Who ended without being killed: where the database is away, a start is refused."""

    back: list[float] = field(default_factory=list)
    """Seconds from a birth until it was seen at work."""

    pushes: int = 0
    """How often the clock had to leap once more in the end."""

    @property
    def total(self) -> int:
        """All kills."""
        return self.kills.total()
