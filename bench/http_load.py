"""A load program that speaks HTTP: `python -m bench.http_load HOST:PORT FILE` sends the requests of
a file, a line of JSON each: `path`, `token`, `body`. Every thread keeps its connection.
"""

import json
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench import loads


class Sender:
    """Sends the request with a number; anything but success breaks the round off."""

    def __init__(self, address: str, requests: list[dict[str, Any]]) -> None:
        self._address = address
        self._requests = requests
        self._local = threading.local()

    def __call__(self, number: int) -> None:
        wanted = self._requests[number]
        headers = {
            "Authorization": f"Bearer {wanted['token']}",
            "Content-Type": "application/json",
        }
        status, text = self._ask(wanted["path"], json.dumps(wanted["body"]), headers)
        if status >= 300:
            raise RuntimeError(f"{wanted['path']}: {status} {text[:300].decode()}")

    def _ask(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Again on a new connection where the server ended one that stood idle between rounds."""
        for connection in (self._connection(), self._connection()):
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
            except ConnectionError:
                connection.close()
        raise RuntimeError(f"{path}: no connection lasts")

    def _connection(self) -> HTTPConnection:
        if not hasattr(self._local, "connection"):
            self._local.connection = HTTPConnection(self._address, timeout=60)
        connection: HTTPConnection = self._local.connection
        return connection


if __name__ == "__main__":
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    loads.serve(Sender(sys.argv[1], [json.loads(line) for line in lines]))
