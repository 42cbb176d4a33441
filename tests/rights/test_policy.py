"""The policy table and what is served are the same list, and nothing is served without a line."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from api.app import create_app
from api.context import Duban
from api.gatekeeping.gate import line_of
from api.gatekeeping.policy import COMMANDS, ROUTES
from tests.api.callers import ON_SQLITE


@pytest.fixture
def served(duban: Duban) -> FastAPI:
    """The application, not started."""
    return create_app(duban)


def routes_of(app: FastAPI) -> Iterator[str]:
    """Every method and path that the router answers."""
    for route in iter_route_contexts(app.routes):
        if route.methods is None:  # a mount: everything below it
            yield f"GET {route.path}/{{path:path}}"
        for method in set(route.methods or ()) - {"HEAD"}:
            yield f"{method} {route.path}"


@ON_SQLITE
def test_every_route_has_its_line_and_every_line_its_route(served: FastAPI) -> None:
    assert sorted(set(routes_of(served))) == sorted(ROUTES)


@ON_SQLITE
def test_a_line_is_found_for_the_route_that_answers(served: FastAPI) -> None:
    for route in routes_of(served):
        method, _, path = route.partition(" ")
        assert line_of(method, path) is ROUTES[route], route


@ON_SQLITE
def test_a_route_without_a_line_is_not_served(served: FastAPI) -> None:
    served.add_api_route("/forgotten", lambda: "open to everybody")
    served.add_api_route("/healthz", lambda: "open to everybody", methods=["PUT"])
    with TestClient(served) as client:
        assert client.get("/forgotten").status_code == 404
        assert client.put("/healthz").status_code == 405


def test_every_command_has_its_line() -> None:
    from api.cli import app

    named = {command.callback.__name__ for command in app.registered_commands if command.callback}
    named |= {str(group.name) for group in app.registered_groups}
    assert named == set(COMMANDS)
