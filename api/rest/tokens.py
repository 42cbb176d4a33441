"""Tokens for programs over REST: made by their owner, listed, deleted."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from api.auth import Installation, SignedIn, programs
from api.auth.programs import LONGEST_TOKEN_DAYS, TOKEN_DAYS
from api.rest.inputs import Body, Word
from workflow.store.people.tokens import Scope, tokens_of

router = APIRouter(tags=["sign-in"])


class TokenBody(Body):
    """A token to make."""

    name: Word
    scope: Scope = Field(Scope.READ, description="`write` also opens cases and fires events")
    days: int = Field(TOKEN_DAYS, ge=1, le=LONGEST_TOKEN_DAYS)


class TokenMade(BaseModel):
    """A token, shown this once: send it as `Authorization: Bearer …`."""

    name: str
    scope: Scope
    token: str
    expires_at: datetime


class TokenOut(BaseModel):
    """A token that exists."""

    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@router.get("/tokens")
def tokens(duban: Installation, someone: SignedIn) -> list[TokenOut]:
    """One's own tokens."""
    with duban.database.reading() as connection:
        return [TokenOut(**row) for row in tokens_of(connection, someone.person)]


@router.post("/tokens", status_code=201)
def make_token(
    body: TokenBody, request: Request, duban: Installation, someone: SignedIn
) -> TokenMade:
    """Make a token with which a program acts for oneself, in a session that is fresh; a token
    cannot make another.
    """
    lasts = timedelta(days=body.days)
    token, expires_at = programs.make_token(duban, someone, body.name, body.scope, lasts, request)
    return TokenMade(name=body.name.strip(), scope=body.scope, token=token, expires_at=expires_at)


@router.delete("/tokens/{name}", status_code=204)
def delete_tokens(
    name: Annotated[Word, Path()], request: Request, duban: Installation, someone: SignedIn
) -> None:
    """Delete one's own tokens of this name: they are worth nothing with the next request."""
    programs.delete_tokens(duban, someone, name, request)
