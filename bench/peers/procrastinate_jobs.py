"""procrastinate's jobs on PostgreSQL: `procrastinate_jobs.py URL JOBS` fires JOBS due at once.

Prints how many it fired and in how many seconds, from the worker's start to its last job. Runs in
the peers' environment.
"""

# mypy: ignore-errors

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter

from procrastinate import App, PsycopgConnector

CONCURRENCY = 10
BATCH = 1_000

app = App(connector=PsycopgConnector(conninfo=sys.argv[1], max_size=CONCURRENCY + 2))
_count = 0


@app.task
async def tick(number: int) -> None:
    """The job: count."""
    global _count
    del number
    _count += 1


async def main(jobs: int) -> None:
    """Fill the queue, start a worker, and let it end when nothing is left."""
    due = datetime.now(UTC) - timedelta(minutes=1)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for first in range(0, jobs, BATCH):
            some = ({"number": n} for n in range(first, min(first + BATCH, jobs)))
            await tick.configure(schedule_at=due).batch_defer_async(*some)
        began = perf_counter()
        await app.run_worker_async(
            wait=False, concurrency=CONCURRENCY, install_signal_handlers=False
        )
        print(_count, perf_counter() - began)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[2])))
