"""Conditions: they compile against the declared facts, and the texts they compare with exist.

An expression that fails while running counts as "does not hold", so a name that can never match
would be silence; here it is a mistake.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from workflow.engine.checks.names import EXPRESSION_WORDS
from workflow.engine.checks.parts import events
from workflow.engine.checks.values import check_values
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, found, nearest, unknown
from workflow.engine.guards import STANDING, GuardError, Guards

CHILD_FIGURES = ("open", "total")
"""What `children.NAME` tells."""

_PROBLEM = re.compile(r"column (?P<column>\d+): (?P<text>.*?)(?=; column \d+: |$)", re.DOTALL)
_UNDECLARED = re.compile(r"undeclared reference to '(?P<name>[^']*)'")
_OVERLOAD = re.compile(
    r"no matching overload for '(?P<operator>[^']*)' applied to '\((?P<types>.*)\)'"
)
_TEXT = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_MEMBER = r"\b{name}(?:\.([A-Za-z_]\w*)|\[(?:\"([^\"]*)\"|'([^']*)')\])"
_COMPARED = re.compile(
    r"\b(?P<name>[a-z_]\w*(?:\.\w+)*)\s*"
    r"(?:(?:==|!=)\s*(?P<one>\"[^\"]*\"|'[^']*')|in\s*\[(?P<many>[^\]]*)\])"
)
_MARK = re.compile(r"(?:\"([^\"]*)\"|'([^']*)')\s+in\s+marks\b")
_TYPES = {
    "string": "文字",
    "int": "整数",
    "double": "小数",
    "bool": "是否",
    "list(string)": "列表",
    "list(dyn)": "表格",
}
_REMEDIES = {
    frozenset({"int", "double"}): (
        "整数与整数比，例如 3；小数与带小数点的数比，例如 3.0；要混着比，先写 double(整数)"
    ),
    frozenset({"string", "int"}): "文字写在引号里，数不写引号",
    frozenset({"string", "double"}): "文字写在引号里，数不写引号",
    frozenset({"string", "bool"}): "文字写在引号里；是否直接写名称，或与 true、false 比",
}
"""How two types that do not fit are brought together."""


class _Place(NamedTuple):
    """An expression with its path; `condition` says that it must be true or false."""

    path: Path
    text: str
    condition: bool = True


def check_expressions(definition: Definition) -> Iterator[Finding]:
    """Every expression compiles against the declared facts and names what exists."""
    guards = Guards(_without_reserved(definition))
    for place in _expressions(definition):
        try:
            guards.check(place.text, condition=place.condition)
        except GuardError as error:
            yield from _explained(place.path, str(error), definition)
        else:
            yield from _check_members(place, definition)
            yield from _check_texts(place, definition)
            yield from _check_row(place, definition)
            yield from check_values(place.path, place.text, definition, guards)
            yield from _check_tallies(place, definition)


def _without_reserved(definition: Definition) -> Definition:
    """The definition without facts and counts that cannot be declared to CEL (see `names.py`)."""
    kept = {
        group: {k: v for k, v in getattr(definition, group).items() if k not in EXPRESSION_WORDS}
        for group in ("facts", "counts")
    }
    return definition.model_copy(update=kept)


def _expressions(definition: Definition) -> Iterator[_Place]:
    for path, event, _ in events(definition):
        if event.when:
            yield _Place((*path, "when"), event.when)
        for at, branch in enumerate(event.to):
            if branch.when:
                yield _Place((*path, "to", at, "when"), branch.when)
    yield from _limits(definition)
    for name, proposal in definition.proposals.items():
        yield _Place(("proposals", name, "when"), proposal.when)
    for name, mark in definition.marks.items():
        if mark.when:
            yield _Place(("marks", name, "when"), mark.when)
    yield from _beyond_the_case(definition)


def _limits(definition: Definition) -> Iterator[_Place]:
    for name, state in definition.states.items():
        for at, case in enumerate(state.limit or ()):
            if case.when:
                yield _Place(("states", name, "limit", at, "when"), case.when)


def _beyond_the_case(definition: Definition) -> Iterator[_Place]:
    for name, child in definition.children.items():
        for fact, text in child.facts.items():
            yield _Place(("children", name, "facts", fact), text, condition=False)
    for at, periodic in enumerate(definition.periodic):
        for fact, text in periodic.facts.items():
            yield _Place(("periodic", at, "facts", fact), text, condition=False)
        if periodic.when:
            yield _Place(("periodic", at, "when"), periodic.when)
    if definition.confidential and definition.confidential.when:
        yield _Place(("confidential", "when"), definition.confidential.when)
    if definition.series and definition.series.direct:
        yield _Place(("series", "direct"), definition.series.direct)
    for name, document in definition.documents.items():
        if document.when:
            yield _Place(("documents", name, "when"), document.when)


# What the compiler says, in Chinese


def _explained(path: Path, error: str, definition: Definition) -> Iterator[Finding]:
    if "recursion limit" in error:
        yield found("condition_too_deep", path)
        return
    problems = list(_PROBLEM.finditer(error))
    if not problems:
        yield found("not_yes_or_no", path, '例如 grade == "重大"')
    for at, problem in enumerate(problems):
        column, said = int(problem["column"]), problem["text"]
        if undeclared := _UNDECLARED.search(said):
            yield _undeclared(path, column, undeclared["name"], definition)
        elif overload := _OVERLOAD.search(said):
            operator = overload["operator"].strip("_").replace("_", " ")
            kinds = overload["types"].split(", ")
            types = "、".join(_TYPES.get(kind, kind) for kind in kinds)
            hint = _REMEDIES.get(frozenset(kinds), "")
            yield found("bad_types", path, hint, column=column, operator=operator, types=types)
        elif not at:
            yield found("bad_condition", path, f"编译器说：{said[:120]}", column=column)


def _undeclared(path: Path, column: int, name: str, definition: Definition) -> Finding:
    words = {*definition.facts, *definition.counts, *STANDING}
    start = column - max(name.rfind("."), 0)
    return found("unknown_word", path, nearest(name, words), column=start, name=name)


# Names and texts inside an expression that compiles


def _check_members(place: _Place, definition: Definition) -> Iterator[Finding]:
    dates = [name for name, fact in definition.facts.items() if fact.type == "date"]
    for name, code, known in (
        ("children", "unknown_child", definition.children),
        ("units", "unknown_party", definition.parties),
        ("days_until", "not_date_fact", dates),
    ):
        for member in _members(name, place.text):
            yield from unknown(code, place.path, member, known)
    for child in definition.children:
        for figure in _members(rf"children\.{child}", place.text):
            yield from unknown("unknown_figure", place.path, figure, CHILD_FIGURES)


def _members(name: str, text: str) -> Iterator[str]:
    """What stands behind `name.` or in `name["…"]`, outside of texts."""
    texts = [found.span() for found in _TEXT.finditer(text)]
    for member in re.finditer(_MEMBER.format(name=name), text):
        if not any(start < member.start() < end for start, end in texts):
            yield next(part for part in member.groups() if part is not None)


def _check_texts(place: _Place, definition: Definition) -> Iterator[Finding]:
    for mark in _MARK.finditer(place.text):
        name = mark[1] if mark[1] is not None else mark[2]
        yield from unknown("unknown_mark", place.path, name, definition.marks)
    for compared in _COMPARED.finditer(place.text):
        name = compared["name"]
        for text in _TEXT.findall(compared["one"] or compared["many"] or ""):
            yield from _check_text(place.path, name, text[1:-1], definition)


def _check_text(path: Path, name: str, text: str, definition: Definition) -> Iterator[Finding]:
    fact = definition.facts.get(name)
    if name == "state":
        yield from unknown("unknown_state", path, text, definition.states)
    elif fact is not None and fact.type == "choice" and text and text not in fact.options:
        hint = nearest(text, fact.options)
        yield found("unknown_option", path, hint, fact=name, name=text)


def _check_row(place: _Place, definition: Definition) -> Iterator[Finding]:
    """`row` is a row of the table that a child is opened for each of."""
    of_child = place.path[0] == "children"
    table = definition.children[str(place.path[1])].for_each if of_child else None
    fact = definition.facts.get(table or "")
    more = ("last_day",) if of_child and definition.children[str(place.path[1])].monthly else ()
    for member in _members("row", place.text):
        if table is None:
            yield found("row_outside", place.path)
        elif fact is not None and fact.columns:
            yield from unknown("unknown_column", place.path, member, (*fact.columns, *more))


def _check_tallies(place: _Place, definition: Definition) -> Iterator[Finding]:
    """Tallies are known while the calendar opens a case; a step that saw them could not be
    replayed.
    """
    for member in _members("tallies", place.text):
        if place.path[0] != "periodic":
            yield found("tallies_outside", place.path)
        else:
            yield from unknown("unknown_tally", place.path, member, definition.tallies)
