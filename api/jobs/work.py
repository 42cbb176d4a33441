"""What a kind of long work is handed, and what it gives back."""

from dataclasses import dataclass
from typing import Protocol

from api.auth import Someone
from api.context import Duban
from api.jobs.telling import Tell
from workflow.store import jobs
from workflow.store.evidence.audit import Act
from workflow.store.jobs import Job

TOLD_EVERY = 500
"""Rows between two words of progress."""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a job: a sentence, perhaps a file, perhaps an act for the log; `failed` where
    the sentence says why nothing did.
    """

    sentence: str
    content: bytes | None = None
    name: str = ""
    noted: Act | None = None
    failed: bool = False


class Kind(Protocol):
    """Does a job as whoever asked for it; raises a Refusal.

    What it writes to the database it writes in one transaction that may be asked for twice, and
    says nothing from inside of it.
    """

    def __call__(self, duban: Duban, someone: Someone, job: Job, tell: Tell) -> Made: ...


def told_in_rows(duban: Duban, job: Job) -> Tell:
    """Progress as rows: written every so many rows, and at the end."""

    def tell(done: int, total: int) -> None:
        if done % TOLD_EVERY and done < total:
            return
        with duban.database.unit_of_work() as connection:
            jobs.tell(connection, job.id, done, total, duban.clock())

    return tell
