"""Cases taken over from before (补录): where every signature is still to be given, or none.

Between two sign-offs nobody can say whether the second signer is another person than the first: a
statement names no account. Such a case is signed anew from the first.
"""

from collections.abc import Iterator

from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, found, unknown

_NEVER = ("documents", "people")
"""What no cell of a ledger holds. Photos lie on its sheet; no row is refused for want of one."""


def check_backfill(definition: Definition) -> Iterator[Finding]:
    """What it names exists and can be given; one that is undone ends and leaves no trace."""
    backfill = definition.backfill
    if backfill is None:
        return
    yield from _check_states(definition)
    for at, role in enumerate(backfill.by):
        party, _, post = role.partition(".")
        yield from unknown("unknown_party", ("backfill", "by", at), party, definition.parties)
        yield from unknown("unknown_role", ("backfill", "by", at), post, definition.roles)
    for key, never in (("needs", ("photos", *_NEVER)), ("may", _NEVER)):
        for at, name in enumerate(getattr(backfill, key)):
            path = ("backfill", key, at)
            yield from unknown("unknown_fact", path, name, definition.facts)
            if name in definition.facts and definition.facts[name].type in never:
                yield found("not_for_backfill", path, name=name)
    known = (*backfill.needs, *backfill.may, *definition.parties)
    for name in backfill.called:
        yield from unknown("unknown_fact", ("backfill", "called", name), name, known)


def _check_states(definition: Definition) -> Iterator[Finding]:
    backfill, states = definition.backfill, definition.states
    assert backfill is not None
    for name in backfill.into:
        path = ("backfill", "into", name)
        yield from unknown("unknown_state", path, name, states)
        if name in states and len(states[name].needs_signed) not in (0, len(definition.sign_offs)):
            yield found("half_signed", path, name=name)
    yield from unknown("unknown_state", ("backfill", "undone"), backfill.undone, states)
    if backfill.undone in states and not states[backfill.undone].void:
        yield found("undone_not_void", ("backfill", "undone"), name=backfill.undone)
