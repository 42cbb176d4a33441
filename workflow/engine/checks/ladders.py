"""Ladders: rungs in order of time; nothing punishes that has not warned first (design, law 4)."""

from collections.abc import Iterator

from workflow.engine.checks.parts import rungs
from workflow.engine.definition import Definition, Rung
from workflow.engine.findings import Finding, Path, found, unknown
from workflow.engine.terms import Duration

_EXAMPLE = "例如 warned: 3 working days"


def check_ladders(definition: Definition) -> Iterator[Finding]:
    """Rungs stand in order, do something, and name what exists."""
    for name, ladder in definition.ladders.items():
        if not ladder:
            yield found("empty_ladder", ("ladders", name))
    for path, rung in rungs(definition):
        earlier = definition.ladders[str(path[1])][: int(path[2])]
        in_order = not earlier or rung.at.position() > earlier[-1].at.position()
        if not in_order:
            yield found("ladder_order", (*path, "at"), f"上一级是 {earlier[-1].at}")
        if not (rung.tell or rung.punitive):
            yield found("idle_rung", path, "请写 tell、open 或 mark")
        if rung.punitive:
            yield from _check_warned(path, rung)
            warnings = [one for one in earlier if one.tell]
            if not warnings:
                yield found("no_warning", path, "请在它之前加一级 tell")
            elif in_order and not _is_out(warnings[-1], rung):  # each message is a warning anew
                yield found("warning_too_late", (*path, "warned"), warned=rung.warned)
        yield from _check_uses(path, rung, definition)


def _check_uses(path: Path, rung: Rung, definition: Definition) -> Iterator[Finding]:
    for at, child in enumerate(rung.open):
        yield from unknown("unknown_child", (*path, "open", at), child, definition.children)
    if rung.mark:
        yield from unknown("unknown_mark", (*path, "mark"), rung.mark, definition.marks)


def _check_warned(path: Path, rung: Rung) -> Iterator[Finding]:
    """A rung that punishes says for how long its warning must be out."""
    if rung.warned is None:
        yield found("no_warned", path, _EXAMPLE)
    elif not isinstance(rung.warned, Duration):
        yield found("warned_not_length", (*path, "warned"), _EXAMPLE)


def _is_out(warning: Rung, rung: Rung) -> bool:
    """Whether the warning is out for long enough; judged only where one unit counts all."""
    if not isinstance(rung.warned, Duration):
        return True
    units = {rung.warned.unit} | {one.at.unit for one in (warning, rung) if one.at.count}
    if all(unit.minutes for unit in units):
        out = rung.at.position() - warning.at.position()
        return out >= rung.warned.count * rung.warned.unit.minutes
    return len(units) > 1 or rung.at.count - warning.at.count >= rung.warned.count
