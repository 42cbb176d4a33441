"""Ledgers as somebody likes to see them (我的视图): an address under a name of one's own.

What is kept is the address alone, so a view shows what its reader may see, whoever made it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import IntegrityError

from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.tables.handles import VIEW

MOST_VIEWS = 30
LONGEST_TITLE = 30
LONGEST_ADDRESS = 1000


@dataclass(frozen=True, slots=True)
class View:
    """One view of somebody's."""

    id: int
    title: str
    address: str


def views_of(connection: Connection, person: int) -> list[View]:
    """Somebody's views by name."""
    query = select(VIEW.c.id, VIEW.c.title, VIEW.c.address).where(VIEW.c.person_id == person)
    return [View(*row) for row in connection.execute(query.order_by(VIEW.c.title, VIEW.c.id))]


def save_view(connection: Connection, person: int, title: str, address: str, now: datetime) -> None:
    """Keep an address of ours under a name; raises InvalidInput."""
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise InvalidInput(f"视图名称应为 1 至 {LONGEST_TITLE} 个字", {"title": title[:60]})
    if len(address) > LONGEST_ADDRESS:
        raise InvalidInput("筛选条件太长，不能保存")
    count = select(func.count()).where(VIEW.c.person_id == person)
    if connection.execute(count).scalar_one() >= MOST_VIEWS:
        raise InvalidInput(f"至多保存 {MOST_VIEWS} 个视图，请先删除不用的")
    row = {"person_id": person, "title": title, "address": address, "at": now}
    try:
        connection.execute(VIEW.insert().values(row))
    except IntegrityError:
        raise InvalidInput(f"已经有名为“{title}”的视图，请换一个名称") from None


def forget_view(connection: Connection, person: int, view: int) -> None:
    """Forget a view of one's own; raises NotFound."""
    theirs = (VIEW.c.id == view, VIEW.c.person_id == person)
    if not connection.execute(delete(VIEW).where(*theirs)).rowcount:
        raise NotFound("没有这个视图")
