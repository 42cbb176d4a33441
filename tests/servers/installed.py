"""Real servers from Debian packages: found, or the test fails with the command that brings them."""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class ServerMissing(Exception):
    """A real server that a test needs is not installed."""


def program(name: str) -> str:
    """The path of a server's program; raises ServerMissing."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        raise ServerMissing(f"{name} is not installed; run, as root: ./dev servers")
    if os.geteuid() != 0:
        raise ServerMissing(f"{name} is started under its own account, which needs root")
    return found


@contextmanager
def open_folder(prefix: str) -> Iterator[Path]:
    """A new folder that servers under accounts of their own may enter; pytest's may only root."""
    folder = Path(tempfile.mkdtemp(prefix=f"duban-{prefix}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(true: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Return as soon as it is true."""
    give_up_at = time.monotonic() + seconds
    while not true():
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"waited {seconds:.0f} s: {what}")
        time.sleep(0.02)
