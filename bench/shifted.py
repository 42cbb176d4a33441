"""Duban by another clock than the machine's: `python -m bench.shifted worker`, with BENCH_CLOCK
naming a file that says by how many seconds.
"""

import os
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import api.clock


def shifted() -> datetime:
    """The machine's time, and so many seconds."""
    shift = float(Path(os.environ["BENCH_CLOCK"]).read_text(encoding="ascii"))
    return datetime.now(UTC) + timedelta(seconds=shift)


def shift_the_clock() -> None:
    """From here on everything in this process goes by it, APScheduler too; before Duban's command
    line is imported.
    """
    import apscheduler.executors.base
    import apscheduler.schedulers.base
    import apscheduler.triggers.interval

    api.clock.system_clock = shifted
    for module in (
        apscheduler.executors.base,
        apscheduler.schedulers.base,
        apscheduler.triggers.interval,
    ):
        module.datetime = _ShiftedTime


class _ShiftedTime(datetime):
    """What APScheduler looks at: its own `now` has to be ours."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        """The time by the shifted clock."""
        return shifted().astimezone(tz)


if __name__ == "__main__":
    shift_the_clock()
    from api.cli import main

    main()
