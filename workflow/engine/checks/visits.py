"""Visits: their parties, sample and states exist, and each has its day from one place."""

from collections.abc import Iterator

from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, found, unknown
from workflow.engine.visiting import Visit


def check_visits(definition: Definition) -> Iterator[Finding]:
    """Everything a visit names exists; its day is a date fact or the end of a limit."""
    for name, visit in definition.visits.items():
        yield from _check_visit(("visits", name), visit, definition)


def _check_visit(path: Path, visit: Visit, definition: Definition) -> Iterator[Finding]:
    for key, party in (("by", visit.by), ("to", visit.to)):
        yield from unknown("unknown_party", (*path, key), party, definition.parties)
    if visit.sample is not None:
        yield from unknown("unknown_sample", (*path, "sample"), visit.sample, definition.samples)
    if (visit.on is None) == (not visit.in_):
        yield found("visit_day", path)
    for state in visit.in_:
        yield from unknown("unknown_state", (*path, "in"), state, definition.states)
    if visit.on is not None:
        yield from unknown("unknown_fact", (*path, "on"), visit.on, definition.facts)
        if visit.on in definition.facts and definition.facts[visit.on].type != "date":
            yield found("not_date_fact", (*path, "on"), name=visit.on)
