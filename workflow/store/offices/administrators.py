"""The three administrators (三员): who has which role, and who had.

The system administrator keeps units, people, definitions and channels; the security administrator
keeps rights; the audit administrator reads the log. The database keeps them apart from each other
and from every post, and lets only a security administrator appoint and dismiss; here is said why.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from workflow.engine.errors import InvalidInput, Refusal
from workflow.store.evidence import audit
from workflow.store.offices.organisation import posts_of
from workflow.store.tables.handles import ADMIN, PERSON

TITLES: Mapping[str, str] = {
    "system": "系统管理员",
    "security": "安全管理员",
    "audit": "审计管理员",
}


class NotAppointed(Refusal):
    """Somebody cannot become, or stop being, an administrator."""

    code = "not_appointed"


def role_of(connection: Connection, person: int) -> str | None:
    """The role a person has as an administrator; None for everybody else."""
    query = select(ADMIN.c.role).where(ADMIN.c.person_id == person, ADMIN.c.live == 1)
    found: str | None = connection.execute(query).scalar()
    return found


def list_administrators(connection: Connection) -> list[dict[str, Any]]:
    """Everybody who is or was an administrator, the present ones first, with `name` and names of
    who appointed and dismissed.
    """
    by, ended_by = PERSON.alias("by"), PERSON.alias("ended_by")
    query = (
        select(
            ADMIN,
            PERSON.c.name,
            PERSON.c.username,
            by.c.name.label("appointed_by_name"),
            ended_by.c.name.label("dismissed_by_name"),
        )
        .join(PERSON, PERSON.c.id == ADMIN.c.person_id)
        .outerjoin(by, by.c.id == ADMIN.c.appointed_by)
        .outerjoin(ended_by, ended_by.c.id == ADMIN.c.dismissed_by)
        .order_by(ADMIN.c.live.is_(None), ADMIN.c.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def begin_with(connection: Connection, person: int, now: datetime) -> None:
    """Make the very first administrator, of security, whom nobody appoints; raises NotAppointed
    once there has been one.
    """
    if connection.execute(select(ADMIN.c.id).limit(1)).first() is not None:
        raise NotAppointed("已经有过管理员，只能由安全管理员任命")
    _appoint(connection, person, "security", None, now)


def appoint(connection: Connection, person: int, role: str, *, by: int, now: datetime) -> None:
    """Give somebody a role; raises InvalidInput, NotAppointed."""
    if role not in TITLES:
        raise InvalidInput("没有这种管理员", {"fields": {"role": "没有这种管理员"}})
    if person == by:
        raise NotAppointed("不能任命自己")
    if held := role_of(connection, person):
        raise NotAppointed(f"此人已经是{TITLES[held]}；三员不能兼任")
    if role_of(connection, by) != "security":
        raise NotAppointed("管理员由安全管理员任命")
    _appoint(connection, person, role, by, now)


def _appoint(connection: Connection, person: int, role: str, by: int | None, now: datetime) -> None:
    if posts_of(connection, person, now):
        raise NotAppointed("此人有任职岗位；管理员不能办理业务，请先免去任职")
    row = {"person_id": person, "role": role, "begins_at": now, "appointed_by": by, "live": 1}
    made = insert(ADMIN).values(row).returning(ADMIN.c.id)
    id_ = connection.execute(made).scalar_one()
    _record(connection, "appointed", person, (id_, role), by, now)


def dismiss(connection: Connection, person: int, *, by: int, now: datetime) -> None:
    """End somebody's role; raises NotAppointed. One security administrator is always left: nobody
    dismisses themselves.
    """
    if person == by:
        raise NotAppointed("不能免去自己；请由另一位安全管理员办理")
    if role_of(connection, by) != "security":
        raise NotAppointed("管理员由安全管理员免去")
    live = update(ADMIN).where(ADMIN.c.person_id == person, ADMIN.c.live == 1)
    ended = live.values(live=None, ends_at=now, dismissed_by=by).returning(ADMIN.c.id, ADMIN.c.role)
    row = connection.execute(ended).first()
    if row is None:
        raise NotAppointed("此人不是管理员")
    _record(connection, "dismissed", person, (row.id, row.role), by, now)


def _record(
    connection: Connection,
    what: str,
    person: int,
    row: tuple[int, str],
    by: int | None,
    now: datetime,
) -> None:
    """Tell of a row by its id too: checkpoints remember each."""
    id_, role = row
    told = [f"{id_}-{id_}"]
    data = {"act": what, "role": role}
    act = audit.Act("right", by, ("person", person), data={**data, "admin_role": told})
    audit.record(connection, act, now)
