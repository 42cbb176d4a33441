"""A form that reaches several processes at the same moment acts in one of them."""

import asyncio

from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import func, select

from api.app import create_app
from api.context import Duban
from tests.apart import run_apart
from tests.api.callers import session_headers
from workflow.store.people.accounts import person_by_username
from workflow.store.tables.handles import SUGGESTION

PROCESSES = 4
FORM = {"kind": "suggestion", "text": "同一份材料不要报两次", "request": "clicked"}


def test_one_of_them_acts(duban: Duban) -> None:
    with duban.database.reading() as connection:
        person = person_by_username(connection, "xingyi.liaison")
    headers = session_headers(duban, person)

    async def send() -> Response:
        transport = ASGITransport(app=create_app(duban))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.post("/suggestions", data=FORM, headers=headers)

    async def everywhere() -> list[Response]:
        return list(await asyncio.gather(*(send() for _ in range(PROCESSES))))

    statuses = sorted(one.status_code for one in run_apart(everywhere()))
    assert statuses == [303] + [409] * (PROCESSES - 1)
    with duban.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SUGGESTION)).scalar_one() == 1
