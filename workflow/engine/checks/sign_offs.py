"""Sign-offs (销号): different persons, parties and units, or no definition (design, law 9)."""

from collections.abc import Iterator
from itertools import product

from workflow.engine.checks.parts import events, parties_of
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, found, meant, unknown

Signers = dict[str, set[str]]


def check_sign_off_uses(definition: Definition) -> Iterator[Finding]:
    """The ledger that a sign-off stamps and those it stays apart from exist."""
    for side, sign_off in definition.sign_offs.items():
        path = ("sign_offs", side)
        yield from unknown("unknown_ledger", (*path, "stamps"), sign_off.stamps, definition.ledgers)
        for at, other in enumerate(sign_off.apart_from):
            where = (*path, "apart_from", at)
            yield from unknown("unknown_sign_off", where, other, definition.sign_offs)


def check_sign_offs(definition: Definition) -> Iterator[Finding]:
    """Every two signatures are kept apart: no one person, party or unit could give both."""
    signers = _signers(definition)
    given = {meant(event.signs or "", definition.sign_offs) for _, event, _ in events(definition)}
    sides = list(definition.sign_offs)
    for at, side in enumerate(sides):
        path = ("sign_offs", side)
        if side not in given:
            yield found("nobody_signs", path, f"请在某个事件里写 signs: {side}")
        for earlier in sides[:at]:
            if not _apart(definition, side, earlier):
                yield found("lone_sign_off", path, f"请加 apart_from: {earlier}", other=earlier)
            yield from _check_pair(path, side, earlier, signers, definition)


def _signers(definition: Definition) -> Signers:
    signers: Signers = {side: set() for side in definition.sign_offs}
    for _, event, sources in events(definition):
        if event.signs in signers:
            for role in event.by:
                signers[event.signs] |= parties_of(definition, role, sources)
    return signers


def _apart(definition: Definition, side: str, other: str) -> bool:
    sides = definition.sign_offs
    return other in sides[side].apart_from or side in sides[other].apart_from


def _check_pair(
    path: Path, side: str, other: str, signers: Signers, definition: Definition
) -> Iterator[Finding]:
    if shared := signers[side] & signers[other]:
        yield found("one_party_signs", path, other=other, parties="、".join(sorted(shared)))
    pairs = product(sorted(signers[side] - shared), sorted(signers[other] - shared))
    offices = {office for one, two in pairs for office in _shared_offices(definition, one, two)}
    for office in sorted(offices):
        yield found("one_office_signs", path, other=other, office=office)


def _shared_offices(definition: Definition, one: str, two: str) -> Iterator[str]:
    """Offices that both parties' tables give for the same unit."""
    parties = definition.parties
    if one in parties and two in parties and parties[one].of == parties[two].of:
        for kind, offices in parties[one].table.items():
            yield from set(offices) & set(parties[two].table.get(kind, ()))
