"""The names an installation answers to, and what its answers tell of what made them."""

from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from api.context import Duban
from api.settings import BadSetting, Settings
from tests.api.callers import ON_SQLITE, refused
from workflow.store.database import Database

pytestmark = pytest.mark.hostile


@pytest.fixture
def duban(database: Database, clock: Any, tmp_path: Path) -> Duban:
    """An installation that knows its names."""
    hosts = Settings.read(
        {"DUBAN_BASE_URL": "https://duban.example.cn:8443", "DUBAN_HOSTS": "Duban, 10.1.2.3"}
    ).hosts
    return Duban.on(database, Settings(data=tmp_path / "data", hosts=hosts), clock)


def asked(client: TestClient, host: str, path: str = "/api/v1/me") -> Response:
    """A request that names a host."""
    return client.get(path, headers={"Host": host})


@ON_SQLITE
@pytest.mark.parametrize(
    "host", ["duban.example.cn", "DUBAN.example.cn:8443", "duban", "10.1.2.3:80", "localhost",
             "[::1]:8000"],
)  # fmt: skip
def test_a_request_for_one_of_our_names_is_answered(client: TestClient, host: str) -> None:
    refused(asked(client, host), 401, "not_signed_in")


@ON_SQLITE
@pytest.mark.parametrize(
    "host", ["evil.example", "duban.example.cn.evil.example", "x@duban", "duban@evil.example", "",
             "[", "169.254.169.254", "duban.example.cn/"],
)  # fmt: skip
def test_a_request_for_another_name_is_refused(client: TestClient, host: str) -> None:
    assert "不是本系统的地址" in refused(asked(client, host), 400, "unknown_host")
    page = asked(client, host, "/sign-in")
    assert page.status_code == 400
    assert "不是本系统的地址" in page.text
    assert "content-security-policy" in page.headers
    assert asked(client, host, "/healthz").status_code == 200


@ON_SQLITE
def test_whoever_says_no_name_answers_to_all(
    database: Database, clock: Any, tmp_path: Path
) -> None:
    given = Settings.read({"DUBAN_HOST": "0.0.0.0", "DUBAN_DATA": str(tmp_path)})
    with TestClient(create_app(Duban.on(database, given, clock))) as client:
        refused(asked(client, "10.9.8.7:8000"), 401, "not_signed_in")


@pytest.mark.parametrize("named", ["http://a", "a b/c", "a:80:x/", "名字", "*"])
def test_a_name_that_is_no_host_is_refused_at_the_start(named: str) -> None:
    with pytest.raises(BadSetting, match="DUBAN_HOSTS"):
        Settings.read({"DUBAN_HOSTS": named})


@ON_SQLITE
def test_answers_do_not_say_what_made_them_and_no_documentation_is_served(
    client: TestClient,
) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
        answer = asked(client, "duban", path)
        assert answer.status_code == 404
        assert not {"server", "x-powered-by"} & set(answer.headers)
