"""A body of 200 MB: answered with one sentence, and the server's memory does not notice."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.api.callers import ON_SQLITE, Caller, everything
from tests.api.conftest import Rest
from workflow.store.database import Database

pytestmark = pytest.mark.hostile

HUGE = 200 * 1024 * 1024
MOST_GROWTH = 40 * 1024 * 1024
CHUNK = b"x" * 1024 * 1024
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'


@dataclass(frozen=True)
class Server:
    """A real server in a process of its own."""

    port: int
    pid: int

    def peak_memory(self) -> int:
        """The most memory it has ever used, in bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmHWM")


@pytest.fixture
def server(database: Database) -> Iterator[Server]:
    """The installation under test behind uvicorn."""
    command = [sys.executable, "-m", "tests.api.serving", database.url]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        yield Server(int(process.stdout.readline()), process.pid)
        process.terminate()


def send(
    server: Server, path: str, headers: dict[str, str], *, honest: bool
) -> tuple[int, dict[str, str]]:
    """POST 200 MB: with an honest length, or in chunks without one."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    head = PART if "multipart" in headers["Content-Type"] else b""
    chunks = (head, *(CHUNK for _ in range(HUGE // len(CHUNK))))
    how = {"Content-Length": str(len(head) + HUGE)} if honest else {"Transfer-Encoding": "chunked"}
    connection.request("POST", path, chunks, headers | how, encode_chunked=not honest)
    with closing(connection):
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@ON_SQLITE
@pytest.mark.parametrize("honest", [True, False], ids=["honest", "chunked"])
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/cases", "application/json"),
        ("/api/v1/sign-in", "application/json"),
        ("/api/v1/cases/import?workflow=rectification", "multipart/form-data; boundary=x"),
    ],
)
def test_200_mb_are_refused_without_being_kept(
    server: Server, rest: Rest, database: Database, path: str, kind: str, honest: bool
) -> None:
    token = rest("zhou-dc.specialist1").headers
    assert ask(server, "/healthz", {})[0] == 200
    before, rows = server.peak_memory(), everything(database)
    status, body = send(server, path, token | {"Content-Type": kind}, honest=honest)
    assert (status, body["code"]) == (413, "too_large")
    assert body["sentence"] == "内容太大，没有接收"
    grown = server.peak_memory() - before
    print(f"figure: memory_grown_by_200_mb_kb = {grown // 1024}")
    assert grown < MOST_GROWTH
    assert everything(database) == rows
    assert ask(server, "/api/v1/me", token)[0] == 200


def ask(server: Server, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """GET, once the server listens."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers=headers)
    with closing(connection):
        answer = connection.getresponse()
        return answer.status, answer.read()


@ON_SQLITE
def test_a_length_that_lies_is_found_out_while_counting(rest: Rest) -> None:
    specialist = rest("zhou-dc.specialist1")
    answer = specialist.client.post(
        "/api/v1/cases",
        content=(CHUNK for _ in range(3)),
        headers=specialist.headers | {"Content-Type": "application/json", "Content-Length": "10"},
    )
    assert answer.status_code == 413


@ON_SQLITE
@pytest.mark.parametrize("length", ["-1", "x", "9" * 40, ""])
def test_a_length_that_is_no_length_does_no_harm(rest: Rest, length: str) -> None:
    specialist: Caller = rest("zhou-dc.specialist1")
    headers = specialist.headers | {"Content-Length": length}
    answer = specialist.client.get("/api/v1/me", headers=headers)
    assert answer.status_code == 200
