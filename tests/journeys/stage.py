"""The installation on which a play is played, and what administrators change in it."""

from datetime import datetime
from itertools import count

from sqlalchemy import func, select

from tests.engine.definitions import at
from tests.journeys.shelf import Shelf
from tests.prefecture import NOW, Prefecture
from workflow.catalog import Catalog
from workflow.commands import Commands
from workflow.engine.case import Actor
from workflow.organising import Organising
from workflow.store.database import Database
from workflow.store.offices.changes import Asked
from workflow.store.offices.organisation import actor_of
from workflow.store.tables.handles import PERSON, UNIT


class Stage:
    """A real database with the sample prefecture, at an instant that moves with the play."""

    def __init__(self, database: Database, now: datetime = NOW) -> None:
        self.database, self.now = database, now
        self.prefecture = Prefecture(database)
        self._requests = count(1)
        self._ids: dict[str, int] = {}

    @property
    def catalog(self) -> Catalog:
        return Shelf(self.database)

    @property
    def commands(self) -> Commands:
        return Commands(self.database, self.catalog)

    # The organisation

    def unit(self, code: str) -> int:
        if code not in self._ids:
            self._ids[code] = self.prefecture.unit(code)
        return self._ids[code]

    def person(self, username: str) -> int:
        if username not in self._ids:
            self._ids[username] = self.prefecture.person(username)
        return self._ids[username]

    def name(self, username: str) -> str:
        """What somebody is called."""
        query = select(PERSON.c.name).where(PERSON.c.username == username)
        with self.database.reading() as connection:
            return str(connection.execute(query).scalar_one())

    def actor(self, username: str) -> Actor:
        """Somebody with the posts held now."""
        with self.database.reading() as connection:
            return actor_of(connection, self.person(username), self.now)

    def stand_in(self, who: str, holder: str, until: str | None = None) -> None:
        """Somebody stands in for another person's posts from now on."""
        self.organising.substitute(
            self.asked(),
            person=self.person(who),
            stands_for=self.person(holder),
            ends=at(until) if until else None,
            reason="出差",
        )

    def give_post(self, who: str, code: str, role: str, *, one_more: bool = True) -> None:
        """Somebody gets one more post, or takes a free one over."""
        post = {"unit": self.unit(code), "role": role, "one_more": one_more}
        self.organising.appoint(self.asked(), person=self.person(who), **post)

    def leave(self, who: str) -> None:
        """Somebody's posts end."""
        self.organising.end(self.asked(), person=self.person(who), reason="调离")

    @property
    def organising(self) -> Organising:
        return Organising(self.database)

    def asked(self) -> Asked:
        """A request of a system administrator's."""
        return Asked(f"request {next(self._requests)}", self.now)

    def add_unit(self, code: str, level: str, parent: str, *, reports: bool) -> None:
        """One more unit in the tree."""
        with self.database.unit_of_work() as connection:
            above = connection.execute(select(UNIT).where(UNIT.c.code == parent)).mappings().one()
            id_ = connection.execute(select(func.max(UNIT.c.id))).scalar_one() + 1
            new = UNIT.insert().values(
                id=id_,
                code=code,
                name=code,
                short_name=code,
                level=level,
                kind="government",
                function="government",
                parent_id=above["id"],
                path=f"{above['path']}{id_}/",
                reports=reports,
            )
            connection.execute(new)
