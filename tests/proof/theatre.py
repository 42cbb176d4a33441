"""One scenario on copies of one kind of database: prepared once, died in at one point after the
other, each time recovered and compared with a run that never died.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from json import loads
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.proof.copies import Copies
from tests.proof.crashing import Place, Points, Run, Scenario
from tests.proof.story import Story, warm
from workflow.catalog import Catalog
from workflow.doctor import examine
from workflow.engine.machine import Compiled
from workflow.store.database import Database
from workflow.store.tables.handles import HISTORY, OUTBOX

# What must be true afterwards


@dataclass(frozen=True)
class End:
    """What a database has come to, apart from ids."""

    cases: tuple[Any, ...]
    history: tuple[Any, ...]
    outbox: tuple[Any, ...]
    timers: tuple[Any, ...]

    @classmethod
    def of(cls, database: Database) -> "End":
        number = "(SELECT number FROM cases WHERE cases.id = case_id)"
        queries = (
            "SELECT number, state, seq, entry, cycle, due_at FROM cases",
            f"SELECT {number}, seq, event, from_state, to_state, effects FROM history",
            f"SELECT {number}, seq, person_id, way, template, status FROM outbox",
            f"SELECT {number}, entry, name, rung, due_at, status FROM timer",
        )
        with database.reading() as connection:
            rows = [connection.exec_driver_sql(query).all() for query in queries]
        return cls(*(tuple(sorted(map(str, found))) for found in rows))


def differences(end: End, expected: End) -> Iterator[str]:
    """Where the end is not that of a run which never died."""
    for part in End.__dataclass_fields__:
        there, wanted = Counter(getattr(end, part)), Counter(getattr(expected, part))
        if there != wanted:
            yield f"{part}: missing {wanted - there}, too many {there - wanted}"


def faults(run: Run, deaths: int = 1) -> Iterator[str]:
    """What is wrong after the recovery; the books are those of client and provider."""
    story = run.story
    report = examine(story.database, story.catalog, story.now)
    yield from map(str, report.complaints)
    yield from _lost(run)
    yield from _misdelivered(run, deaths)


def _lost(run: Run) -> Iterator[str]:
    """Acknowledged is in history, and the retry got the first answer."""
    with run.story.database.reading() as connection:
        found = select(HISTORY.c.case_id, HISTORY.c.seq, HISTORY.c.to_state)
        history = {tuple(row) for row in connection.execute(found)}
    answers: dict[str, dict[str, Any]] = {}
    for line in run.acknowledged.read():
        answer = loads(line)
        if (answer["case"], answer["seq"], answer["state"]) not in history:
            yield f"acknowledged, but not in history: {answer}"
        if answers.setdefault(answer["request"], answer) != answer:
            yield f"two answers: {answers[answer['request']]} and {answer}"


def _misdelivered(run: Run, deaths: int) -> Iterator[str]:
    """What was received is what stands as sent; at most one copy more for each death."""
    query = select(OUTBOX.c.key).where(OUTBOX.c.status == "sent", OUTBOX.c.way != "in_app")
    with run.story.database.reading() as connection:
        sent = set(connection.execute(query).scalars())
    received = Counter(run.sent.read())
    if run.sent.path.exists() and sent != set(received):
        yield f"marked as sent {sorted(sent)}, received {sorted(received)}"
    if received.total() - len(received) > deaths:
        yield f"received twice: {received}"


# Running them


class Theatre:
    """One scenario on copies of one kind of database, prepared once."""

    def __init__(
        self,
        scenario: Scenario,
        virgin: Copies,
        compiled: dict[int, Compiled],
        folder: Path,
        points: Callable[[int], Points] = Points,
    ) -> None:
        self.scenario = scenario
        story = self._opened(Database(virgin.make()), compiled)
        stage = scenario.prepare(story)
        story.database.dispose()
        self.copies = virgin.of(story.database.url)
        database = Database(self.copies.make())
        story = replace(story, database=database, catalog=warm(story.catalog, database))
        self.place = Place(story, stage, folder, points)
        self._lives()
        self.expected = self._recovered()
        self.names = self._lives() or []  # what is read once a process is known by now
        assert any(self.names), f"nobody can die in {scenario.name}"

    def _opened(self, database: Database, compiled: dict[int, Compiled]) -> Story:
        catalog = Catalog(database)
        catalog._compiled = compiled
        catalog.workflows()
        return Story(database, catalog)

    def _lives(self, die_at: int = 0) -> list[str] | None:
        """The points of a run that lived to its end; None if it died."""
        self._renew()
        return self.place.crash(self.scenario.act, die_at)

    def _renew(self) -> None:
        self.place.story.database.dispose()
        self.copies.renew(self.place.story.database.url)
        self.place.renew()

    def _recovered(self) -> End:
        """Do it again, as client and worker would; what it comes to."""
        self.run = self.place.run()
        self.scenario.act(self.run)
        return End.of(self.run.story.database)

    def deaths(self, points: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
        """Each death's point with what was wrong after its recovery, until it lives to the end."""
        for point in points:
            if self._lives(point) is not None:
                return
            yield point, self._wrong()

    def dies_twice(self, first: int, second: int) -> list[str]:
        """Die at a point, die again while it is done again; what is wrong after the third time."""
        self._lives(first)
        self.place.crash(self.scenario.act, second)
        return self._wrong(deaths=2)

    def stumbles(
        self, points: Iterable[int], act: Callable[[Run], None]
    ) -> Iterator[tuple[int, list[str]]]:
        """Each point at which something failed with what was wrong after an act that lived on."""
        for point in points:
            self._renew()
            assert self.place.crash(act, point) is not None
            yield point, self._wrong()

    def live(self) -> list[str]:
        """The points of a run that nobody interrupts, and in which nothing may be wrong."""
        names = self._lives() or []
        self.run = self.place.run()
        end = End.of(self.run.story.database)
        assert [*differences(end, self.expected), *faults(self.run)] == []
        return names

    def _wrong(self, deaths: int = 1) -> list[str]:
        try:
            end = self._recovered()
        except Exception as error:
            return [f"the recovery stopped: {error!r}"]
        return [*differences(end, self.expected), *faults(self.run, deaths)]

    def close(self) -> None:
        """Throw everything away."""
        self.place.story.database.dispose()
        self.copies.drop_all()


def chosen(names: list[str], most: int) -> list[int]:
    """Some points: around the last commit, where it matters most, and others by chance."""
    every = list(range(1, len(names) + 1))
    last = max(n for n in every if names[n - 1] == "before commit")
    others = [n for n in every if n not in (last, last + 1)]
    return sorted([last, last + 1, *random.Random(len(every)).sample(others, most - 2)])
