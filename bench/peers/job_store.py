"""APScheduler 3.11 with its SQLAlchemy job store: `job_store.py URL JOBS` fires JOBS due at once.

Prints how many it fired and in how many seconds, from the wake-up to the last job.
"""

import sys
import threading
from datetime import UTC, datetime, timedelta
from time import perf_counter

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

_count = 0
_lock = threading.Lock()
_done = threading.Event()
_wanted = int(sys.argv[2])


def tick(_: int) -> None:
    """The job: count, and tell when all have run."""
    global _count
    with _lock:
        _count += 1
        if _count == _wanted:
            _done.set()


def main() -> None:
    """Fill the store, wake the scheduler, wait for the last job."""
    url = sys.argv[1].replace("postgresql://", "postgresql+psycopg://")
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=url)},
        job_defaults={"misfire_grace_time": None},
        timezone=UTC,
    )
    scheduler.start(paused=True)
    due = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(_wanted):
        scheduler.add_job(
            "bench.peers.job_store:tick", "date", run_date=due, args=[number], id=f"job-{number}"
        )
    began = perf_counter()
    scheduler.resume()
    _done.wait()
    print(_count, perf_counter() - began)
    scheduler.shutdown()


if __name__ == "__main__":
    from bench.peers import job_store  # the jobs name this module, not __main__

    job_store.main()
