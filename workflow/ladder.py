"""The rungs to come: the next one of a ladder has a row, the others follow from the definition.

A row comes due, and before it is settled the next one is written; so a step sets one timer where a
ladder has many rungs, and most of them never need one.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from workflow.catalog import Catalog
from workflow.engine import deadlines
from workflow.engine.case import Case, World
from workflow.engine.decision import Timer
from workflow.engine.scene import Scene
from workflow.store.casework.timer_rows import Row, timer_row


def following(catalog: Catalog, case: Case, timer: Mapping[str, Any]) -> Iterator[Timer]:
    """The rungs after a timer's, as its entry decided them; none after an event's."""
    kind, _, ladder = timer["name"].partition(":")
    if kind == "rung" and case.due is not None and timer["entry"] == case.entry:
        world = World(catalog.calendar_of(case.due.calendar))
        scene = Scene(catalog.version(case.definition), case, world, timer["due_at"])
        yield from deadlines.rungs_after(scene, ladder, timer["rung"])


def due_together(
    catalog: Catalog, case: Case, timer: Mapping[str, Any], now: datetime
) -> list[Timer]:
    """The rungs after a timer's that get a row as it comes due; none at the end of its ladder.

    The last of them is to come next. Those before it are reminders that have piled up: a later
    rung is due as well and speaks for them.
    """
    together: list[Timer] = []
    for rung in following(catalog, case, timer):
        before = together[-1] if together else None
        if before and not (rung.at <= now and only_tells(catalog, case, before.name, before.rung)):
            break
        together.append(rung)
    return together


def only_tells(catalog: Catalog, case: Case, name: str, rung: int) -> bool:
    """Whether a rung, by the name of its timer, may be left out when a later one is due as well."""
    ladders = catalog.version(case.definition).definition.ladders
    return not ladders[name.partition(":")[2]][rung].punitive


def with_rungs_to_come(catalog: Catalog, case: Case, rows: list[Row]) -> list[Row]:
    """A case's timers, those to come first: its rows, and the rungs that have none yet."""
    waiting = [row for row in rows if row["status"] == "waiting"]
    rungs = [row for row in waiting if row["name"].startswith("rung:")]
    if rungs:
        last = max(rungs, key=lambda row: int(row["rung"]))
        blank = dict.fromkeys(last)
        waiting += [blank | timer_row(case, timer) for timer in following(catalog, case, last)]
        waiting.sort(key=lambda row: row["due_at"])
    return waiting + [row for row in rows if row["status"] != "waiting"]
