"""GET /messages: what one was told."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.auth import Installation, SignedIn
from api.rest.inputs import Before, Limit
from workflow.store.outgoing.messages import inbox_of

router = APIRouter(tags=["messages"])


class InboxItem(BaseModel):
    """One thing one was told; `ways` says what became of each way: sent, waiting, dead …"""

    id: int
    case: int
    seq: int
    template: str
    urgency: str
    variables: dict[str, str]
    created_at: datetime
    ways: dict[str, str]


class Inbox(BaseModel):
    """Some messages, newest first; `next` is `before` for the page that follows."""

    items: list[InboxItem]
    next: int | None


@router.get("/messages")
def inbox(
    duban: Installation, someone: SignedIn, before: Before = None, limit: Limit = 50
) -> Inbox:
    """What one was told, newest first, with the ways it went out by."""
    with duban.database.reading() as connection:
        entries = inbox_of(connection, someone.person, before=before, limit=limit + 1)
    more, entries = len(entries) > limit, entries[:limit]
    names = InboxItem.model_fields
    items = [InboxItem(**{name: getattr(entry, name) for name in names}) for entry in entries]
    return Inbox(items=items, next=entries[-1].id if more else None)
