"""Tallies: what is counted exists, and what is written from it speaks of declared tallies."""

from collections.abc import Iterator

from workflow.engine.definition import Definition, Fact
from workflow.engine.findings import Finding, Path, found, unknown

UNIT_COLUMN, CLASS_COLUMN = "unit", "class"
"""The columns of a ranking, or of a listing, that hold the names and classes of the units."""

_TEXTS, _NUMBERS = ("text",), ("number", "integer")


def check_tallies(definition: Definition) -> Iterator[Finding]:
    """A share is of a tally that is no share; a ranking fills a table whose columns are tallies."""
    tallies = definition.tallies
    for name, tally in tallies.items():
        if tally.count == "arrived" and not tally.at:
            yield found("arrived_where", ("tallies", name, "count"))
        if tally.per is not None:
            path = ("tallies", name, "per")
            yield from unknown("unknown_tally", path, tally.per, tallies)
            if tally.per in tallies and tallies[tally.per].per is not None:
                yield found("share_of_share", path, name=tally.per)
    for name, fact in definition.facts.items():
        if fact.draft is not None and fact.type != "text":
            yield found("draft_not_text", ("facts", name, "draft"), name=name)
        if fact.ranking is not None:
            yield from _check_ranking(name, definition)
        if fact.listing is not None:
            yield from _check_listing(("facts", name, "listing"), name, fact)


def _check_ranking(name: str, definition: Definition) -> Iterator[Finding]:
    fact, path = definition.facts[name], ("facts", name, "ranking")
    assert fact.ranking is not None
    yield from unknown("unknown_tally", (*path, "by"), fact.ranking.by, definition.tallies)
    if fact.type != "table":
        yield found("not_table_fact", path, name=name)
    for key, column in fact.columns.items():
        where = ("facts", name, "columns", key)
        wanted = _TEXTS if key == UNIT_COLUMN else _NUMBERS
        if key != UNIT_COLUMN and key not in definition.tallies and not column.optional:
            yield from unknown("unknown_tally", where, key, definition.tallies)
        elif (key == UNIT_COLUMN or key in definition.tallies) and column.type not in wanted:
            yield found("not_rankable", (*where, "type"), name=key, type=column.type)


def _check_listing(path: Path, name: str, fact: Fact) -> Iterator[Finding]:
    assert fact.listing is not None
    if fact.type != "table":
        yield found("not_table_fact", path, name=name)
    for at, column in enumerate(fact.listing.by):
        yield from unknown("unknown_column", (*path, "by", at), column, fact.columns)
    for column in fact.listing.order:
        yield from unknown("unknown_column", (*path, "order", column), column, fact.listing.by)
