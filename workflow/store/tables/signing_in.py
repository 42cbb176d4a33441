"""How people and their programs sign in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.store.tables.columns import BIG, id_column


class SessionRow(SQLModel, table=True):
    """A signed-in browser; the cookie's hash, never the cookie.

    While `awaits` says what is still to be given, the session is good for nothing else.
    """

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    way: str | None = None
    address: str | None = None
    browser: str | None = None
    awaits: str | None = None
    confirmed_at: datetime | None = None


class TokenRow(SQLModel, table=True):
    """A token for REST, held for a person; `scope` is the most it allows."""

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint("scope IN ('read', 'write')", name="api_token_scope"),)

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class SignInFailure(SQLModel, table=True):
    """Failed sign-ins by account, by known browser and by address, for throttling."""

    __tablename__ = "sign_in_failure"

    key: str = Field(primary_key=True)
    failures: int
    last_at: datetime


class EarlierPassword(SQLModel, table=True):
    """A password somebody had, by its hash, so that it does not come again."""

    __tablename__ = "earlier_password"

    id: int | None = id_column()
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    password_hash: str
    ended_at: datetime


class SecondFactorRow(SQLModel, table=True):
    """The secret of somebody's authenticator; `last_step` is the last code's, which never counts
    again. Without `confirmed_at` it is only being set up.
    """

    __tablename__ = "second_factor"

    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_type=BIG)
    secret: str
    last_step: int = Field(sa_type=BIG)
    confirmed_at: datetime | None = None


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the authenticator once."""

    __tablename__ = "recovery_code"

    code_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    used_at: datetime | None = None


class KnownBrowser(SQLModel, table=True):
    """A browser in which somebody has signed in: strangers' failures do not make it wait."""

    __tablename__ = "known_browser"

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BIG, index=True)
    expires_at: datetime


class SentForm(SQLModel, table=True):
    """A form of a page that somebody has sent, by a hash of theirs: sent again it does nothing."""

    __tablename__ = "sent_form"

    form_hash: str = Field(primary_key=True)
    at: datetime


class CalendarFeedRow(SQLModel, table=True):
    """The secret address at which somebody's calendar is read without signing in; one a person."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("token_hash"),)

    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_type=BIG)
    token_hash: str
    created_at: datetime


class ProviderTrip(SQLModel, table=True):
    """A browser on its way to the OpenID provider and back; counts once."""

    __tablename__ = "provider_trip"

    browser_hash: str = Field(primary_key=True)
    state: str
    nonce: str
    verifier: str
    next_page: str
    expires_at: datetime
