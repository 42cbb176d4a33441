"""GET /me: who is signed in, and through which posts they act."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.auth import Installation, SignedIn
from workflow.store.lists.queries import units_by_id

router = APIRouter(tags=["sign-in"])


class PostOut(BaseModel):
    """A post held today; `substitute` when it is held for somebody else."""

    unit: str
    unit_name: str
    role: str
    substitute: bool


class MeOut(BaseModel):
    """Who is signed in and through which posts they act; `duty` comes before anything else."""

    name: str
    posts: list[PostOut]
    csrf: str | None
    duty: str | None = Field(description="change_password or set_up_second_factor")


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
    return MeOut(name=someone.name, posts=held, csrf=someone.csrf, duty=someone.duty)
