"""Who plays whom: the persons behind a story's roles, with the posts they hold at the time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.auth import Someone
from api.demo import records
from api.demo.story import BadStory
from workflow.engine.case import Actor, Lineage
from workflow.store.database import Database
from workflow.store.offices.organisation import actor_of, read_lineages

Parties = Mapping[str, int]
"""The units of a case by party; the first is the one it is about."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of one database."""

    database: Database
    people: dict[str, int]
    names: dict[int, str]
    holders: dict[tuple[int, str], list[int]]
    units: dict[str, records.Place]
    by_id: dict[int, records.Place]
    called: set[int] = field(default_factory=set)
    """Whom the story has called on since somebody last looked at what came of it."""

    _lineages: dict[int, Lineage] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Database) -> "Cast":
        """Everybody in the database."""
        with database.reading() as connection:
            places = records.places(connection)
            return cls(
                database,
                records.usernames(connection),
                records.person_names(connection),
                records.holders(connection),
                {place.code: place for place in places},
                {place.id: place for place in places},
            )

    def unit(self, code: str) -> int:
        """A unit's id by its code; raises BadStory."""
        if code not in self.units:
            raise BadStory(f"没有编码为“{code}”的单位")
        return self.units[code].id

    def place(self, unit: int) -> records.Place:
        """What is known of a unit."""
        return self.by_id[unit]

    def below(self, unit: int) -> list[records.Place]:
        """The governments right below one."""
        return [one for one in self.units.values() if one.above == unit and " " not in one.kind]

    def among(self, kind: str) -> list[str]:
        """The codes of all units of a kind (`township`, `county department`)."""
        return [code for code, one in self.units.items() if one.kind == kind]

    def office(self, name: str, unit: int) -> int:
        """The office on the way up from a unit (`county.supervision`); raises BadStory."""
        if unit not in self._lineages:
            with self.database.reading() as connection:
                self._lineages.update(read_lineages(connection, [unit]))
        found = self._lineages[unit].offices.get(name)
        if found is None:
            raise BadStory(f"从单位 {unit} 往上没有“{name}”")
        return found

    def person(self, who: str, parties: Parties | None = None) -> int:
        """Who is meant by a login name; by a role of a party, `reviewer.head`, or `inspector2` for
        the second of several; or by a role of an office on the way up, `county.office.liaison`.
        """
        person = self._person(who, parties)
        self.called.add(person)
        return person

    def _person(self, who: str, parties: Parties | None) -> int:
        party, _, role = who.rpartition(".")
        if parties and (unit := self._where(party, parties)) is not None:
            plain = role.rstrip("0123456789")
            place = int(role[len(plain) :] or 1)
            held = self.holders.get((unit, plain), [])
            if place > len(held):
                raise BadStory(f"没有人担任“{who}”")
            return held[place - 1]
        if who not in self.people:
            raise BadStory(f"没有登录名为“{who}”的人")
        return self.people[who]

    def _where(self, party: str, parties: Parties) -> int | None:
        if party in parties:
            return parties[party]
        return self.office(party, next(iter(parties.values()))) if "." in party else None

    def login(self, who: str, parties: Parties) -> str:
        """The login name of who is meant."""
        person = self.person(who, parties)
        return next(name for name, id_ in self.people.items() if id_ == person)

    def actor(self, person: int, now: datetime) -> Actor:
        """The person with the posts held now."""
        with self.database.reading() as connection:
            return actor_of(connection, person, now)

    def someone(self, person: int, now: datetime) -> Someone:
        """The person as if signed in."""
        return Someone(self.actor(person, now), person, self.names[person], None)
