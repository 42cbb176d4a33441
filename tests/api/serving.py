"""Serve a database on a free port in a process of its own: python -m tests.api.serving URL."""

import socket
import sys
from pathlib import Path

import uvicorn

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from tests.prefecture import NOW
from workflow.store.database import Database


def main(url: str, data: str = ".data") -> None:
    """Print the port, then serve until killed."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    app = create_app(Duban.on(Database(url), Settings(data=Path(data)), SimulatedClock(NOW)))
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
