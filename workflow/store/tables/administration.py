"""Who administers the installation (三员), with everybody who ever did."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column


class AdminRole(SQLModel, table=True):
    """An administrator's role; `live` is 1 while it lasts and NULL once it has ended.

    One role a person, and nobody appoints or dismisses themselves. That an administrator holds no
    post, and no holder administers, is kept by triggers on both tables (`rules.py`).
    """

    __tablename__ = "admin_role"
    __table_args__ = (
        UniqueConstraint("person_id", "live"),
        CheckConstraint("role IN ('system', 'security', 'audit')", name="admin_role_role"),
        CheckConstraint("live = 1", name="admin_role_live"),
        CheckConstraint("(live IS NULL) = (ends_at IS NOT NULL)", name="admin_role_ended"),
        CheckConstraint("(live IS NULL) = (dismissed_by IS NOT NULL)", name="admin_role_by"),
        CheckConstraint("appointed_by <> person_id", name="admin_role_not_self"),
        CheckConstraint("dismissed_by <> person_id", name="admin_role_not_own"),
    )

    id: int | None = id_column()
    person_id: int = Field(foreign_key="person.id", sa_type=BIG)
    role: str
    begins_at: datetime
    ends_at: datetime | None = None
    appointed_by: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
    dismissed_by: int | None = Field(default=None, foreign_key="person.id", sa_type=BIG)
    live: int | None = 1
