"""Kill -9 under load: two web processes and two workers on one database, clients that retry until
they are answered, and somebody who kills one process after the other.

The clock runs on with the machine's, and leaps while no worker lives, so that timers come due,
leases end and mornings come.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bench.embedded import PostgresServer
from tests.prefecture import NOW
from tests.proof.story import Story
from tests.soak.clients import PEOPLE, Book, Client
from tests.soak.nursery import Nursery
from tests.soak.postmaster import kill_backend, kill_postmaster
from tests.soak.processes import Process, Toll, free_ports
from tests.soak.sink import CountingSink
from tests.soak.telling import Telling
from tests.soak.verdict import verdict, wrong_at_any_time
from workflow.catalog import Catalog
from workflow.engine.pace import may_go_at
from workflow.store.database import Database
from workflow.store.outgoing.backlog import backlog
from workflow.store.outgoing.outbox import waits
from workflow.store.people.tokens import Scope, make_token
from workflow.store.tables.handles import OUTBOX

LEAP_EVERY = 12
"""Kills between two leaps of the clock."""

SHORT_LEAP = timedelta(minutes=20)  # longer than a lease
LEAPS = (SHORT_LEAP, SHORT_LEAP, timedelta(days=1))
BELOW, POSTMASTERS = 0.4, 0.15
"""How many kills go for PostgreSQL where it may be killed, and how many of these for all of it."""

EARLY = 0.1
"""How many kills do not wait until everybody is at work: some die as they start."""

READY_SECONDS, FINISH_SECONDS, DRAIN_SECONDS, END_SECONDS = 120.0, 90.0, 900.0, 60.0
"""How long processes may take to be at work, clients to finish, workers to catch up, all to end."""

STILL_SECONDS, MOST_PUSHES = 60.0, 3
"""When nothing has moved for so long something waits for the end of a lease or for another try:
then the clock leaps once more, as often as makes SOON.
"""

SOON = timedelta(hours=1)
"""Messages that go within this are waited for in the end; what a number that has had enough is
owed goes on another morning.
"""

LOOK_SECONDS = 0.05


class Siege:
    """An installation besieged; `folder` takes its data, `bug` is planted in each process, and a
    `server` is killed too. It tells of itself by its `name`.
    """

    def __init__(
        self,
        nursery: Nursery,
        url: str,
        folder: Path,
        seed: int,
        *,
        name: str = "siege",
        bug: str = "",
        server: PostgresServer | None = None,
        pause: tuple[float, float] = (0.05, 0.5),
        clients: int = 8,
        think: float = 0.0,
    ) -> None:
        """`pause` is how many seconds lie between two kills, from and to; `think` is how many a
        client takes at most between an answer and its next request.
        """
        self.database, self.folder, self.bug, self.server = Database(url), folder, bug, server
        self._nursery, self._count, self._think = nursery, clients, think
        self.chance, self.pause, self.raged = random.Random(seed), pause, 0.0
        self.book, self.toll, self.sink = Book(), Toll(), CountingSink()
        self.telling = Telling(name)
        self._shift = NOW - datetime.now(UTC)  # noqa: TID251  (this is the clock)
        self._stopping = threading.Event()
        self._stack = ExitStack()
        self._clock = folder / "clock"
        self._leap(timedelta())

    # Coming and going

    def __enter__(self) -> Self:
        self._stack.enter_context(self.sink)
        tokens = self._tokens()
        servers = [self._place("serve", n, port) for n, port in enumerate(free_ports(2), 1)]
        self.processes = [*servers, *(self._place("worker", n) for n in (1, 2))]
        for process in self.processes:
            self._bear(process)
        self._clients = [
            threading.Thread(target=client.run, name=client.name)
            for client in self._all_clients(tokens)
        ]
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for client in self._clients:
            if client.is_alive():
                client.join()
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.kill(process.id, signal.SIGKILL)
        self._stack.close()
        self.database.dispose()

    def _tokens(self) -> dict[str, str]:
        story = Story(self.database, Catalog(self.database))
        lasts = timedelta(days=3000)
        with self.database.unit_of_work() as connection:
            return {
                who: make_token(connection, story.people[who], "soak", Scope.WRITE, NOW, lasts)
                for who in PEOPLE
            }

    def _place(self, verb: str, number: int, port: int = 0) -> Process:
        environment = {
            "DUBAN_DATA": str(self.folder / "data"),
            "DATABASE_URL": self.database.url,
            "BENCH_CLOCK": str(self._clock),
            "DUBAN_PORT": str(port or 1),
            "DUBAN_EMAIL": self.sink.url,
            "DUBAN_MAILS_A_MINUTE": "100000",
            "DUBAN_LOG": "json",
            "PROOF_BUG": self.bug,
        }
        return Process(verb, self.folder / f"{verb}{number}.log", environment, port=port)

    def _bear(self, process: Process) -> None:
        process.log_began = process.log.stat().st_size if process.log.exists() else 0
        process.log.touch()
        process.id = self._nursery.bear(process.verb, process.log, dict(process.environment))
        process.born_at, process.is_up = time.monotonic(), False

    def _all_clients(self, tokens: Mapping[str, str]) -> Iterator[Client]:
        ports = [process.port for process in self.processes if process.verb == "serve"]
        for number in range(self._count):
            chance = random.Random(self.chance.random())
            yield Client(
                f"c{number}", ports, tokens, self.book, self._stopping, chance, self._think
            )

    # The siege

    def rage(self, kills: int, seconds: float, fewest: int = 0) -> None:
        """Kill so many processes one by one, for no longer than these seconds, but `fewest` even
        then. What is planted is besieged until it shows.
        """
        self.telling.begin("processes start", READY_SECONDS)
        self._await_all()
        for client in self._clients:
            client.start()
        self.telling.begin(f"{kills:,} kills", seconds)
        began = time.monotonic()
        while self.toll.total < (kills if time.monotonic() < began + seconds else fewest):
            if self._has_shown():
                break
            if self.toll.total % LEAP_EVERY == LEAP_EVERY - 1:
                self._leap_without_workers(self.chance.choice(LEAPS))
            else:
                self._kill_one()
            self._look_on(self.chance.uniform(*self.pause))
        self.raged = time.monotonic() - began

    def _has_shown(self) -> bool:
        """Whether there was a bug to be seen, and it was."""
        return bool(self.bug and self._shown())

    def _shown(self) -> list[str]:
        """What is wrong already, whatever is still to be done."""
        left = self.toll.left if self.server is None else Counter[str]()
        return [*self.book.wrong, *(f"{verb} left by itself {n} times" for verb, n in left.items())]

    def _kill_one(self) -> None:
        if self.server is not None and self.chance.random() < BELOW:
            self._kill_below(self.server)
            return
        victim = self._victim()
        self._kill(victim)
        self._bear(victim)

    def _kill_below(self, server: PostgresServer) -> None:
        if self.chance.random() < POSTMASTERS:
            kill_postmaster(server)
            self.toll.kills["postmaster"] += 1
        elif kill_backend(server, self.chance):
            self.toll.kills["backend"] += 1

    def _victim(self) -> Process:
        """By chance one of all, as a rule once they all work."""
        if self.chance.random() >= EARLY:
            self._comes_true(self._may_go_on)
        return self.chance.choice(self.processes)

    def _look_on(self, seconds: float) -> None:
        """Let time pass, and see meanwhile who is back at work."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._all_work()
            self.telling.tell(self._how_far())
            time.sleep(min(left, LOOK_SECONDS))

    def _how_far(self) -> str:
        acknowledged = len(self.book.acknowledged)
        return f"{self.toll.total:,} killed, {acknowledged:,} requests acknowledged"

    def _all_work(self) -> bool:
        """Whether every process is at work; who left by itself is started again, as by systemd."""
        for process in self.processes:
            if not process.is_alive():
                self.toll.left[process.verb] += 1
                self._bear(process)
        ready = [self._is_ready(one) for one in self.processes]  # each is looked at
        return all(ready)

    def _may_go_on(self) -> bool:
        """Whether every process is at work, or none is needed any more."""
        return self._all_work() or self._has_shown()

    def _comes_true(self, is_so: Callable[[], bool], seconds: float = READY_SECONDS) -> bool:
        """Wait for something, but no longer than that; whether it came true."""
        until = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > until:
                return False
            self.telling.tell(self._how_far())
            time.sleep(LOOK_SECONDS)
        return True

    def _is_ready(self, process: Process) -> bool:
        if process.is_up:
            return True
        process.is_up = process.is_ready()
        if process.is_up:
            self.toll.back.append(time.monotonic() - process.born_at)
        return process.is_up

    def _kill(self, process: Process) -> None:
        with suppress(ProcessLookupError):
            os.kill(process.id, signal.SIGKILL)
            self.toll.kills[process.verb] += 1
        while process.is_alive():
            time.sleep(0.001)

    def _leap_without_workers(self, leap: timedelta) -> None:
        """Kill the workers, move the clock and start them again: whoever lives holds no lease."""
        workers = [process for process in self.processes if process.verb == "worker"]
        for process in workers:
            self._kill(process)
        self._leap(leap)
        for process in workers:
            self._bear(process)

    def _leap(self, leap: timedelta) -> None:
        self._shift += leap
        new = self._clock.with_suffix(".new")
        new.write_text(str(self._shift.total_seconds()), encoding="ascii")
        new.replace(self._clock)

    def _await_all(self) -> None:
        if not self._comes_true(self._may_go_on):
            idle = next(one for one in self.processes if not one.is_up)
            said = idle.log.read_text(encoding="utf-8")[-2000:]
            raise TimeoutError(f"{idle.verb} does not start: {said}")

    # The end

    def end(self) -> list[str]:
        """Let the clients finish, the workers catch up and all processes end; everything that is
        wrong then. Where a bug is planted, whatever shows it is enough.
        """
        self._let_clients_finish()
        if self.bug and (shown := self._shown() or self._wrong_already()):
            return shown
        late = [*self._catch_up()]
        story = self._story()
        late += self._let_all_end()
        self.telling.begin("the verdict")
        safe = self.folder / "data" / "checkpoints"
        found = verdict(story, self.book, self.sink, self._may_double(), safe)
        return [*self._shown(), *late, *found]

    def _wrong_already(self) -> list[str]:
        self._leap_without_workers(timedelta())  # what a living one is about is not wrong yet
        return [*wrong_at_any_time(self._story(), self.book, self.sink)]

    def _story(self) -> Story:
        return Story(self.database, Catalog(self.database), self.now())

    def _let_clients_finish(self) -> None:
        self._stopping.set()
        self.telling.begin("clients finish what they have in hand", FINISH_SECONDS)
        self._comes_true(self._have_finished, FINISH_SECONDS)
        for client in self._clients:
            client.join()
        self.database.dispose()  # of its connections some died with their backends

    def _have_finished(self) -> bool:
        self._all_work()
        return not any(client.is_alive() for client in self._clients)

    def _catch_up(self) -> Iterator[str]:
        """Do what is due, until the next day has come; what was not done in time."""
        self.telling.begin("workers catch up", 2 * DRAIN_SECONDS)
        try:
            if not self._comes_true(self._database_answers):
                raise TimeoutError("the database does not answer")
            self._await_all()
            for leap in (SHORT_LEAP, timedelta(days=1)):
                self._leap_without_workers(self._until_nine(self.now() + leap) - self.now())
                self._await_all()
                self._drain()
        except TimeoutError as late:
            yield str(late)

    def _let_all_end(self) -> Iterator[str]:
        """Tell every process to end; who does not."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.kill(process.id, signal.SIGTERM)
        self._comes_true(lambda: not any(one.is_alive() for one in self.processes), END_SECONDS)
        for process in self.processes:
            if process.is_alive():
                yield f"{process.verb} does not end when it is told to"

    def _database_answers(self) -> bool:
        """Whether it does not recover any more from the last kill."""
        try:
            self._behind()
        except OperationalError:
            return False
        return True

    def _may_double(self) -> int:
        """How many copies too many the kills may have caused: one a kill and sender."""
        below = self.toll.kills["backend"] + self.toll.kills["postmaster"]
        return self.toll.kills["worker"] + 2 * below

    def _until_nine(self, now: datetime) -> datetime:
        """The next instant at which a digest may go."""
        return may_go_at(Catalog(self.database).calendar, "digest", now)

    def now(self) -> datetime:
        """What time it is for the besieged."""
        return datetime.now(UTC) + self._shift  # noqa: TID251  (this is the clock)

    def _drain(self) -> None:
        """Wait until nothing is behind any more."""
        for pushed in range(MOST_PUSHES + 1):
            if self._comes_to_nothing():
                return
            if pushed < MOST_PUSHES:
                self.toll.pushes += 1
                self._leap_without_workers(SHORT_LEAP)
                self._await_all()
        timers, messages = self._behind()
        raise TimeoutError(f"still behind by {timers} timers and {messages} messages")

    def _comes_to_nothing(self) -> bool:
        """Whether all that is behind is done; False once nothing has moved for a while."""
        behind, moved_at = (0, 0), time.monotonic()
        until = moved_at + DRAIN_SECONDS
        while any(left := self._behind()) and not self._has_shown():
            self._all_work()
            now = time.monotonic()
            if left != behind:
                behind, moved_at = left, now
            if now > min(moved_at + STILL_SECONDS, until):
                return False
            self.telling.tell(f"{left[0]:,} timers and {left[1]:,} messages behind")
            time.sleep(4 * LOOK_SECONDS)
        return True

    def _behind(self) -> tuple[int, int]:
        """Timers that are due, and messages that go soon."""
        now = self.now()
        soon = select(func.count()).select_from(OUTBOX).where(waits(now + SOON))
        with self.database.reading() as connection:
            return backlog(connection, now).timers, connection.scalar(soon) or 0
