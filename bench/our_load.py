"""The load program of Duban: `python -m bench.our_load URL` fires `accept` on case after case."""

import sys
from datetime import timedelta

from bench import loads, office
from workflow.store.database import Database


def firing(desk: office.Office) -> loads.Fire:
    """Fire `accept` on the case with a number among those that waited at the start."""
    waiting = desk.cases()
    now = office.NOW + timedelta(hours=1)

    def fire(number: int) -> None:
        case, unit = waiting[number]
        desk.accept(case, unit, f"fire-{number}", now)

    return fire


if __name__ == "__main__":
    loads.serve(firing(office.enter(Database(sys.argv[1]))))
