"""Columns of units, and parties of several: they exist, and stand only where several may."""

from collections.abc import Iterator

from workflow.engine.checks.parts import events
from workflow.engine.definition import Child, Column, Definition
from workflow.engine.findings import Finding, Path, found, unknown


def check_circles(definition: Definition) -> Iterator[Finding]:
    """A party of several units is made of a column of units, and is told, addressed, or kept apart:
    everything else needs one unit.
    """
    several = {name for name, party in definition.parties.items() if party.units}
    for name in several:
        fact, _, column = (definition.parties[name].units or "").partition(".")
        yield from _check_column(("parties", name, "units"), fact, column, definition)
    for path, party in _wanting_one(definition) if several else ():
        if party in several:
            yield found("one_unit_wanted", path, name=party)


def check_unit_columns(definition: Definition) -> Iterator[Finding]:
    """What a column of units says of them is of parties that there are."""
    for name, fact in definition.facts.items():
        for key, column in fact.columns.items():
            yield from _check_unit_column(("facts", name, "columns", key), column, definition)


def _check_unit_column(path: Path, column: Column, definition: Definition) -> Iterator[Finding]:
    if column.type != "unit" and (column.among or column.below or column.within):
        yield found("unit_column_only", path)
    single = [name for name, party in definition.parties.items() if not party.units]
    several = [name for name, party in definition.parties.items() if party.units]
    if column.below:
        yield from unknown("unknown_party", (*path, "below"), column.below, single)
    if column.within:
        yield from unknown("unknown_party", (*path, "within"), column.within, several)


def check_row_unit(
    path: Path, child: Child, column: str, definition: Definition
) -> Iterator[Finding]:
    """The unit of a row that is handed to a child: a child a row, and a column that is filled."""
    if child.for_each is None:
        yield found("row_outside", path)
    elif child.for_each in definition.facts:
        yield from _check_column(path, child.for_each, column, definition)


def _check_column(path: Path, fact: str, column: str, definition: Definition) -> Iterator[Finding]:
    yield from unknown("unknown_fact", path, fact, definition.facts)
    if fact in definition.facts:
        columns = definition.facts[fact].columns
        yield from unknown("unknown_column", path, column, columns)
        spec = columns.get(column)
        if spec is not None and (spec.type != "unit" or spec.optional):
            yield found("not_unit_column", path, name=column)


def _wanting_one(definition: Definition) -> Iterator[tuple[Path, str]]:
    """Wherever a party is named that has to be one unit, with its path."""
    yield ("anchor",), definition.anchor
    for name, party in definition.parties.items():
        yield ("parties", name, "of"), party.of or ""
    for name, ledger in definition.ledgers.items():
        yield ("ledgers", name, "kept_by"), ledger.kept_by
    for name, child in definition.children.items():
        yield from ((("children", name, "parties", key), own) for key, own in child.parties.items())
    for name, paper in definition.documents.items():
        yield ("documents", name, "issuer"), paper.issuer
        yield from _roles(("documents", name, "by"), paper.by)
    for name, visit in definition.visits.items():
        yield ("visits", name, "by"), visit.by
        yield ("visits", name, "to"), visit.to
    for name, sample in definition.samples.items():
        yield ("samples", name, "below"), sample.below
    for at, periodic in enumerate(definition.periodic):
        yield ("periodic", at, "party"), periodic.party
    yield from _roles(("opening", "by"), definition.opening.by)
    yield from _of_people(definition)
    yield from _of_states(definition)


def _of_people(definition: Definition) -> Iterator[tuple[Path, str]]:
    for name, fact in definition.facts.items():
        for key in ("among", "seen_by", "apart_from"):
            yield from _roles(("facts", name, key), getattr(fact, key))
    if definition.confidential is not None:
        yield from _roles(("confidential", "seen_by"), definition.confidential.seen_by)
    if definition.backfill is not None:
        yield from _roles(("backfill", "by"), definition.backfill.by)


def _of_states(definition: Definition) -> Iterator[tuple[Path, str]]:
    for name, state in definition.states.items():
        yield ("states", name, "turn"), state.turn or ""
        yield from _roles(("states", name, "hand_over"), state.hand_over)
    for path, event, _ in events(definition):
        yield from _roles((*path, "by"), event.by)
        yield from _roles((*path, "raises"), event.raises)
        yield (*path, "reassigns"), event.reassigns or ""
        yield from (((*path, "burden", at, "of"), one.of) for at, one in enumerate(event.burden))


def _roles(path: Path, names: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """The parties of a list of parties or of their roles."""
    for at, name in enumerate(names):
        yield (*path, at), name.partition(".")[0]
