"""What one workflow says of another: children exist, are given what they need, and end where told.

A file alone cannot show it; the catalog asks once all files are read.
"""

from collections.abc import Iterator, Mapping

from workflow.engine.case import ENDED, PARENT
from workflow.engine.checks.manned import Beginning, check_begun
from workflow.engine.checks.parts import events
from workflow.engine.checks.tallies import CLASS_COLUMN, UNIT_COLUMN
from workflow.engine.definition import Child, Definition, Party
from workflow.engine.findings import Finding, Path, found, unknown

Definitions = Mapping[str, Definition]


def check_links(definitions: Definitions) -> dict[str, list[Finding]]:
    """The findings of each workflow, by its name; a workflow without any is left out."""
    findings = {name: list(_check(one, definitions)) for name, one in definitions.items()}
    return {name: some for name, some in findings.items() if some}


def _check(definition: Definition, definitions: Definitions) -> Iterator[Finding]:
    for name, child in definition.children.items():
        path = ("children", name)
        if child.workflow not in definitions:
            where = (*path, "workflow")
            yield from unknown("unknown_workflow", where, child.workflow, definitions)
        else:
            theirs = definitions[child.workflow]
            yield from _check_parties(path, child, theirs, definition)
            yield from _check_beginning(path, child, theirs)
            yield from _check_facts(path, child, theirs)
    yield from check_begun(definition, _begun_by_others(definition, definitions))
    yield from _check_arrivals(definition, definitions)
    yield from _check_tallies(definition, definitions)
    yield from _check_listings(definition, definitions)


def _check_listings(definition: Definition, definitions: Definitions) -> Iterator[Finding]:
    """What is listed is a workflow; every column but those of the unit is a fact that it has and
    that nobody is kept from.
    """
    for name, fact in definition.facts.items():
        if (listing := fact.listing) is None:
            continue
        path = ("facts", name, "listing")
        yield from unknown("unknown_workflow", (*path, "of"), listing.of, definitions)
        if (theirs := definitions.get(listing.of)) is None:
            continue
        for at, state in enumerate(listing.at):
            yield from unknown("unknown_state", (*path, "at", at), state, theirs.states)
        open_ = {
            one: known.type
            for one, known in theirs.facts.items()
            if not (known.seen_by or known.personal)
        }
        for key, column in fact.columns.items():
            where = ("facts", name, "columns", key)
            kind = open_.get(key, "text")
            if key not in (UNIT_COLUMN, CLASS_COLUMN):
                yield from unknown("unknown_fact", where, key, open_)
            if column.type != kind:
                yield found("not_listed", where, workflow=listing.of, name=key, type=kind)


def _check_tallies(definition: Definition, definitions: Definitions) -> Iterator[Finding]:
    """What is counted is a workflow, and every mark is one of the workflows counted."""
    for name, tally in definition.tallies.items():
        for at, workflow in enumerate(tally.of):
            yield from unknown(
                "unknown_workflow", ("tallies", name, "of", at), workflow, definitions
            )
        counted = [definitions[one] for one in tally.of if one in definitions]
        marks = {mark for one in counted for mark in one.marks}
        for key in ("marked", "unmarked"):
            for at, mark in enumerate(getattr(tally, key)):
                yield from unknown("unknown_mark", ("tallies", name, key, at), mark, marks)
        states = {one for other in counted for one in other.states}
        for key in ("at", "not_at"):
            for at, state in enumerate(getattr(tally, key)):
                yield from unknown("unknown_state", ("tallies", name, key, at), state, states)


def _check_parties(
    path: Path, child: Child, theirs: Definition, definition: Definition
) -> Iterator[Finding]:
    """Every party the child's opener would name is given, and of a kind that may fill it."""
    for name, own in child.parties.items():
        where = (*path, "parties", name)
        yield from unknown("unknown_party", where, name, theirs.parties)
        party = theirs.parties.get(name)
        if party is not None and party.table and not party.choice:
            yield found("child_party_fixed", where, workflow=theirs.workflow, name=name)
        if party is not None and (kinds := _kinds_given(own, child, definition)):
            for kind in sorted(kinds - set(party.among)):
                if party.among:
                    words = {"kind": kind, "workflow": theirs.workflow, "name": name}
                    yield found("child_kind", where, f"允许：{', '.join(party.among)}", **words)
    for name, party in theirs.parties.items():
        if party.named and not party.optional and name not in child.parties:
            where = (*path, "parties")
            yield found("child_party_missing", where, workflow=theirs.workflow, name=name)


