"""The web application: REST under /api/v1, the pages, and what surrounds both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api import calendar_feed, errors, health, metrics, pages, receipts, rest
from api.compressing import Compress
from api.context import Duban
from api.frame import Frame
from api.gatekeeping.gate import Gate
from api.gatekeeping.hosts import KnownHosts
from api.gatekeeping.limits import LimitBodies
from api.gatekeeping.once import Once
from api.gatekeeping.refused import LOOK_EVERY_SECONDS, record_counted

SQLITE_THREADS = 4
"""More threads than these only queue for SQLite's one writer and wake each other up."""

OPENAPI = "/api/v1/openapi.json"

_STATIC = Path(__file__).parent / "pages" / "static"
_ROUTES = [
    route
    for part in (rest, receipts, calendar_feed, health, metrics, pages)
    for route in part.router.routes
]
"""Side by side, and not as routers in routers: those are searched twice a request on every floor,
and what a route asks for is worked out again for each application.
"""


def create_app(duban: Duban) -> FastAPI:
    """The application of an installation; the caller closes the installation afterwards."""
    app = FastAPI(
        title="督办 Duban",
        openapi_url=OPENAPI,
        docs_url=None,  # it would load its scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        routes=_ROUTES,
        lifespan=_living,
    )
    app.state.duban = duban
    errors.install(app, pages.error_page, pages.kept_page)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(Once)
    app.add_middleware(Gate)
    app.add_middleware(Compress)
    app.add_middleware(LimitBodies)
    app.add_middleware(KnownHosts, hosts=duban.settings.hosts)
    app.add_middleware(Frame, https=duban.settings.secure_cookies, meters=duban.database.meters)
    return app


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    """From the first request to the last: few threads for SQLite, and every refusal written."""
    duban: Duban = app.state.duban
    if duban.database.is_sqlite:
        anyio.to_thread.current_default_thread_limiter().total_tokens = SQLITE_THREADS
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_write_refusals, duban)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()
    record_counted(duban, all_of_it=True)


async def _write_refusals(duban: Duban) -> None:
    while True:
        await anyio.sleep(LOOK_EVERY_SECONDS)
        await anyio.to_thread.run_sync(record_counted, duban)
