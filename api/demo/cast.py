"""Who plays whom: the persons behind a story's roles, with the posts they hold at the time."""

from dataclasses import dataclass
from datetime import datetime

from api.auth import Someone
from api.demo import records
from api.demo.story import BadStory
from workflow.engine.case import Actor, Case
from workflow.store.database import Database
from workflow.store.offices.organisation import actor_of


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of one database."""

    database: Database
    people: dict[str, int]
    names: dict[int, str]
    holders: dict[tuple[int, str], list[int]]
    units: dict[str, int]

    @classmethod
    def of(cls, database: Database) -> "Cast":
        """Everybody in the database."""
        with database.reading() as connection:
            return cls(
                database,
                records.usernames(connection),
                records.person_names(connection),
                records.holders(connection),
                records.unit_codes(connection),
            )

    def unit(self, code: str) -> int:
        """A unit's id by its code; raises BadStory."""
        if code not in self.units:
            raise BadStory(f"没有编码为“{code}”的单位")
        return self.units[code]

    def person(self, who: str, case: Case | None = None) -> int:
        """Who is meant by a login name, or by a role of a party of the case: `reviewer.head`, or
        `reviewer.inspector2` for the second of several.
        """
        party, _, role = who.partition(".")
        if case is not None and party in case.parties:
            plain = role.rstrip("0123456789")
            place = int(role[len(plain) :] or 1)
            held = self.holders.get((case.parties[party].unit, plain), [])
            if place > len(held):
                raise BadStory(f"{case.number}：没有人担任“{who}”")
            return held[place - 1]
        if who not in self.people:
            raise BadStory(f"没有登录名为“{who}”的人")
        return self.people[who]

    def actor(self, person: int, now: datetime) -> Actor:
        """The person with the posts held now."""
        with self.database.reading() as connection:
            return actor_of(connection, person, now)

    def someone(self, who: str, now: datetime) -> Someone:
        """The person as if signed in."""
        person = self.person(who)
        return Someone(self.actor(person, now), person, self.names[person], None)
