"""Parties: named by the opener or found in a table, and told only where there is one to tell."""

from collections.abc import Iterator

from workflow.engine.checks.parts import events, rungs, without_turn
from workflow.engine.checks.people import check_role
from workflow.engine.definition import Definition, Event, Party, Rung, State
from workflow.engine.findings import Finding, Path, found, unknown
from workflow.engine.words import TURN, PartyRoles


def check_parties(definition: Definition) -> Iterator[Finding]:
    """A party is either named by the opener or found in a table that starts from a named one."""
    parties = definition.parties
    yield from unknown("unknown_party", ("anchor",), definition.anchor, parties)
    yield from named(("anchor",), definition.anchor, definition)
    for name, party in parties.items():
        path = ("parties", name)
        if bool(party.table) != bool(party.of):
            yield found("table_and_of", path)
        if party.table and party.among:
            yield found("table_or_among", (*path, "among"))
        if party.units and (party.table or party.among or party.optional):
            yield found("units_alone", (*path, "units"))
        if party.choice and not party.table:
            yield found("choice_without_table", (*path, "choice"))
        for at, other in enumerate(party.apart_from):
            yield from unknown("unknown_party", (*path, "apart_from", at), other, parties)
        if party.of:
            yield from _check_table(path, party, party.of, definition)
        if party.optional and (party.table or party.apart_from or name in _needed(definition)):
            yield found("optional_needed", (*path, "optional"), name=name)


def _needed(definition: Definition) -> set[str]:
    """The parties without which a case could not be opened, or would come to a stop."""
    needed = {definition.anchor, *(role.partition(".")[0] for role in definition.opening.by)}
    needed |= {ledger.kept_by for ledger in definition.ledgers.values()}
    needed |= {state.turn for state in definition.states.values() if state.turn}
    for party in definition.parties.values():
        needed |= {*party.apart_from, *([party.of] if party.of else [])}
    for event in (event for _, event, _ in events(definition)):
        needed |= {*event.raises}
        if event.signs:
            needed |= {role.partition(".")[0] for role in event.by}
    for child in definition.children.values():
        needed |= {*child.parties.values()}
    for fact in definition.facts.values():
        needed |= {*fact.apart_from, *(role.partition(".")[0] for role in fact.among)}
    return needed


def _check_table(path: Path, party: Party, of: str, definition: Definition) -> Iterator[Finding]:
    """The table starts from a named party and has a row for every kind of unit it may be."""
    yield from unknown("unknown_party", (*path, "of"), of, definition.parties)
    yield from named((*path, "of"), of, definition)
    if of in definition.parties and party.table:
        for kind in definition.parties[of].among:
            if kind not in party.table:
                yield found("kind_not_covered", (*path, "table"), kind=kind)


def named(path: Path, name: str, definition: Definition) -> Iterator[Finding]:
    """A finding if the party is found in a table where one that the opener names is wanted."""
    if name in definition.parties and definition.parties[name].table:
        names = [name for name, party in definition.parties.items() if party.named]
        yield found("not_named_party", path, f"允许：{', '.join(names)}", name=name)


def check_roles(definition: Definition) -> Iterator[Finding]:
    """Every party.role names a declared party and role, and `turn` is somebody's turn there."""
    for at, role in enumerate(definition.opening.by):
        party, _, post = role.partition(".")
        yield from unknown("unknown_party", ("opening", "by", at), party, definition.parties)
        yield from unknown("unknown_role", ("opening", "by", at), post, definition.roles)
    for path, roles, states in _role_uses(definition):
        for at, role in enumerate(roles):
            party, _, post = role.partition(".")
            if party != TURN:
                yield from unknown("unknown_party", (*path, at), party, definition.parties)
            else:
                for state in without_turn(definition, states):
                    yield found("nobody_to_tell", (*path, at), "请写明是哪一方", state=state)
            yield from check_role((*path, at), party, post, definition)


def _role_uses(definition: Definition) -> Iterator[tuple[Path, PartyRoles, tuple[str, ...]]]:
    """Where roles are named, and the states whose `turn` would be meant."""
    for path, event, sources in events(definition):
        yield (*path, "by"), event.by, sources
        yield (*path, "tell"), event.tell, tuple(b.state for b in event.to) or sources
    for path, rung in rungs(definition):
        using = [name for name, state in definition.states.items() if state.ladder == path[1]]
        yield (*path, "tell"), rung.tell, tuple(using)
    for name, state in definition.states.items():
        yield ("states", name, "tell"), state.tell, (name,)
        yield ("states", name, "hand_over"), state.hand_over, ()
    for name, paper in definition.documents.items():
        yield ("documents", name, "by"), paper.by, paper.from_


def check_recipients(definition: Definition) -> Iterator[Finding]:
    """What says how to tell somebody also says whom."""
    wanted = "请加 tell"
    for path, event, _ in events(definition):
        for key in _ways_to_tell(event):
            yield found("no_recipient", (*path, key), wanted)
    for name, state in definition.states.items():
        for key in _ways_to_tell(state):
            yield found("no_recipient", ("states", name, key), wanted)
    for path, rung in rungs(definition):
        for key in _ways_to_tell(rung):
            yield found("no_recipient", (*path, key), wanted)


def _ways_to_tell(part: Event | State | Rung) -> Iterator[str]:
    """The keys of a part that say how to tell, if it tells nobody."""
    if not part.tell:
        keys = ("notice", "by", "urgency") if isinstance(part, Rung) else ("notice", "urgency")
        yield from (key for key in keys if key in part.model_fields_set)
