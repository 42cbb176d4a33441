"""Receipts that a gateway sends by itself: known by the token, kept once, whatever their form."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.context import Duban
from api.settings import Settings
from tests.prefecture import NOW
from workflow.store.database import Database
from workflow.store.tables.handles import REPORT

pytestmark = pytest.mark.notify

TOKEN = "0123456789abcdef"
DESCRIPTION = """\
fields: {to: "{phone}"}
answer: {accepted: {status: [200]}}
receipts: {about: id, state: state, delivered: ["1"], undelivered: ["2"]}
"""


@pytest.fixture
def gateway(sqlite_database: Database, tmp_path: Path) -> Iterator[TestClient]:
    file = tmp_path / "gateway.yaml"
    file.write_text(DESCRIPTION, encoding="utf-8")
    sms = f"sms+http://k:s@127.0.0.1:9/?gateway={file}&receipts={TOKEN}"
    settings = replace(Settings(), sms=sms)
    with TestClient(create_app(Duban.on(sqlite_database, settings, lambda: NOW))) as client:
        yield client


def kept(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        rows = connection.execute(REPORT.select().order_by(REPORT.c.id)).mappings()
        return [(row["provider_id"], row["fate"]) for row in rows]


def test_a_receipt_is_kept_once_in_whatever_form_it_comes(
    gateway: TestClient, sqlite_database: Database
) -> None:
    at = f"/receipts/{TOKEN}"
    answers = [
        gateway.get(f"{at}?id=1.1&state=1"),
        gateway.get(f"{at}?id=1.1&state=1"),
        gateway.post(at, data={"id": "1.2", "state": "2"}),
        gateway.post(at, json={"id": "1.3", "state": 1}),
        gateway.post(at, content=b"\xff[", headers={"Content-Type": "application/json"}),
        gateway.get(at),
    ]
    assert [answer.status_code for answer in answers] == [200] * 6
    wanted = [("1.1", "delivered"), ("1.2", "undelivered"), ("1.3", "delivered")]
    assert kept(sqlite_database) == wanted


@pytest.mark.rights
@pytest.mark.parametrize("token", ["wrong", "0123456789abcdeg", "%F0%9F%8E%89"])
def test_who_does_not_know_the_token_finds_nothing(
    gateway: TestClient, sqlite_database: Database, token: str
) -> None:
    assert gateway.get(f"/receipts/{token}?id=1.1&state=1").status_code == 404
    assert kept(sqlite_database) == []
