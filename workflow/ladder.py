"""The rungs to come: the next one of a ladder has a row, the others follow from the definition.

A row comes due, and before it is settled the next one is written; so a step sets one timer where a
ladder has many rungs, and most of them never need one.
"""

from collections.abc import Mapping
from typing import Any

from workflow.catalog import Catalog
from workflow.engine import deadlines
from workflow.engine.case import Case, World
from workflow.engine.decision import Timer
from workflow.engine.scene import Scene
from workflow.store.writes import Row, timer_row


def following(catalog: Catalog, case: Case, timer: Mapping[str, Any]) -> list[Timer]:
    """The rungs after a timer's, as its entry decided them; none after an event's."""
    kind, _, ladder = timer["name"].partition(":")
    if kind != "rung" or case.due is None or timer["entry"] != case.entry:
        return []
    world = World(catalog.calendars[case.due.calendar])
    scene = Scene(catalog.version(case.definition), case, world, timer["due_at"])
    return list(deadlines.rungs_after(scene, ladder, timer["rung"]))


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
