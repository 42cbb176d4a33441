"""A file's plain values to a Definition, or every mistake in them at once.

Shape first (`shape.py`, against the models of `definition.py`), then sense (`checks/`).
"""

from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

from workflow.engine.checks import check
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidDefinition, Mistake
from workflow.engine.findings import Finding, Path, found
from workflow.engine.shape import Shaped, read_shape

Places = Mapping[Path, tuple[int, int]]

MOST_MISTAKES = 200
"""A file with more than these is told so; nobody reads on."""


def parse(tree: Any, source: str, places: Places) -> Definition:
    """The definition that `tree` describes.

    `places` gives the (line, column) of each path of the tree. Raises InvalidDefinition with every
    mistake found, in the order of the file.
    """
    shaped = read_shape(tree)
    findings = shaped.findings[:MOST_MISTAKES]
    if shaped.definition is not None:
        new = (one for one in check(shaped.definition) if not shaped.is_consequence(one))
        findings += islice(new, MOST_MISTAKES + 1 - len(findings))
    if shaped.definition is None or findings:
        raise InvalidDefinition(source, _mistakes(findings, shaped, places))
    return shaped.definition


def _mistakes(findings: list[Finding], shaped: Shaped, places: Places) -> list[Mistake]:
    if len(findings) >= MOST_MISTAKES:
        most = found("too_many_mistakes", (), most=MOST_MISTAKES)
        findings = [*findings[:MOST_MISTAKES], most]
    return [placed(finding, places, shaped.renamed) for finding in findings]


def placed(
    finding: Finding, places: Places, renamed: Mapping[Path, Path] = MappingProxyType({})
) -> Mistake:
    """The finding as a mistake at the last key on the way to its path that stands in the file."""
    path = finding.path
    for meant, written in renamed.items():
        if path[: len(meant)] == meant:
            path = (*written, *path[len(meant) :])
    at: Path = ()
    for part in path:
        if (*at, part) in places:
            at = (*at, part)
        elif isinstance(part, str):  # a missing number is the only member, written without a list
            break
    line, column = places.get(at, (0, 0))
    dotted = ".".join(str(part) for part in at)
    return Mistake(line, column, dotted, finding.code, finding.problem, finding.hint)