def _kinds_given(own: str, child: Child, definition: Definition) -> set[str]:
    """The kinds of unit that a party of this case, or a column of the row, hands to a child."""
    if own in definition.parties:
        return _kinds(definition.parties[own])
    table = definition.facts.get(child.for_each or "")
    column = table.columns.get(own.partition(".")[2]) if table else None
    return {*column.among} if column else set()


def _kinds(party: Party) -> set[str]:
    """The kinds of unit that may fill a party."""
    offices = [office.partition(".") for row in party.table.values() for office in row]
    found_in_table = {
        level if function == "government" else f"{level} department"
        for level, _, function in offices
    }
    return {*party.among, *found_in_table}


def _check_facts(path: Path, child: Child, theirs: Definition) -> Iterator[Finding]:
    """What the child is given it knows, and what it needs to open it is given."""
    for name in child.facts:
        yield from unknown("unknown_fact", (*path, "facts", name), name, theirs.facts)
    for name in theirs.opening.needs:
        if name not in child.facts:
            where = (*path, "facts")
            yield found("child_fact_missing", where, workflow=theirs.workflow, name=name)


def _check_beginning(path: Path, child: Child, theirs: Definition) -> Iterator[Finding]:
    """Where a child begins is a state in which its own file lets cases of others begin."""
    if child.begins is not None and child.begins not in theirs.opening.from_case:
        hint = f"允许：{', '.join(theirs.opening.from_case) or '（没有）'}"
        yield found("no_beginning", (*path, "begins"), hint, state=child.begins)


def _begun_by_others(definition: Definition, definitions: Definitions) -> Iterator[Beginning]:
    """How cases of this workflow begin that other cases open; nobody is named as their opener."""
    opening = definition.opening
    for other in definitions.values():
        for child in other.children.values():
            if child.workflow == definition.workflow:
                state = child.begins or (*opening.from_case, opening.state)[0]
                yield Beginning(state, frozenset(child.facts))


def _heard(on: str, definition: Definition, definitions: Definitions) -> list[Definition]:
    """The workflows of which `on` means a state: of a child, or of those that open this one."""
    name = on.partition(".")[0]
    if name == PARENT:
        mine = definition.workflow
        parents = definitions.values()
        return [p for p in parents if any(c.workflow == mine for c in p.children.values())]
    child = definition.children.get(name)
    return [definitions[child.workflow]] if child and child.workflow in definitions else []


def _check_arrivals(definition: Definition, definitions: Definitions) -> Iterator[Finding]:
    """An event `on` another case names a state of it and takes facts it knows."""
    for path, event, _ in events(definition):
        heard = _heard(event.on or "", definition, definitions)
        state = (event.on or "").partition(".")[2]
        whole = () if event.on and event.on.startswith(f"{PARENT}.") else (ENDED,)
        if heard:
            known = [one for theirs in heard for one in theirs.states]
            yield from unknown("unknown_state", (*path, "on"), state, (*known, *whole))
        for theirs in (one for one in heard if state in (*one.states, *whole)):
            if whole:
                yield from _check_for_good(path, state, theirs)
            for own, fact in event.takes.items():
                where = (*path, "takes", own)
                yield from unknown("unknown_fact", where, fact, theirs.facts)
                if own in definition.facts and fact in theirs.facts:
                    yield from _check_taken(where, own, fact, definition, theirs)


def _check_for_good(path: Path, state: str, theirs: Definition) -> Iterator[Finding]:
    """What a case does upon an arrival of its child stays done, so the arrival is for good."""
    known = theirs.states.items()
    states = {name for name, one in known if one.final} if state == ENDED else {state}
    for where, event, _ in events(theirs):
        if event.take_back and states & {branch.state for branch in event.to}:
            words = {"workflow": theirs.workflow, "name": str(where[-1]), "state": state}
            yield found("heard_taken_back", (*path, "on"), **words)


def _check_taken(
    path: Path, own: str, fact: str, definition: Definition, theirs: Definition
) -> Iterator[Finding]:
    if theirs.facts[fact].seen_by and not definition.facts[own].seen_by:
        yield found("secret_taken", path, own=own, name=fact)
    kind, other = definition.facts[own].type, theirs.facts[fact].type
    if kind != other:
        words = {"own": own, "type": kind, "workflow": theirs.workflow, "name": fact}
        yield found("taken_type", path, **words, other=other)
