"""`matrix.txt` and `things.txt`, read: what everybody gets from every route, who sees which case,
and who gets to what is really there.
"""

from dataclasses import dataclass
from pathlib import Path

TEXT = (Path(__file__).parent / "matrix.txt").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Person:
    """Somebody of the second table."""

    name: str
    kind: str
    sees: frozenset[str]


def _tables() -> tuple[dict[str, dict[str, int]], dict[str, Person], tuple[str, ...]]:
    routes: dict[str, dict[str, int]] = {}
    people: dict[str, Person] = {}
    kinds: list[str] = []
    cases: list[str] = []
    for line in TEXT.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0] == "route":
            kinds = words[1:]
        elif words[0] == "person":
            cases = words[2:]
        elif words[0].isupper():
            cells = [int(cell) for cell in words[2:]]
            assert " ".join(words[:2]) not in routes, line
            routes[" ".join(words[:2])] = dict(zip(kinds, cells, strict=True))
        else:
            seen = zip(cases, words[2:], strict=True)
            sees = frozenset(case for case, cell in seen if cell == "x")
            people[words[0]] = Person(words[0], words[1], sees)
    return routes, people, tuple(cases)


ROUTES, PEOPLE, CASES = _tables()


def expected(route: str, person: Person, case: str | None) -> int:
    """The status that a person gets from a route, about a case where the address has one."""
    status = ROUTES[route][person.kind]
    sent_to_sign_in = status == 303 and person.kind in ("visitor", "reader", "writer")
    if case is None or case in person.sees or sent_to_sign_in or status in (401, 403):
        return status
    return 404


# What is really there


@dataclass(frozen=True)
class Thing:
    """A row of `things.txt`: a route that names a thing, and who gets which status from it."""

    route: str
    thing: str
    gets: tuple[tuple[int, str], ...]

    @property
    def case(self) -> str | None:
        """The case that the thing is of, by its name before the dot."""
        owner = self.thing.partition(".")[0]
        return owner if owner in CASES else None

    def expected(self, person: Person) -> int:
        """The status that a person gets: by the last word that means them, or as if there were
        nothing.
        """
        status = expected(self.route, person, "absent")
        for given, who in self.gets:
            sees = who == "seers" and self.case in person.sees and status == 404
            if sees or who in (person.name, "everybody"):
                status = given
        return status


def _things() -> tuple[Thing, ...]:
    text = (Path(__file__).parent / "things.txt").read_text(encoding="utf-8")
    rows = (line.partition("#")[0].split() for line in text.splitlines())
    return tuple(
        Thing(" ".join(row[:2]), row[2], tuple(zip(map(int, row[3::2]), row[4::2], strict=True)))
        for row in rows
        if row
    )


THINGS = _things()
