"""What opens by the calendar: the day exists, the one unit and every fact needed are known."""

from collections.abc import Iterator

from workflow.engine.beginnings import Periodic
from workflow.engine.cadences import EXAMPLES, parse_day, words_for
from workflow.engine.checks.parties import named
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, closest, found, nearest, unknown


def check_periodic(definition: Definition) -> Iterator[Finding]:
    """The calendar can open a case: it knows the day, the one unit and every fact needed."""
    seen = set[str]()
    for at, periodic in enumerate(definition.periodic):
        path: Path = ("periodic", at)
        if periodic.every in seen:
            yield found("cadence_twice", (*path, "every"), name=periodic.every)
        seen.add(periodic.every)
        yield from _check_day((*path, "on"), periodic)
        yield from _check_units(path, periodic, definition)
        yield from _check_switch(path, periodic, definition)
        yield from _check_given(periodic, definition)


def _check_day(path: Path, periodic: Periodic) -> Iterator[Finding]:
    try:
        parse_day(periodic.every, periodic.on)
    except ValueError:
        hint = f"例如 {EXAMPLES[periodic.every]}"
        if close := closest(periodic.on, words_for(periodic.every)):
            hint += f"；是否想写 {close}？"
        yield found("bad_opening_day", path, hint, text=periodic.on)


def _check_units(path: Path, periodic: Periodic, definition: Definition) -> Iterator[Finding]:
    party = periodic.party
    yield from unknown("unknown_party", (*path, "party"), party, definition.parties)
    yield from named((*path, "party"), party, definition)
    for name, other in definition.parties.items():
        if name != party and other.named and not other.optional:
            yield found("calendar_cannot_name", ("parties", name), name=name)
    allowed = definition.parties[party].among if party in definition.parties else ()
    for at, kind in enumerate(periodic.among):
        if allowed and kind not in allowed:
            hint = nearest(kind, allowed)
            yield found("bad_selector", (*path, "among", at), hint, text=kind)


def _check_switch(path: Path, periodic: Periodic, definition: Definition) -> Iterator[Finding]:
    for at, seat in enumerate(periodic.switched_by):
        role = seat.rpartition(".")[2]
        yield from unknown("unknown_role", (*path, "switched_by", at), role, definition.roles)
    if not periodic.runs and not periodic.switched_by:
        yield found("never_runs", (*path, "runs"))


def _check_given(periodic: Periodic, definition: Definition) -> Iterator[Finding]:
    for at, fact in enumerate(definition.opening.needs):
        if fact not in periodic.facts:
            path = ("opening", "needs", at)
            yield found("calendar_cannot_give", path, "请写进 periodic.facts", name=fact)
