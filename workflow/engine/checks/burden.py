"""Budgets of what a unit is asked in a week: whose they are exists, and a reason can be given."""

from collections.abc import Iterator

from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, found, unknown


def check_burdens(definition: Definition) -> Iterator[Finding]:
    """The party is declared, and the reason is a text that the event may give."""
    for where, event, _ in events(definition):
        if event.burden is None:
            continue
        path, name = (*where, "burden"), event.burden.beyond
        yield from unknown("unknown_party", (*path, "of"), event.burden.of, definition.parties)
        yield from unknown("unknown_fact", (*path, "beyond"), name, definition.facts)
        fact = definition.facts.get(name)
        if fact is not None and fact.type != "text":
            yield found("not_text_fact", (*path, "beyond"), name=name)
        elif fact is not None and name not in event.may:
            yield found("burden_unsaid", (*path, "beyond"), name=name)
