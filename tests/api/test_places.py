"""Files that take long to be looked into: who waits for one keeps nobody else waiting, and nobody
has all places.
"""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import anyio.to_thread
import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import select

from api.app import SQLITE_THREADS, create_app
from api.context import Duban
from api.inspecting.places import MOST_INSIDE_OF_ONE, Places, TooBusy
from tests.apart import run_apart
from tests.api.callers import ON_SQLITE, session_headers
from tests.api.files import PDF
from workflow.store.tables.handles import HOLDING

UPLOADERS = 6
"""More people than there are threads."""


class Children(NamedTuple):
    """Those that look into files: one has begun, and all are done once it is over."""

    begun: threading.Event
    over: threading.Event


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    """Children that look into a file until the test says that it is over."""
    made = Children(threading.Event(), threading.Event())

    def slow(task: str, content: bytes) -> bytes:
        made.begun.set()
        assert made.over.wait(60)
        return b'{"found": "application/pdf", "parts": []}\n'

    monkeypatch.setattr("api.inspecting.child._run", slow)
    yield made
    made.over.set()


@ON_SQLITE
def test_others_are_answered_while_files_are_looked_into(duban: Duban, children: Children) -> None:
    with duban.database.reading() as connection:
        people = connection.execute(select(HOLDING.c.person_id).distinct().limit(UPLOADERS + 1))
        reader, *uploaders = people.scalars()

    async def both() -> tuple[Response, list[Response]]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = SQLITE_THREADS
        transport = ASGITransport(app=create_app(duban))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:

            async def bring(person: int) -> Response:
                files = {"file": ("a.pdf", PDF + bytes([person % 256]))}
                headers = session_headers(duban, person)
                return await client.post("/api/v1/attachments", files=files, headers=headers)

            bringing = [asyncio.create_task(bring(one)) for one in uploaders]
            assert await asyncio.to_thread(children.begun.wait, 20)
            await asyncio.sleep(0.2)  # for the others to come and wait
            headers = session_headers(duban, reader)
            page = await asyncio.wait_for(client.get("/ledgers", headers=headers), 20)
            assert not any(one.done() for one in bringing)
            children.over.set()
            answers = list(await asyncio.gather(*bringing))
            limiter = anyio.to_thread.current_default_thread_limiter()
            assert limiter.total_tokens == SQLITE_THREADS, "every thread lent came back"
            return page, answers

    page, answers = run_apart(both())
    assert page.status_code == 200
    assert {one.status_code for one in answers} == {201}


def test_one_person_has_one_place_and_waits_with_few_files() -> None:
    places, go, begun = Places(), threading.Event(), []
    told = threading.Semaphore(0)

    def look(person: int) -> None:
        with places.taken(person):
            begun.append(person)
            told.release()
            assert go.wait(60)

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(look, 1)]
        assert told.acquire(timeout=20)
        waiting += [pool.submit(look, 1) for _ in range(MOST_INSIDE_OF_ONE - 1)]
        waiting += [pool.submit(look, 2)]
        assert told.acquire(timeout=20)
        assert sorted(begun) == [1, 2], "the second place is somebody else's"
        while places._inside[1] < MOST_INSIDE_OF_ONE:
            threading.Event().wait(0.01)
        with pytest.raises(TooBusy):
            look(1)
        go.set()
        for one in waiting:
            one.result(timeout=20)
    assert sorted(begun) == [1] * MOST_INSIDE_OF_ONE + [2]
    assert not places._inside
    assert not places._at_work
