"""Whether this process is alive, and whether requests should be sent to it: for whoever balances
the load or restarts what has died. Both answer everybody, and say nothing about the installation
but in one sentence.
"""

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from api.auth import Installation
from api.room import FULL, NO_ROOM, is_full
from workflow.store import schema
from workflow.store.database import DatabaseUnusable

ALIVE, READY = "/healthz", "/readyz"

router = APIRouter(include_in_schema=False)


@router.get(ALIVE)
async def alive() -> dict[str, str]:
    """The process answers. It does not ask the database: a restart would not bring that back."""
    return {"status": "ok"}


@router.get(READY)
def ready(duban: Installation) -> Response:
    """The database answers, has this release's schema and room to write; 503 with the reason
    otherwise.
    """
    try:
        schema.check_current(duban.database)
    except DatabaseUnusable as unusable:
        return _not_ready(str(unusable))
    except SQLAlchemyError:
        return _not_ready("数据库没有应答")
    if is_full(duban):
        return _not_ready(NO_ROOM, FULL)
    return JSONResponse({"status": "ready"})


def _not_ready(why: str, code: str = "database_unusable") -> Response:
    return JSONResponse({"status": "not ready", "code": code, "why": why}, 503)
