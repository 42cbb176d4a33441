"""A list of units: what it would add, change and close, and doing so.

Units are known by their codes. A list may name parents after their children. A unit with a
successor merges into it, and its cases follow. A `complete` list is all there is: units it leaves
out are closed, if nothing of theirs is open.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow.organising.lines import Report, difference
from workflow.organising.reorganising import check_all_follow, join
from workflow.store.database import Database
from workflow.store.driver.bulk import load
from workflow.store.offices import reorganised
from workflow.store.offices import units as store
from workflow.store.offices.changes import Change, Work, next_ids
from workflow.store.offices.units import COLUMNS, Known

TITLES: Mapping[str, str] = {
    "code": "编码",
    "name": "名称",
    "short_name": "简称",
    "level": "层级",
    "kind": "性质",
    "function": "职能",
    "parent": "上级编码",
    "class_": "类别",
    "reports": "报告单位",
    "assessed_with": "考核归并",
    "successor": "承接单位",
}
KINDS = ("government", "department", "office")
_NEEDED = ("code", "name", "short_name", "level", "kind", "function")


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit as a list gives it; `parent`, `assessed_with` and `successor` are codes.

    `given` are the columns that the list has: of a unit that is there already the others stay.
    """

    row: int
    code: str
    name: str
    short_name: str
    level: str
    kind: str
    function: str
    parent: str | None = None
    class_: str | None = None
    reports: bool = False
    assessed_with: str | None = None
    successor: str | None = None
    given: frozenset[str] = frozenset(TITLES)


