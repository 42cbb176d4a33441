"""People named on cases by what they are called: names become ids on the way in, and ids become
names where they are shown.

Between the two there are ids only: cases and their history hold no name, so that whoever is erased
is erased from them, too, with every hash as it was.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput
from workflow.engine.named import Naming, everybody_in, people_facts
from workflow.store.tables.handles import PERSON

Row = dict[str, Any]

_BETWEEN = re.compile(r"[、，,;；\s]+")


@dataclass(frozen=True, slots=True)
class Roster:
    """What some people are called today, by id: login name and name."""

    people: Mapping[int, tuple[str, str]]

    def by_name(self, definition: Definition, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts with everybody named in them by name, `{person, unit, username, name}`: for
        somebody to read, never to be stored.
        """
        names = [name for name in people_facts(definition, facts) if facts[name]]
        return {**facts, **{name: [self._row(row) for row in facts[name]] for name in names}}

    def history_by_name(self, definition: Definition, history: Iterable[Row]) -> list[Row]:
        """Rows of a history, with the people in the facts that they were given by name."""
        return [self._history_row(definition, row) for row in history]

    def _history_row(self, definition: Definition, row: Row) -> Row:
        if not (facts := _given(row)):
            return row
        return {**row, "inputs": {**row["inputs"], "facts": self.by_name(definition, facts)}}

    def _row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        username, name = self.people[row["person"]]
        return {**row, "username": username, "name": name}


Facts = tuple[Definition, Mapping[str, Any]]
"""Facts and the definition in whose version they stand."""


def roster(connection: Connection, known: Iterable[Facts]) -> Roster:
    """What everybody named in these facts is called; nothing is asked where nobody is."""
    ids = {one["person"] for facts in known for one in everybody_in(*facts)}
    return Roster(_called(connection, ids) if ids else {})


def by_name(
    connection: Connection, definition: Definition, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The facts of one case with everybody named in them by name."""
    return roster(connection, [(definition, facts)]).by_name(definition, facts)


def case_by_name(
    connection: Connection, definition: Definition, facts: Mapping[str, Any], history: Sequence[Row]
) -> tuple[dict[str, Any], list[Row]]:
    """The facts of a case and the rows of its history with everybody named in them by name."""
    given = [facts, *(_given(row) for row in history)]
    people = roster(connection, ((definition, one) for one in given))
    return people.by_name(definition, facts), people.history_by_name(definition, history)


def history_by_name(
    connection: Connection, definition: Definition, history: Sequence[Row]
) -> list[Row]:
    """Rows of a history, with everybody named in the facts that they were given by name."""
    people = roster(connection, ((definition, _given(row)) for row in history))
    return people.history_by_name(definition, history)


def _given(row: Row) -> Mapping[str, Any]:
    facts: Mapping[str, Any] = row["inputs"].get("facts", {})
    return facts


def identified(
    connection: Connection, naming: Naming, facts: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The facts with ids where people are called by name or login name.

    Raises InvalidInput, a sentence a fact, and DutiesNotSeparate as the engine would, but by name.
    """
    names = [name for name in people_facts(naming.definition, facts) if facts[name]]
    if not names:
        return facts
    known = _called(connection, [one.person for one in naming.candidates])
    found, problems = dict(facts), {}
    for name in names:
        try:
            found[name] = _ids(naming, name, facts[name], known)
        except ValueError as error:
            problems[name] = f"{naming.definition.facts[name].title}：{error}"
    if problems:
        raise InvalidInput.in_facts(problems)
    return found


def _ids(naming: Naming, name: str, raw: Any, known: Mapping[int, tuple[str, str]]) -> list[int]:
    choice, ids = naming.choice(name), []
    for called in _calls(raw):
        meant = [person for person in choice if called in known[person]]
        if len(meant) != 1:
            why = "不止一人，请写登录名" if meant else "不在可以指定的人员之内"
            raise ValueError(f"“{called[:30]}”{why}")
        naming.check_apart(name, choice[meant[0]][0], known[meant[0]][1])
        ids += meant
    return ids


def _calls(raw: Any) -> list[str]:
    """What people are called in a typed text, or a list of texts or of rows as they are shown."""
    given = _BETWEEN.split(raw) if isinstance(raw, str) else raw
    if not isinstance(given, list):
        raise ValueError("应为姓名或登录名")
    called = [one.get("username") if isinstance(one, Mapping) else one for one in given]
    if not all(isinstance(one, str) for one in called):
        raise ValueError("应为姓名或登录名")
    return [one for one in dict.fromkeys(str(one).strip() for one in called) if one]


def _called(connection: Connection, people: Collection[int]) -> dict[int, tuple[str, str]]:
    query = select(PERSON.c.id, PERSON.c.username, PERSON.c.name).where(PERSON.c.id.in_(people))
    return {id_: (username, name) for id_, username, name in connection.execute(query)}
