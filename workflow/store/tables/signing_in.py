"""How people and their programs sign in."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG


class SessionRow(SQLModel, table=True):
    """A signed-in browser; the cookie's hash, never the cookie."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class TokenRow(SQLModel, table=True):
    """A token for REST, held for a person."""

    __tablename__ = "api_token"

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    name: str
    created_at: datetime
    expires_at: datetime


class SignInFailure(SQLModel, table=True):
    """Failed sign-ins by account and by address, for throttling."""

    __tablename__ = "sign_in_failure"

    key: str = Field(primary_key=True)
    failures: int
    last_at: datetime
