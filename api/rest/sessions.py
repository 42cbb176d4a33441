"""One's own sessions over REST: which there are, and ending the others."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel

from api.auth import Installation, SignedIn, signing_in
from api.auth.cookies import cookie_of
from workflow.store.people import sessions

router = APIRouter(tags=["sign-in"])


class OneSession(BaseModel):
    """A signed-in browser; `here` is the one that asks."""

    created_at: datetime
    seen_at: datetime
    address: str | None
    browser: str | None
    here: bool


@router.get("/sessions")
def list_sessions(request: Request, duban: Installation, someone: SignedIn) -> list[OneSession]:
    """One's own sessions."""
    token, profile = cookie_of(request, duban) or "", duban.settings.sign_in
    with duban.database.reading() as connection:
        rows = sessions.sessions_of(connection, someone.person, profile, duban.clock(), token)
    return [OneSession(**row) for row in rows]


@router.delete("/sessions/others", status_code=204)
def end_others(request: Request, duban: Installation, someone: SignedIn) -> None:
    """End every session of one's own but the one that asks."""
    signing_in.end_others(duban, someone.person, request)
