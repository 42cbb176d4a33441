"""The flow of `viewflow_step.py`; viewflow looks for it in a module of an installed application."""

# mypy: ignore-errors

from collections.abc import Mapping
from typing import Any

from django.db import connection
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process

from bench.peers.reference_rows import step


class Rectification(flow.Flow):
    """A case that waits for its acceptance, and then for its plan."""

    process_class = Process
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle(this.begin).Next(this.accept)
    accept = flow.Handle(this.accepted).Next(this.plan)
    plan = flow.Handle().Next(this.end)
    end = flow.End()

    def begin(self, activation: Any) -> None:
        """Nothing but the process."""

    def accepted(self, activation: Any, case: int) -> None:
        """What a step has to write beside the state."""
        step(_execute, case)


def _execute(statement: str, given: Mapping[str, Any]) -> Any:
    cursor = connection.cursor()
    cursor.execute(statement.format_map({name: f"%({name})s" for name in given}), given)
    return cursor
