"""Facts: each has what its type needs, every use names a declared one, one ledger keeps it."""

from collections.abc import Iterator
from math import isfinite

from workflow.engine.checks.parts import events, parties_of
from workflow.engine.definition import FILE_TYPES, Definition, Fact
from workflow.engine.findings import Finding, Path, found, unknown

_BOUNDED = ("text", "number", "integer")


def check_facts(definition: Definition) -> Iterator[Finding]:
    """Facts have what their type needs; every use names a declared one."""
    for name, fact in definition.facts.items():
        yield from _check_fact(("facts", name), fact)
    for path, name in _uses(definition):
        yield from unknown("unknown_fact", path, name, definition.facts)
    headline = definition.facts.get(definition.headline)
    if headline is not None and headline.type in (*FILE_TYPES, "people", "sample"):
        yield found("not_headline", ("headline",), name=definition.headline)


def _check_fact(path: Path, fact: Fact) -> Iterator[Finding]:
    if (fact.type == "choice") != bool(fact.options):
        yield found("options_and_choice", path)
    if (fact.type == "table") != bool(fact.columns):
        yield found("columns_and_table", path)
    if fact.at_most is not None and fact.type not in (*FILE_TYPES, "people"):
        yield found("at_most_not_for_type", path)
    if fact.public and (fact.personal or fact.seen_by or fact.type in (*FILE_TYPES, "people")):
        yield found("public_and_personal", path, what=fact.title)
    if fact.as_before and (
        fact.computed or fact.seen_by or fact.personal or fact.type in FILE_TYPES
    ):
        yield found("not_as_before", path, what=fact.title)
    for_people = fact.among or fact.apart_from or fact.opener
    if (fact.type == "people") != bool(fact.among) or (for_people and not fact.among):
        yield found("people_and_among", path)
    bounds = [bound for bound in (fact.min, fact.max) if bound is not None]
    if bounds and fact.type not in _BOUNDED:
        yield found("bounds_not_for_type", path)
    elif bounds != sorted(bounds) or not all(isfinite(bound) for bound in bounds):
        yield found("bad_bounds", path)


def _uses(definition: Definition) -> Iterator[tuple[Path, str]]:
    yield ("headline",), definition.headline
    for path, names in _lists(definition):
        for at, name in enumerate(names):
            yield (*path, at), name
    for path, event, _ in events(definition):
        for name in event.takes:
            yield (*path, "takes", name), name
    for at, periodic in enumerate(definition.periodic):
        for name in periodic.facts:
            yield ("periodic", at, "facts", name), name


def _lists(definition: Definition) -> Iterator[tuple[Path, tuple[str, ...]]]:
    yield ("opening", "needs"), definition.opening.needs
    yield ("opening", "may"), definition.opening.may
    for name, ledger in definition.ledgers.items():
        yield ("ledgers", name, "facts"), ledger.facts
    for path, event, _ in events(definition):
        yield (*path, "needs"), event.needs
        yield (*path, "may"), event.may


def check_fact_types(definition: Definition) -> Iterator[Finding]:
    """A limit by a fact has a date, `for_each` a table, the level of a series a whole number."""
    for path, name, kind, code in _typed_uses(definition):
        yield from unknown("unknown_fact", path, name, definition.facts)
        if name in definition.facts and definition.facts[name].type != kind:
            fitting = [name for name, fact in definition.facts.items() if fact.type == kind]
            yield found(code, path, f"允许：{', '.join(fitting) or '（没有）'}", name=name)


def _typed_uses(definition: Definition) -> Iterator[tuple[Path, str, str, str]]:
    progress = definition.progress
    plans = {child.for_each for child in definition.children.values() if child.monthly}
    plans |= {progress.plan} if progress else set()
    for name, state in definition.states.items():
        for at, case in enumerate(state.limit or ()):
            if case.fact and case.fact not in plans:
                yield ("states", name, "limit", at, "is"), case.fact, "date", "not_date_fact"
    for name, child in definition.children.items():
        if child.for_each:
            yield ("children", name, "for_each"), child.for_each, "table", "not_table_fact"
    if definition.series:
        level = definition.series.level
        yield ("series", "level"), level, "integer", "not_integer_fact"


def check_ledgers(definition: Definition) -> Iterator[Finding]:
    """A fact stands in one ledger; only the ledger's keeper writes it."""
    home: dict[str, str] = {}
    for name, ledger in definition.ledgers.items():
        path = ("ledgers", name)
        yield from unknown("unknown_party", (*path, "kept_by"), ledger.kept_by, definition.parties)
        for at, fact in enumerate(ledger.facts):
            if fact in home:
                yield found(
                    "fact_in_two_ledgers", (*path, "facts", at), name=fact, other=home[fact]
                )
            home.setdefault(fact, name)
    keepers = {fact: definition.ledgers[ledger].kept_by for fact, ledger in home.items()}
    for where, role, writers, fact in _writings(definition):
        keeper = keepers.get(fact)
        if keeper in definition.parties and writers and writers != {keeper}:
            yield found("wrong_keeper", where, fact=fact, keeper=keeper, role=role)


def _writings(definition: Definition) -> Iterator[tuple[Path, str, set[str], str]]:
    """Who writes which fact: its path, the role that writes, the parties this can mean."""
    opening = definition.opening
    for role in opening.by:
        for path, fact in _given(("opening",), opening.needs, opening.may):
            yield path, role, parties_of(definition, role, ()), fact
    for at, event, sources in events(definition):
        for role in event.by:
            for path, fact in _given(at, event.needs, event.may):
                yield path, role, parties_of(definition, role, sources), fact


def _given(path: Path, needs: tuple[str, ...], may: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for key, names in (("needs", needs), ("may", may)):
        for at, fact in enumerate(names):
            yield (*path, key, at), fact
