"""Long work as rows: asked for by somebody, taken up by a worker, told of row by row, ended once.

A worker holds a job by a lease that every word of progress renews. Where the worker died, the lease
runs out and another takes the job up from its beginning; what a job does to the database is one
transaction that can be asked for twice, so nothing is half done, and nothing done twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, or_, select, update

from workflow.engine.case import Actor
from workflow.engine.errors import NotFound
from workflow.store.tables.handles import JOB

LEASE = timedelta(minutes=10)
"""Longer than any one transaction of a job takes."""

MOST_ATTEMPTS = 3

KEPT_FOR = timedelta(days=30)
"""A job that ended longer ago is forgotten; its file is cleared away after a day."""

STOPPED = "处理时中断了几次，没有办成；请再试一次，仍不行的请联系系统管理员"


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of long work: `done` rows of `total`, 0 while nobody knows how many; `detail` is the
    sentence that it ended with.
    """

    id: int
    person_id: int
    kind: str
    title: str
    asked: Mapping[str, Any]
    status: str
    done: int
    total: int
    attempts: int
    asked_at: datetime
    ended_at: datetime | None
    detail: str | None
    file: str | None
    file_name: str | None

    def with_posts(self, actor: Actor) -> Actor:
        """Of the posts that somebody holds those with which the job was asked for."""
        asked = frozenset(self.asked["posts"])
        return replace(actor, posts=tuple(post for post in actor.posts if post.id in asked))

    def is_still_theirs(self, actor: Actor) -> bool:
        """Whether somebody holds all the posts with which the job was asked for."""
        return frozenset(self.asked["posts"]) <= {post.id for post in actor.posts}


def ask(
    connection: Connection,
    actor: Actor,
    kind: str,
    title: str,
    asked: Mapping[str, Any],
    now: datetime,
) -> int:
    """Ask for long work with the posts held now; the job's id. Jobs that ended long ago are
    forgotten meanwhile.
    """
    connection.execute(delete(JOB).where(JOB.c.ended_at < now - KEPT_FOR))
    kept = json.dumps({**asked, "posts": sorted(post.id for post in actor.posts)})
    row: dict[str, Any] = {"person_id": actor.person, "kind": kind, "title": title, "asked": kept}
    row |= {"status": "waiting", "done": 0, "total": 0, "attempts": 0, "asked_at": now}
    made = JOB.insert().values(row).returning(JOB.c.id)
    return int(connection.execute(made).scalar_one())


# For workers


def is_any_free(connection: Connection, now: datetime) -> bool:
    """Whether a job waits, or was left by a worker that has died."""
    return connection.execute(_free(now)).first() is not None


def take_up(connection: Connection, now: datetime) -> Job | None:
    """The job that has waited longest, or whose worker has died, leased; None where none is."""
    query = _free(now).with_for_update(skip_locked=True)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    if row["attempts"] >= MOST_ATTEMPTS:
        _end(connection, row["id"], "failed", STOPPED, now)
        return take_up(connection, now)
    begun = {"status": "running", "leased_until": now + LEASE, "attempts": row["attempts"] + 1}
    begun |= {"done": 0, "total": 0}
    connection.execute(update(JOB).where(JOB.c.id == row["id"]).values(begun))
    return _job({**row, **begun})


def _free(now: datetime) -> Select[Any]:
    left = and_(JOB.c.status == "running", JOB.c.leased_until <= now)
    return select(JOB).where(or_(JOB.c.status == "waiting", left)).order_by(JOB.c.id).limit(1)


def tell(connection: Connection, job: int, done: int, total: int, now: datetime) -> None:
    """Say how far a job has come; its lease begins anew."""
    told = {"done": min(done, total), "total": total, "leased_until": now + LEASE}
    connection.execute(update(JOB).where(_running(job)).values(told))


def finish(
    connection: Connection,
    job: int,
    detail: str,
    now: datetime,
    *,
    file: str | None = None,
    file_name: str | None = None,
) -> None:
    """A job is done; `file` is the SHA-256 of what came of it."""
    _end(connection, job, "done", detail, now, done=JOB.c.total, file=file, file_name=file_name)


def fail(
    connection: Connection,
    job: int,
    detail: str,
    now: datetime,
    *,
    file: str | None = None,
    file_name: str | None = None,
) -> None:
    """A job has come to nothing, for this reason; `file` may tell it line by line."""
    _end(connection, job, "failed", detail, now, file=file, file_name=file_name)


def _end(
    connection: Connection, job: int, status: str, detail: str, now: datetime, **more: Any
) -> None:
    ended = {"status": status, "detail": detail, "ended_at": now, "leased_until": None}
    connection.execute(update(JOB).where(_running(job)).values(ended | more))


def _running(job: int) -> Any:
    return and_(JOB.c.id == job, JOB.c.status == "running")


# For whoever asked


def jobs_of(connection: Connection, person: int, limit: int = 50) -> list[Job]:
    """What somebody asked for, newest first."""
    return _read(connection, select(JOB).order_by(JOB.c.id.desc()).limit(limit), person)


def one_of(connection: Connection, person: int, job: int) -> Job:
    """A job that this person asked for; raises NotFound for anybody else's."""
    found = _read(connection, select(JOB).where(JOB.c.id == job), person)
    if not found:
        raise NotFound("没有这项后台任务，或不是你的", {"job": job})
    return found[0]


def _read(connection: Connection, query: Select[Any], person: int) -> list[Job]:
    rows = connection.execute(query.where(JOB.c.person_id == person)).mappings()
    return [_job(row) for row in rows]


def _job(row: Mapping[Any, Any]) -> Job:
    shown = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**shown, "asked": json.loads(row["asked"])})
