"""Progress: numbers against a table of dates and numbers, and lights that turn in their order."""

from collections.abc import Iterator

from workflow.engine.definition import Definition, Fact
from workflow.engine.findings import Finding, found, unknown

_NUMBERS = ("number", "integer")


def check_progress(definition: Definition) -> Iterator[Finding]:
    """What it names exists and holds what is counted; yellow comes before red."""
    progress = definition.progress
    if progress is None:
        return
    for key, name, kinds, code in (
        ("done", progress.done, _NUMBERS, "not_number_fact"),
        ("target", progress.target, _NUMBERS, "not_number_fact"),
        ("plan", progress.plan, ("table",), "not_table_fact"),
        ("since", progress.since, ("date",), "not_date_fact"),
    ):
        if name is not None:
            yield from unknown("unknown_fact", ("progress", key), name, definition.facts)
            if name in definition.facts and definition.facts[name].type not in kinds:
                yield found(code, ("progress", key), name=name)
    plan = definition.facts.get(progress.plan)
    if plan is not None and plan.columns:
        yield from _check_columns(plan, progress.by, progress.reach)
    if progress.yellow > progress.red:
        yield found("lights_order", ("progress", "red"))


def _check_columns(plan: Fact, by: str, reach: str) -> Iterator[Finding]:
    for key, name, kinds, code in (
        ("by", by, ("date",), "not_date_column"),
        ("reach", reach, _NUMBERS, "not_number_column"),
    ):
        yield from unknown("unknown_column", ("progress", key), name, plan.columns)
        column = plan.columns.get(name)
        if column is not None and (column.type not in kinds or column.optional):
            yield found(code, ("progress", key), name=name)
