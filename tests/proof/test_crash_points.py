"""The process dies at every statement, commit and sending, one after the other: nothing that was
acknowledged is lost, nothing happens twice, and the end is that of a run which never died.

After each death the same is done again, as a client retries and a worker is started anew; then
doctor looks at the database, and the books of client and provider are compared with it.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from json import loads
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from notifications import delivery
from notifications.channels import Outcome, Receipt
from tests.proof.conftest import Virgin
from tests.proof.copies import Copies
from tests.proof.crashing import Place, Run, Scenario
from tests.proof.scenarios import ON_POSTGRES, SCENARIOS
from tests.proof.story import Story, warm
from workflow.catalog import Catalog
from workflow.doctor import examine
from workflow.engine.machine import Compiled
from workflow.store.casework.writes import Writes
from workflow.store.database import Database
from workflow.store.driver import bulk
from workflow.store.tables.handles import HISTORY, OUTBOX

pytestmark = pytest.mark.crash

POSTGRES_POINTS = 3
"""Of some scenarios on PostgreSQL, where a copy takes long; on SQLite it dies at every point."""


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


def faults(run: Run) -> Iterator[str]:
    """What is wrong after the recovery; the books are those of client and provider."""
    story = run.story
    report = examine(story.database, story.catalog, story.now)
    yield from map(str, report.complaints)
    yield from _lost(run)
    yield from _misdelivered(run)


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


def _misdelivered(run: Run) -> Iterator[str]:
    """What was received is what stands as sent; at most one copy more in a run with one death."""
    query = select(OUTBOX.c.key).where(OUTBOX.c.status == "sent", OUTBOX.c.way != "in_app")
    with run.story.database.reading() as connection:
        sent = set(connection.execute(query).scalars())
    received = Counter(run.sent.read())
    if run.sent.path.exists() and sent != set(received):
        yield f"marked as sent {sorted(sent)}, received {sorted(received)}"
    if received.total() - len(received) > 1:
        yield f"received twice: {received}"


# Running them


class Theatre:
    """One scenario on copies of one kind of database, prepared once."""

    def __init__(
        self, scenario: Scenario, virgin: Copies, compiled: dict[int, Compiled], folder: Path
    ) -> None:
        self.scenario = scenario
        story = self._opened(Database(virgin.make()), compiled)
        stage = scenario.prepare(story)
        story.database.dispose()
        self.copies = virgin.of(story.database.url)
        database = Database(self.copies.make())
        story = replace(story, database=database, catalog=warm(story.catalog, database))
        self.place = Place(story, stage, folder)
        self.names = self._lives() or []
        self.expected = self._recovered()

    def _opened(self, database: Database, compiled: dict[int, Compiled]) -> Story:
        catalog = Catalog(database)
        catalog._compiled = compiled
        catalog.workflows()
        return Story(database, catalog)

    def _lives(self, die_at: int = 0) -> list[str] | None:
        """The points of a run that lived to its end; None if it died."""
        self.place.story.database.dispose()
        self.copies.renew(self.place.story.database.url)
        self.place.renew()
        return self.place.crash(self.scenario.act, die_at)

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

    def live(self) -> list[str]:
        """The points of a run that nobody interrupts, and in which nothing may be wrong."""
        names = self._lives() or []
        self.run = self.place.run()
        end = End.of(self.run.story.database)
        assert [*differences(end, self.expected), *faults(self.run)] == []
        return names

    def _wrong(self) -> list[str]:
        try:
            end = self._recovered()
        except Exception as error:
            return [f"the recovery stopped: {error!r}"]
        return [*differences(end, self.expected), *faults(self.run)]

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


Stages = Callable[[str, Scenario], Theatre]


@pytest.fixture
def stages(virgins: Virgin, compiled: dict[int, Compiled], tmp_path: Path) -> Iterator[Stages]:
    """A theatre for a scenario on a kind of database."""
    opened: list[Theatre] = []

    def stage(kind: str, scenario: Scenario) -> Theatre:
        opened.append(Theatre(scenario, virgins(kind), compiled, tmp_path))
        return opened[-1]

    yield stage
    for theatre in opened:
        theatre.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_acknowledged_is_lost_wherever_it_dies(scenario: Scenario, stages: Stages) -> None:
    points = 0
    for point, wrong in stages("sqlite", scenario).deaths(count(1)):
        assert not wrong, f"died at point {point}"
        points += 1
    assert points >= 10
    print(f"figure: crash points of {scenario.name} on sqlite = {points}")


@pytest.mark.postgres
@pytest.mark.parametrize("scenario", ON_POSTGRES, ids=lambda scenario: scenario.name)
def test_nothing_is_lost_on_postgresql_either(scenario: Scenario, stages: Stages) -> None:
    theatre, points = stages("postgres", scenario), 0
    for point, wrong in theatre.deaths(chosen(theatre.names, POSTGRES_POINTS)):
        assert not wrong, f"died at point {point}"
        points += 1
    assert points == POSTGRES_POINTS
    print(f"figure: crash points of {scenario.name} on postgresql = {points}")


# Bugs: each must turn the check red


def sent_before_sending(patch: pytest.MonkeyPatch) -> None:
    """Mark, then send."""
    proper = delivery._send
    marked: dict[str, Any] = {}

    def send(sender: Any, envelope: Any) -> Any:
        marked[envelope.key] = (sender, envelope)
        return Receipt(Outcome.ACCEPTED, "已收下")

    mark = delivery._Round._mark

    def mark_and_send(self: Any, connection: Any, message: Any, letter: Any, receipt: Any) -> None:
        mark(self, connection, message, letter, receipt)
        _commit(connection)
        proper(*marked.pop(letter.envelope.key))

    patch.setattr(delivery, "_send", send)
    patch.setattr(delivery._Round, "_mark", mark_and_send)


def _commit(connection: Any) -> None:
    """End the transaction and begin another under SQLAlchemy's eyes."""
    connection.dialect.do_commit(connection.connection)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _in_two(patch: pytest.MonkeyPatch, is_first: Callable[[bulk.Batch], bool]) -> None:
    """What one transaction should write is written in two."""
    proper = bulk.send

    def send(connection: Any, batches: Iterable[bulk.Batch], *, last: bool) -> None:
        every = [(statement, list(rows)) for statement, rows in batches]
        proper(connection, [batch for batch in every if is_first(batch)])
        _commit(connection)
        proper(connection, [batch for batch in every if not is_first(batch)])

    patch.setattr(bulk, "send", send)


