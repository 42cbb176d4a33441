"""Documents: who issues them, in whose name and to whom exists, and the ledger's keeper writes the
number.
"""

from collections.abc import Iterator

from workflow.engine.checks.parts import parties_of
from workflow.engine.definition import Definition, Paper
from workflow.engine.findings import Finding, Path, found, unknown


def check_documents(definition: Definition) -> Iterator[Finding]:
    """Every name in a document is declared; its number goes where its issuer may write."""
    keepers = {
        fact: ledger.kept_by for ledger in definition.ledgers.values() for fact in ledger.facts
    }
    for name, paper in definition.documents.items():
        path = ("documents", name)
        yield from _check_names(path, paper, definition)
        if paper.number is None:
            continue
        where = (*path, "number")
        yield from unknown("unknown_fact", where, paper.number, definition.facts)
        fact, keeper = definition.facts.get(paper.number), keepers.get(paper.number)
        if fact is not None and fact.type != "text":
            yield found("not_text_fact", where, name=paper.number)
        for role in paper.by if keeper in definition.parties else ():
            if parties_of(definition, role, paper.from_) != {keeper}:
                yield found("wrong_keeper", where, fact=paper.number, keeper=keeper, role=role)


def _check_names(path: Path, paper: Paper, definition: Definition) -> Iterator[Finding]:
    for at, state in enumerate(paper.from_):
        yield from unknown("unknown_state", (*path, "from", at), state, definition.states)
    yield from unknown("unknown_party", (*path, "issuer"), paper.issuer, definition.parties)
    for key in ("to", "copies"):
        for at, party in enumerate(getattr(paper, key)):
            yield from unknown("unknown_party", (*path, key, at), party, definition.parties)
    if paper.otherwise and not paper.when:
        yield found("idle_otherwise", (*path, "otherwise"))
