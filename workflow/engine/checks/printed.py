"""Printed forms: every column shows something that the case knows."""

from collections.abc import Iterator

from workflow.engine.checks.parts import events
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, found, unknown
from workflow.engine.printed import CASE, DONE, SIGNED, PrintedColumn


def check_printed(definition: Definition) -> Iterator[Finding]:
    """What a column shows is declared; what it shows of events, events do."""
    names = {str(path[-1]) for path, _, _ in events(definition)}
    for form, printed in definition.printed.items():
        for at, column in enumerate(printed.columns):
            path = ("printed", form, "columns", at)
            for nth, event in enumerate(column.of):
                yield from unknown("unknown_done", (*path, "of", nth), event, names)
            yield from _check_shown((*path, "shows"), column, definition)


def _check_shown(path: Path, column: PrintedColumn, definition: Definition) -> Iterator[Finding]:
    if column.of:
        yield from unknown("unknown_shown", path, column.shows or "", DONE)
        return
    if column.shows is None or column.shows == "row":
        return
    root, *rest = column.shows.split(".")
    name, member = (*rest, "", "")[:2]
    if root == "case" and len(rest) == 1:
        yield from unknown("unknown_shown", path, name, CASE)
    elif root == "parties" and rest:
        yield from unknown("unknown_party", path, name, definition.parties)
        yield from unknown("unknown_shown", path, member or "name", ("name", "class"))
    elif root == "signed" and len(rest) == 2:
        yield from unknown("unknown_sign_off", path, name, definition.sign_offs)
        yield from unknown("unknown_shown", path, member, SIGNED)
    elif root in ("facts", "days") and rest:
        yield from _check_fact(path, root, name, member, definition)
    else:
        yield found("unknown_shown", path, _ROOTS, name=column.shows)


_ROOTS = "允许：row、case.…、facts.…、days.…、parties.…、signed.….…"


def _check_fact(
    path: Path, root: str, name: str, member: str, definition: Definition
) -> Iterator[Finding]:
    yield from unknown("unknown_fact", path, name, definition.facts)
    fact = definition.facts.get(name)
    if fact is None:
        return
    if root == "days" and (fact.type != "date" or member):
        yield found("not_date_fact", path, name=name)
    elif member and fact.type != "table":
        yield found("not_table_fact", path, name=name)
    elif member:
        yield from unknown("unknown_column", path, member, fact.columns)
