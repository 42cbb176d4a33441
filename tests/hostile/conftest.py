"""One server for a whole run of the corpus, and what is looked at after each of its inputs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any, cast

import httpx2
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from tests.api.callers import Caller, caller, session_headers, walk
from tests.hostile.corpus import TAKEN, Desk, Hostile
from tests.hostile.serving import ITSELF
from tests.prefecture import NOW
from workflow.store.database import Database
from workflow.store.people.accounts import person_by_username
from workflow.store.tables import metadata

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 20.0
_OURS = re.compile(
    r"a/b/data/(files/[0-9a-f]{2}/[0-9a-f]{62}(\.preview)?|duban\.db(-wal|-shm|-journal)?)"
)
NOTES = {
    "web_session", "api_token", "sign_in_failure", "known_browser", "sent_form", "audit",
    "audit_head",
}  # fmt: skip
"""Tables that note who asked for what: a refusal may add to them."""


@dataclass
class Target:
    """A server under attack: where it keeps what, and what one sends it from."""

    desk: Desk
    duban: Duban
    folder: Path
    _last: dict[str, int] = field(default_factory=dict)

    def strike(self, one: Hostile) -> str:
        """Send an input; what is wrong with what came of it, or nothing."""
        before = self._last or self._rows()
        began = monotonic()
        answer = one.send(self.desk)
        took = monotonic() - began
        self._last, outcome = self._rows(), outcome_of(answer)
        if answer.status_code >= 500:
            return f"{answer.status_code}: {answer.text[:200]}"
        if took > LONGEST_SECONDS:
            return f"took {took:.0f} s"
        if outcome not in one.codes:
            return f"came to “{outcome}” ({answer.status_code}): {answer.text[:200]}"
        if outcome != TAKEN and self._last != before:
            return "was refused and left something behind"
        return ""

    def strays(self) -> list[str]:
        """Files where no request may put any."""
        found = [path for path in self.folder.rglob("*") if path.is_file()]
        found = [path for path in found if not _OURS.fullmatch(str(path.relative_to(self.folder)))]
        return [f"a stray file: {path}" for path in (*found, *Path("/tmp").glob("owned*"))]

    def seen(self) -> dict[str, Any]:
        """What the server saw of itself."""
        answer = self.desk.specialist.client.get(ITSELF)
        return cast(dict[str, Any], answer.json())

    def _rows(self) -> dict[str, int]:
        tables = [table for table in metadata.sorted_tables if table.name not in NOTES]
        counts = [select(func.count()).select_from(table).scalar_subquery() for table in tables]
        with self.duban.database.reading() as connection:
            row = connection.execute(select(*counts)).one()
        return dict(zip((table.name for table in tables), row, strict=True))


def outcome_of(answer: httpx2.Response) -> str:
    """TAKEN, or the code of a refusal; nothing where a page or the server itself refuses, or
    sends one elsewhere.
    """
    if answer.status_code < 300:
        return TAKEN
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return ""


@pytest.fixture(scope="session")
def target(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The server as it is meant to be."""
    with serving(sqlite_template, tmp_path_factory.mktemp("hostile")) as target:
        yield target


@pytest.fixture
def planted(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[str], Target]]:
    """Servers with a defect: planted("bodies_of_any_size")."""
    opened = []

    def plant(name: str) -> Target:
        opened.append(serving(sqlite_template, tmp_path, name))
        return opened[-1].__enter__()

    yield plant
    for one in opened:
        one.__exit__(None, None, None)


@contextmanager
def serving(template: Path, root: Path, plant: str = "") -> Iterator[Target]:
    """A server on a copy of the sample prefecture, deep in a folder that is otherwise empty."""
    data, scratch = root / "a" / "b" / "data", root / "scratch"
    for folder in (data / "files", scratch):
        folder.mkdir(parents=True)
    file = data / "duban.db"
    shutil.copyfile(template, file)
    duban = Duban.on(Database(f"sqlite:///{file}"), Settings(data=data), SimulatedClock(NOW))
    command = [sys.executable, "-m", "tests.hostile.serving", duban.database.url, str(data)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)}
    with subprocess.Popen(
        [*command, *([plant] if plant else [])],
        stdout=subprocess.PIPE,
        text=True,
        cwd=scratch,
        env=environment,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield Target(_desk(client, duban, port), duban, root)
        process.terminate()
    duban.database.dispose()


def _desk(client: httpx2.Client, duban: Duban, port: int) -> Desk:
    @cache
    def known(username: str) -> Caller:
        return caller(cast(TestClient, client), duban, username)

    @cache
    def session(username: str) -> dict[str, str]:
        with duban.database.reading() as connection:
            person = person_by_username(connection, username)
        return session_headers(duban, person)

    return Desk(known, session, port, rectifying=walk(known, "rectifying"))
