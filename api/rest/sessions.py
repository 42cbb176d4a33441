"""Signing in and out over REST, who one is, and tokens for programs."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from api.auth import Installation, SignedIn, programs, signing_in
from api.auth.cookies import keep_session
from api.rest.inputs import Body, Word
from workflow.store.people.tokens import tokens_of
from workflow.store.queries import units_by_id

router = APIRouter(tags=["sign-in"])

LONGEST_TOKEN_DAYS = 366


class SignInBody(Body):
    """A login name and its password."""

    username: str
    password: str


class SessionOut(BaseModel):
    """A session has begun: send `csrf` as X-CSRF-Token with every write."""

    name: str
    csrf: str


class PostOut(BaseModel):
    """A post held today; `substitute` when it is held for somebody else."""

    unit: str
    unit_name: str
    role: str
    substitute: bool


class MeOut(BaseModel):
    """Who is signed in and through which posts they act."""

    name: str
    posts: list[PostOut]
    csrf: str | None


class TokenBody(Body):
    """A token to make."""

    name: Word
    days: int = Field(90, ge=1, le=LONGEST_TOKEN_DAYS)


class TokenMade(BaseModel):
    """A token, shown this once: send it as `Authorization: Bearer …`."""

    name: str
    token: str
    expires_at: datetime


class TokenOut(BaseModel):
    """A token that exists."""

    name: str
    created_at: datetime
    expires_at: datetime


@router.post("/sign-in")
def sign_in(
    body: SignInBody, request: Request, response: Response, duban: Installation
) -> SessionOut:
    """Begin a session kept by a cookie."""
    begun = signing_in.sign_in(duban, body.username, body.password, request)
    keep_session(duban, response, begun.token)
    return SessionOut(name=begun.name, csrf=begun.csrf)


@router.post("/sign-out", status_code=204)
def sign_out(request: Request, response: Response, duban: Installation, _: SignedIn) -> None:
    """End the session of the cookie."""
    signing_in.sign_out(duban, request, response)


@router.get("/me")
def me(duban: Installation, someone: SignedIn) -> MeOut:
    """Who is signed in."""
    posts = someone.actor.posts
    with duban.database.reading() as connection:
        rows = {row["id"]: row for row in units_by_id(connection, {post.unit for post in posts})}
    held = [
        PostOut(
            unit=rows[post.unit]["code"],
            unit_name=rows[post.unit]["short_name"],
            role=post.role,
            substitute=post.holder is not None,
        )
        for post in posts
    ]
    return MeOut(name=someone.name, posts=held, csrf=someone.csrf)


@router.get("/tokens")
def tokens(duban: Installation, someone: SignedIn) -> list[TokenOut]:
    """One's own tokens."""
    with duban.database.reading() as connection:
        return [TokenOut(**row) for row in tokens_of(connection, someone.person)]


@router.post("/tokens", status_code=201)
def make_token(body: TokenBody, duban: Installation, someone: SignedIn) -> TokenMade:
    """Make a token with which a program acts for oneself; a token cannot make another."""
    token, expires_at = programs.make_token(duban, someone, body.name, timedelta(days=body.days))
    return TokenMade(name=body.name.strip(), token=token, expires_at=expires_at)


@router.delete("/tokens/{name}", status_code=204)
def delete_tokens(name: Annotated[Word, Path()], duban: Installation, someone: SignedIn) -> None:
    """Delete one's own tokens of this name: they are worth nothing with the next request."""
    programs.delete_tokens(duban, someone, name)
