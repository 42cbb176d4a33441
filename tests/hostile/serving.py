"""The server under attack: real, in a process with little memory that watches itself.

    python -m tests.hostile.serving URL DATA [PLANT]

It prints its port, then serves until killed. `/seen-by-itself` tells what no request may bring
about: connections to elsewhere, and how much memory it and its children have ever used. A plant is
a defect put in on purpose (see `planted`), to prove that the corpus finds it.
"""

import json
import resource
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.cli.logs import start_logging
from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from tests.hostile.planted import PLANTS
from tests.prefecture import NOW
from workflow.store.database import Database

MEMORY_BYTES = 1024**3
"""Address space, of which some 600 MB are reserved by threads and libraries that never use it."""

ITSELF = "/seen-by-itself"


def _peak_kb() -> int:
    """The most memory this program has used; `ru_maxrss` would count whoever started it too."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0])


class Watch:
    """Answers at ITSELF what was seen, and hands everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._connected: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, given: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo"):
            self._connected.append(f"{event} {given[1:]}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != ITSELF:
            await self._app(scope, receive, send)
            return
        seen = {
            "connected": self._connected,
            "own_kb": _peak_kb(),
            "child_kb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
        }
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(seen).encode()})


def main(url: str, data: str, plant: str = "") -> None:
    """Serve a database."""
    start_logging(quiet=True)  # nobody reads a line for each request, and a full pipe would stop it
    if plant:
        PLANTS[plant]()
    listening = socket.create_server(("127.0.0.1", 0))
    duban = Duban.on(Database(url), Settings(data=Path(data)), SimulatedClock(NOW))
    app = Watch(create_app(duban))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="error", lifespan="on", server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