def _table(batch: bulk.Batch) -> str:
    return str(getattr(batch[0], "table", ""))


def outbox_aside(patch: pytest.MonkeyPatch) -> None:
    """Messages are written in a transaction of their own, after the step's."""
    _in_two(patch, lambda batch: _table(batch) != "outbox")


def history_aside(patch: pytest.MonkeyPatch) -> None:
    """The case is written before its history."""
    _in_two(patch, lambda batch: _table(batch) != "history")


def fired_before_the_effect(patch: pytest.MonkeyPatch) -> None:
    """A timer is settled before what it does is written."""
    _in_two(patch, lambda batch: any("to_status" in row for row in batch[1]))


def requests_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Request ids are ignored."""
    patch.setattr(Writes, "answer", lambda *ignored, **too: None)


BUGS: list[tuple[str, Callable[[pytest.MonkeyPatch], None]]] = [
    ("delivery", sent_before_sending),
    ("dispatch, and 提级 is proposed", outbox_aside),
    ("open and register", requests_forgotten),
    ("sweep with escalation", fired_before_the_effect),
    ("accept", history_aside),
]
NAMED: Mapping[str, Scenario] = {scenario.name: scenario for scenario in SCENARIOS}


@pytest.mark.parametrize(("name", "plant"), BUGS, ids=lambda part: getattr(part, "__name__", part))
def test_a_planted_bug_turns_the_check_red(
    name: str,
    plant: Callable[[pytest.MonkeyPatch], None],
    stages: Stages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theatre = stages("sqlite", NAMED[name])
    plant(monkeypatch)
    names = theatre.live()  # it shows only when somebody dies
    committed = [n for n, name in enumerate(names, 1) if name == "after commit"]
    assert any(wrong for _, wrong in theatre.deaths(committed))
