"""The sample prefecture as tests speak of it: units by code, people by username."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from workflow.engine.case import Actor
from workflow.store.database import Database
from workflow.store.offices.organisation import actor_of
from workflow.store.tables.handles import PERSON, UNIT

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""A Monday, ten in the morning in Shanghai; the sample was loaded and published then."""


@dataclass(frozen=True, slots=True)
class Prefecture:
    """The organisation in a database made from the template."""

    database: Database

    def unit(self, code: str) -> int:
        """A unit's id: 522300 is the prefecture, 522301 兴义市, 522300-DC 州督查局."""
        with self.database.reading() as connection:
            return int(
                connection.execute(select(UNIT.c.id).where(UNIT.c.code == code)).scalar_one()
            )

    def person(self, username: str) -> int:
        """A person's id, such as xingyi.liaison; definitions/sample/cast.csv says who is who."""
        query = select(PERSON.c.id).where(PERSON.c.username == username)
        with self.database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def actor(self, username: str, now: datetime = NOW) -> Actor:
        """A person as an actor with the posts held at `now`."""
        person = self.person(username)
        with self.database.reading() as connection:
            return actor_of(connection, person, now)