@dataclass
class UnitPlan:
    """What a list of units comes to; new ones stand parents first."""

    report: Report = field(default_factory=Report)
    new: list[UnitLine] = field(default_factory=list)
    changed: list[tuple[int, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    merged: list[tuple[Known, str]] = field(default_factory=list)
    """Units that are no more, with the code of whoever takes over."""
    closed: list[Known] = field(default_factory=list)


def plan(work: Work, lines: Sequence[UnitLine], *, complete: bool) -> UnitPlan:
    """What would become of every line; nothing is written."""
    known = {one.code: one for one in store.known_units(work.connection)}
    codes = {one.id: one.code for one in known.values()}
    made, given = UnitPlan(), {line.code: line for line in lines}
    twice = {line.code for line in lines if given[line.code] is not line}
    new: list[UnitLine] = []
    for line in lines:
        if problem := _problem(line, known, given, twice, made.report):
            made.report.say(line.row, "wrong", line.code, problem)
        elif line.successor:
            _merge(made, line, known[line.code])
        elif line.code in known:
            _compare(made, line, known[line.code], codes)
        else:
            new.append(line)
    made.new = list(_parents_first(new, made.report))
    for line in made.new:
        made.report.say(line.row, "added", line.code, line.name)
    if complete:
        _close_the_rest(work, made, known, given)
    made.report.lines.sort(key=lambda line: line.row or len(lines) + 2)
    return made


def _problem(
    line: UnitLine,
    known: Mapping[str, Known],
    given: Mapping[str, UnitLine],
    twice: Collection[str],
    report: Report,
) -> str:
    if missing := [TITLES[name] for name in _NEEDED if not getattr(line, name)]:
        return f"缺少{'、'.join(missing)}"
    if line.code in twice:
        return f"编码“{line.code}”在文件里出现了不止一次"
    if line.kind not in KINDS:
        return f"没有“{line.kind}”这种性质，应为党委政府、部门或内设机构"
    if line.successor:
        return _taking_over(line, known, given, report)
    if line.code in known and known[line.code].until is not None:
        return f"“{known[line.code].short_name}”已经撤销，不能再改"
    return _above(line, known, given, report)


def _above(
    line: UnitLine, known: Mapping[str, Known], given: Mapping[str, UnitLine], report: Report
) -> str:
    if line.parent == line.code:
        return "上级不能是自己"
    if line.parent is not None and line.parent in given and given[line.parent].successor:
        return f"上级“{line.parent}”要并入别的单位"
    if line.parent is None or line.parent in given:
        return ""
    if line.parent not in known:
        return f"没有编码为“{line.parent}”的上级单位" + report.near(line.parent, [*known, *given])
    gone = known[line.parent]
    return f"上级“{gone.short_name}”已经撤销" if gone.until is not None else ""


def _taking_over(
    line: UnitLine, known: Mapping[str, Known], given: Mapping[str, UnitLine], report: Report
) -> str:
    """Why a unit cannot merge into its successor; empty when it can, or has."""
    gone, heir = known.get(line.code), known.get(line.successor or "")
    if gone is None:
        return "还没有这个单位，不能并入别的单位"
    if line.successor == line.code:
        return "不能并入自己"
    if gone.until is not None:
        merged = heir is not None and gone.successor_id == heir.id
        return "" if merged else f"“{gone.short_name}”已经撤销，不能再改"
    planned = given.get(line.successor or "")
    if heir is None and planned is None:
        near = report.near(line.successor or "", [*known, *given])
        return f"没有编码为“{line.successor}”的承接单位{near}"
    if (heir is not None and heir.until is not None) or (planned is not None and planned.successor):
        return f"承接单位“{line.successor}”已经撤销，或也要并入别的单位"
    left = [one for one in known.values() if one.parent_id == gone.id and one.until is None]
    staying = [one for one in left if not _leaves(given.get(one.code), line.code)]
    if staying:
        return f"下面还有 {len(staying)} 个单位，请在同一份名单里一并划转或合并"
    return ""


def _leaves(child: UnitLine | None, parent: str) -> bool:
    """Whether a list takes a unit away from the one above it."""
    if child is None:
        return False
    return child.successor is not None or ("parent" in child.given and child.parent != parent)


def _merge(made: UnitPlan, line: UnitLine, gone: Known) -> None:
    if gone.until is not None:
        made.report.say(line.row, "same", line.code)
        return
    made.report.say(line.row, "closed", line.code, f"“{gone.short_name}”并入“{line.successor}”")
    made.merged.append((gone, line.successor or ""))


def _compare(made: UnitPlan, line: UnitLine, known: Known, codes: Mapping[int, str]) -> None:
    before: dict[str, Any] = {name: getattr(known, name) for name in COLUMNS}
    before["parent"] = codes.get(known.parent_id) if known.parent_id is not None else None
    told = {name: getattr(line, name) for name in before if name in line.given}
    after = {name: value for name, value in told.items() if value != before[name]}
    if not after:
        made.report.say(line.row, "same", line.code)
        return
    was = {name: before[name] for name in after}
    made.report.say(line.row, "changed", line.code, difference(TITLES, was, after))
    made.changed.append((known.id, was, after))


def _parents_first(lines: Sequence[UnitLine], report: Report) -> Iterator[UnitLine]:
    """New units in an order in which each finds its parent; a circle is said to be one."""
    waiting = {line.code: line for line in lines}
    below: dict[str | None, list[UnitLine]] = {}
    for line in lines:
        above = line.parent if line.parent in waiting else None
        below.setdefault(above, []).append(line)
    ready = below.get(None, [])
    while ready:
        yield from ready
        for line in ready:
            del waiting[line.code]
        ready = [child for line in ready for child in below.get(line.code, ())]
    for line in waiting.values():
        report.say(line.row, "wrong", line.code, "与上级单位互为上下级，请核对上级编码")


def _close_the_rest(
    work: Work, made: UnitPlan, known: Mapping[str, Known], given: Mapping[str, UnitLine]
) -> None:
    rest = [one for one in known.values() if one.code not in given and one.until is None]
    busy = store.open_cases_of(work.connection, [one.id for one in rest])
    for one in rest:
        if count := busy.get(one.id):
            sentence = f"“{one.short_name}”还有 {count} 件未办结事项，不能关闭；请先办结或改派"
            made.report.say(0, "wrong", one.code, sentence)
        else:
            made.report.say(0, "closed", one.code, one.short_name)
            made.closed.append(one)


# Doing it


def take(
    work: Work, database: Database, lines: Sequence[UnitLine], *, complete: bool = False
) -> tuple[Change, Report]:
    """Add, change and close what a list says; raises ListRefused when a line is wrong,
    ConditionNotMet when an open case could not follow a unit to its new place.
    """
    made = plan(work, lines, complete=complete)
    made.report.check()
    change = work.begin(f"导入单位：{made.report.in_words()}")
    moving = any("parent" in after for _, _, after in made.changed)
    if moving or made.merged or made.closed:
        reorganised.wait_for_openings(work.connection)
    _add(change, made.new)
    for unit, was, after in made.changed:
        _change(change, unit, was, after)
    places = store.places(work.connection) if made.merged else {}
    for one, heir in sorted(made.merged, key=lambda pair: places[pair[0].code][1], reverse=True):
        join(change, one.id, places[heir][0])
    for one in made.closed:
        store.close(change, one.id)
    if moving or made.merged:
        check_all_follow(work, database, change, "move")
    made.report.change = change.id
    return change, made.report


def _add(change: Change, lines: Sequence[UnitLine]) -> None:
    if not lines:
        return
    first = next_ids(change.connection, "unit", len(lines))
    places = store.places(change.connection)
    columns = ("id", *COLUMNS, "parent_id", "path", "since")

    def rows() -> Iterator[Sequence[Any]]:
        for id_, line in enumerate(lines, start=first):
            parent_id, path = places[line.parent] if line.parent else (None, "/")
            places[line.code] = (id_, f"{path}{id_}/")
            values = [getattr(line, name) for name in COLUMNS]
            yield (id_, *values, parent_id, places[line.code][1], change.now)

    load(change.connection, "unit", columns, rows())
    change.added("unit", first, first + len(lines) - 1)


def _change(change: Change, unit: int, was: dict[str, Any], after: dict[str, Any]) -> None:
    if "name" in after or "short_name" in after:
        store.keep_name(change.connection, unit, change.now)
    plain = {name: value for name, value in after.items() if name != "parent"}
    if plain:
        change.set("unit", unit, {name: was[name] for name in plain}, plain)
    if "parent" in after:
        store.place_below(change, unit, after["parent"])
        reorganised.enqueue_below(change.connection, change.id, unit)
