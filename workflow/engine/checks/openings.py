"""How cases begin: by a person, in a series, or as a child of another case."""

from collections.abc import Iterator

from workflow.engine.checks.circles import check_row_unit
from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, found, unknown


def check_opening(definition: Definition) -> Iterator[Finding]:
    """What is fired straight through exists along the way, and the opener may fire it."""
    opening, path = definition.opening, ("opening", "straight_through")
    at = opening.state
    for step, name in enumerate(opening.straight_through):
        if at not in definition.states:
            return
        here = definition.states[at].events
        if name not in here:
            yield found("unknown_event", (*path, step), state=at, name=name)
            return
        for role in opening.by:
            known = role.partition(".")[0] in definition.parties
            if known and role not in here[name].by:
                yield found("opener_cannot_fire", (*path, step), role=role, name=name)
        if here[name].needs:
            needs = ", ".join(here[name].needs)
            yield found("straight_needs", (*path, step), name=name, needs=needs)
        at = here[name].to[0].state if here[name].to else at


def check_identity(definition: Definition) -> Iterator[Finding]:
    """What tells a case from all others, or how it is like them, is known when it opens."""
    opening, alike = definition.opening, definition.alike
    wanted: list[tuple[Path, str]] = []
    if opening.external is not None:
        wanted.append((("opening", "external"), opening.external))
        fact = definition.facts.get(opening.external)
        if fact is not None and fact.type != "text":
            yield found("external_not_text", ("opening", "external"), name=opening.external)
    if alike is not None:
        wanted += [(("alike", "by", at), name) for at, name in enumerate(alike.by)]
        yield from unknown("unknown_count", ("alike", "count"), alike.count, definition.counts)
        yield from _check_joins(alike.joins, definition)
    for path, event, _ in events(definition):
        if event.mirrored and not (event.by and opening.external):
            yield found("mirrors_nothing", (*path, "mirrored"))
    for path, name in wanted:
        yield from unknown("unknown_fact", path, name, definition.facts)
        if name in definition.facts and name not in opening.needs:
            yield found("not_needed_to_open", path, name=name)


def _check_joins(name: str | None, definition: Definition) -> Iterator[Finding]:
    """What takes the number of another case is a text."""
    if name is None:
        return
    yield from unknown("unknown_fact", ("alike", "joins"), name, definition.facts)
    fact = definition.facts.get(name)
    if fact is not None and fact.type != "text":
        yield found("not_text_fact", ("alike", "joins"), name=name)


def check_series(definition: Definition) -> Iterator[Finding]:
    """Cause and level are known from the start of every case."""
    series = definition.series
    if series is None:
        return
    yield from unknown("unknown_fact", ("series", "cause"), series.cause, definition.facts)
    for key, name in (("cause", series.cause), ("level", series.level)):
        if name in definition.facts and name not in definition.opening.needs:
            yield found("series_not_needed", ("series", key), name=name)


def check_children(definition: Definition) -> Iterator[Finding]:
    """The parties handed to a child exist here; proposals name a child."""
    for name, child in definition.children.items():
        for theirs, own in child.parties.items():
            path = ("children", name, "parties", theirs)
            if "." in own:
                yield from check_row_unit(path, child, own.partition(".")[2], definition)
            else:
                yield from unknown("unknown_party", path, own, definition.parties)
    for name, proposal in definition.proposals.items():
        where = ("proposals", name, "open")
        yield from unknown("unknown_child", where, proposal.open, definition.children)
