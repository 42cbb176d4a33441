"""Budgets of what a unit is asked in a week: whose they are exists, a reason can be given, and a
visit that is counted is planned on a day.
"""

from collections.abc import Iterator

from workflow.engine.burden import Burden
from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition, Event
from workflow.engine.findings import Finding, Path, found, unknown


def check_burdens(definition: Definition) -> Iterator[Finding]:
    """The party is declared, the reason a text that the event may give, no budget stands twice."""
    for where, event, _ in events(definition):
        for at, burden in enumerate(event.burden):
            path = (*where, "burden", at)
            yield from _check(path, burden, event, definition)
            if any(one.counts == burden.counts for one in event.burden[:at]):
                yield found("burden_twice", (*path, "counts"), name=burden.counts)


def _check(path: Path, burden: Burden, event: Event, definition: Definition) -> Iterator[Finding]:
    name = burden.beyond
    yield from unknown("unknown_party", (*path, "of"), burden.of, definition.parties)
    yield from unknown("unknown_fact", (*path, "beyond"), name, definition.facts)
    fact = definition.facts.get(name)
    if fact is not None and fact.type != "text":
        yield found("not_text_fact", (*path, "beyond"), name=name)
    elif fact is not None and name not in event.may:
        yield found("burden_unsaid", (*path, "beyond"), name=name)
    planned = any(one.on and one.to == burden.of for one in definition.visits.values())
    if burden.counts == "visits" and not planned:
        yield found("burden_unplanned", (*path, "counts"), name=burden.of)
