"""Die at the k-th point: a forked child runs a scenario on a copy of a database and kills itself
with SIGKILL before or after a statement, a commit or a sending, as chosen.

What it acknowledged and what it sent stands in two files, as a client's and a provider's own books
would.
"""

import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.proof.sink import Sink
from tests.proof.story import Story
from workflow.commands import Answer
from workflow.store.database import Database
from workflow.store.driver import bulk

Stage = Mapping[str, int]


class Book:
    """Lines in a file that outlive their writer."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, line: str) -> None:
        """One line, written at once."""
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, f"{line}\n".encode())
        os.close(file)

    def read(self) -> list[str]:
        """Every line so far."""
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []


@dataclass
class Points:
    """Where a process may die: counted, and written down while nobody is to die."""

    die_at: int
    passed: int = 0
    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        """Pass a point, or die here."""
        self.passed += 1
        if self.passed == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def watch(self, database: Database) -> None:
        """Make a point before each statement of a database, before and after each commit.

        To die after a statement is to die before the next: nothing that lasts lies in between.
        """
        event.listen(database.engine, "before_cursor_execute", lambda *_: self("before statement"))
        dialect: Any = database.engine.dialect
        product: Any = bulk
        commit, execute, fetch = dialect.do_commit, bulk._execute, bulk.fetch_all

        def committing(connection: Any) -> None:
            self("before commit")
            commit(connection)
            self("after commit")

        def executing(*arguments: Any) -> None:
            self("before statement")
            execute(*arguments)

        def fetching(*arguments: Any) -> Any:
            self("before statement")
            return fetch(*arguments)

        dialect.do_commit, product._execute = committing, executing
        product.fetch_all = fetching


@dataclass
class Run:
    """One run of a scenario, first in the child that dies, then again in the recovery."""

    story: Story
    stage: Stage
    acknowledged: Book
    sent: Book
    passing: Callable[[str], None] = lambda name: None

    def fire(self, request: str, case: int, username: str, event: str, **facts: Any) -> None:
        """A client's request, noted once it is answered."""
        answer = self.story.at_once(case, username, event, request=request, **facts)
        self.note(request, answer)

    def note(self, request: str, answer: Answer) -> None:
        """The client has the answer."""
        self.acknowledged.write(json.dumps({"request": request, **asdict(answer)}))

    def deliver(self) -> None:
        """Send what may go now; the provider writes down what it gets."""
        ways = {"email": self._sink(), "sms": self._sink()}
        self.story.deliver_by(ways)

    def _sink(self) -> Sink:
        def keep(key: str) -> None:
            self.passing("before sending")
            self.sent.write(key)
            self.passing("after sending")

        return Sink(keep)


@dataclass(frozen=True)
class Scenario:
    """What is prepared once, and what is done and done again after the crash."""

    name: str
    prepare: Callable[[Story], Stage]
    act: Callable[[Run], None]


@dataclass
class Place:
    """A copy of the prepared database, with the books beside it; made anew for each death.

    It stays the same `Database`, without connections while somebody else may have the file, so
    that its statements are compiled once for all deaths. `points` says where somebody may die.
    """

    story: Story
    stage: Stage
    folder: Path
    points: Callable[[int], Points] = Points
    serial: int = 0

    def renew(self) -> None:
        """Begin new books."""
        self.serial += 1

    def run(self) -> Run:
        """A run on this copy, begun by a new process or by a recovery."""
        old = self.story
        again = replace(old, name="again", serial=0)
        return Run(again, self.stage, self._book("acknowledged"), self._book("sent"))

    def _book(self, kind: str) -> Book:
        return Book(self.folder / f"{self.serial}.{kind}")

    def crash(self, act: Callable[[Run], None], die_at: int) -> list[str] | None:
        """Run in a child that dies at a point; the points it passed if it lived to the end."""
        self.story.database.dispose()
        book = self._book("points")
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            self._be_the_child(act, die_at, book)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return None
        assert os.WEXITSTATUS(status) == 0, "\n".join(book.read())
        return book.read()

    def _be_the_child(self, act: Callable[[Run], None], die_at: int, book: Book) -> None:
        gc.disable()
        points, code = self.points(die_at), 1
        try:
            points.watch(self.story.database)
            run = self.run()
            run.passing = points
            act(run)
            book.write("\n".join(points.names))
            code = 0
        except BaseException:
            book.write(traceback.format_exc())
        finally:
            os._exit(code)
