"""A parent that has imported and compiled everything and forks real `duban serve` and
`duban worker` processes: to be killed a thousand times, a process must be there again in a fraction
of a second.

    python -m tests.soak.nursery        a line in: {"verb": …, "log": …, "environment": {…}}
                                        a line out: the process id

`DATABASE_URL` names a database with the definitions. The clock of the children is the machine's,
shifted by the seconds in the file that BENCH_CLOCK names; PROOF_BUG names a bug to plant in a
child. The children die with their parent.
"""

import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.shifted import shift_the_clock

_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


def main() -> None:
    """Fork on demand until the standard input ends, then let nobody outlive us."""
    shift_the_clock()
    _import_everything()
    _compile_everything()
    gc.freeze()  # what was imported is not looked at again, and stays one copy for all children
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            _be(wanted)
        print(child, flush=True)


def _import_everything() -> None:
    import uvicorn  # noqa: F401


def _compile_everything() -> None:
    """A published version never changes: what the children would compile they find compiled."""
    from workflow.catalog import Catalog
    from workflow.store.database import Database

    database = Database(os.environ["DATABASE_URL"])
    known = Catalog(database)
    known.workflows()
    database.dispose()
    proper = Catalog.__init__

    def begin(self: Catalog, database: Database) -> None:
        proper(self, database)
        self._compiled.update(known._compiled)

    Catalog.__init__ = begin  # type: ignore[method-assign]


def _be(wanted: dict[str, Any]) -> None:
    """Become a process of the command line; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(wanted["environment"])
    sys.argv = ["duban", wanted["verb"]]
    code: object = 1
    try:
        _plant(os.environ.get("PROOF_BUG"))
        from api.cli import main as command_line

        command_line()
    except SystemExit as leaving:
        code = leaving.code
    finally:
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 0)


def _plant(bug: str | None) -> None:
    if bug:
        from tests.proof.bugs import plant_wide

        plant_wide(bug, _Patch())


class _Patch:
    """Sets attributes as pytest's monkeypatch does; nobody takes them back."""

    def setattr(self, target: Any, name: str, value: Any, /) -> None:
        """Put something else in a place."""
        setattr(target, name, value)


class Nursery:
    """The parent, from outside."""

    def __init__(self, url: str) -> None:
        """It compiles what is published in the database of this URL, and in copies of it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "DATABASE_URL": url},
        )

    def bear(self, verb: str, log: Path, environment: dict[str, str]) -> int:
        """A new process of the command line; its id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        wanted = {"verb": verb, "log": str(log), "environment": environment}
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        born = self._process.stdout.readline()
        if not born:
            raise RuntimeError("the nursery has died; what it said stands above")
        return int(born)

    def close(self) -> None:
        """End it, and with it all that it has borne."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


if __name__ == "__main__":
    main()
