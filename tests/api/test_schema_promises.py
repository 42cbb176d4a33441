"""What the OpenAPI schema promises, asked of the real application with inputs made from it: no
error of ours, and answers as declared. The seed is printed and can be given again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as beginning_from
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from api import errors
from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.errors import STATUS
from tests.api.callers import API, caller, session_headers
from tests.api.doors import administrator
from tests.api.pages.stories import walk_to
from workflow.engine.errors import NotFound
from workflow.store.database import Database

pytestmark = pytest.mark.hostile

EXAMPLES = 6
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
QUIET = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],  # a failure is told as it was found: shrinking would take minutes
    suppress_health_check=list(HealthCheck),
)

Headers = Mapping[str, str]


@dataclass
class Asker:
    """Whoever asks an application everything that its schema offers.

    `known` are values for parameters of addresses: by chance alone no case would ever be met.
    """

    app: FastAPI
    known: Mapping[str, object]
    headers: Callable[[str], Headers]
    seed: int
    asked: int = 0
    met: int = 0

    def ask(self, below: str = "", times: int = EXAMPLES) -> list[str]:
        """Every operation, or those of some addresses, so many times; what was not as promised."""
        schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", self.app)
        offered: list[Any] = list(schema.get_all_operations())
        return [
            f"{one.label}: {why}"
            for one in (found.ok() for found in offered)
            if below in one.path
            for why in self._broken(one, times)
        ]

    def _broken(self, operation: Any, times: int) -> Iterator[str]:
        @beginning_from(self.seed)
        @settings(QUIET, max_examples=times)
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            self._one(case, operation.path)

        try:
            ask()
        except FailureGroup as found:
            yield str(found.exceptions[0])

    def _one(self, case: Any, path: str) -> None:
        self.asked += 1
        if self.asked % 2:
            case.path_parameters |= {
                name: value for name, value in self.known.items() if f"{{{name}}}" in path
            }
        headers = dict(self.headers(path))
        case.headers.pop("Authorization", None)  # one that was made up: ours counts
        cookies = dict([headers.pop("Cookie").split("=")] if "Cookie" in headers else [])
        answer = case.call_and_validate(checks=CHECKS, headers=headers, cookies=cookies)
        self.met += answer.status_code < 300


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What REST says does not depend on the database."""
    return sqlite_database


@pytest.fixture
def asker(duban: Duban, client: TestClient, clock: SimulatedClock, seed: int) -> Asker:
    """A specialist's program with a case; for the organisation, the system administrator."""
    known = {"case_id": walk_to(duban, "rectifying", clock), "workflow": "rectification"}
    program = caller(client, duban, "zhou-dc.specialist1").headers
    system = session_headers(duban, administrator(duban, "system"))

    def headers(path: str) -> Headers:
        return system if "/organisation/" in path else program

    return Asker(create_app(duban), known, headers, seed)


def test_the_application_keeps_what_its_schema_promises(asker: Asker) -> None:
    broken = asker.ask()
    print(f"figure: requests made from the schema = {asker.asked}")
    print(f"figure: requests made from the schema and granted = {asker.met}")
    assert broken == [], "\n\n".join(broken)
    assert asker.asked > 100
    assert asker.met > 30


PLANTED: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "an error of ours": lambda patch: patch.setitem(STATUS, NotFound, 500),
    "a status that is not declared": lambda patch: patch.setitem(STATUS, NotFound, 410),
    "a field of another type": lambda patch: patch.setattr(errors, "request_id_of", lambda _: None),
}


def test_a_planted_defect_is_found(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asker.ask("/organisation/posts", 20) == []
    for name, plant in PLANTED.items():
        with monkeypatch.context() as patch:
            plant(patch)
            assert asker.ask("/organisation/posts", 20) != [], name
