"""Samples: each takes a fact of its own, which nobody fills in, and people of one party draw it."""

from collections.abc import Iterator

from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, found, nearest, unknown
from workflow.engine.visiting import Sample


def check_samples(definition: Definition) -> Iterator[Finding]:
    """Every fact of type `sample` is drawn, by people of one party, and never given."""
    for name, sample in definition.samples.items():
        yield from _check_sample(("samples", name), name, sample, definition)
    drawers = {event.draws for _, event, _ in events(definition)}
    for name, fact in definition.facts.items():
        if fact.type == "sample" and not (name in definition.samples and name in drawers):
            yield found("never_drawn", ("facts", name), name=name)
    for at, name in _given(definition):
        if name in definition.facts and definition.facts[name].type == "sample":
            yield found("drawn_not_given", at, name=name)
    for where, event, _ in events(definition):
        if event.draws and len({role.partition(".")[0] for role in event.by}) > 1:
            yield found("draws_together", (*where, "by"))


def _check_sample(
    path: Path, name: str, sample: Sample, definition: Definition
) -> Iterator[Finding]:
    yield from unknown("unknown_fact", path, name, definition.facts)
    if name in definition.facts and definition.facts[name].type != "sample":
        yield found("not_sample_fact", path, name=name)
    yield from unknown("unknown_party", (*path, "below"), sample.below, definition.parties)
    for kind in sample.sizes if sample.strata == "kind" else ():
        if kind not in sample.from_:
            yield found(
                "bad_selector", (*path, "sizes", kind), nearest(kind, sample.from_), text=kind
            )


def _given(definition: Definition) -> Iterator[tuple[Path, str]]:
    """Where somebody would fill in a fact."""
    opening = definition.opening
    lists: list[tuple[Path, tuple[str, ...]]] = [
        (("opening", "needs"), opening.needs),
        (("opening", "may"), opening.may),
    ]
    for path, event, _ in events(definition):
        lists += [((*path, key), getattr(event, key)) for key in ("needs", "may")]
        yield from (((*path, "takes", name), name) for name in event.takes)
    for path, names in lists:
        yield from (((*path, at), name) for at, name in enumerate(names))
