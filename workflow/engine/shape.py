"""Plain values to the models of `definition.py`: what has the wrong shape is reported, then mended.

Mended means: an unknown key becomes the one it was probably meant to be, a wrong or missing value
is replaced by one that fits or left out. What comes out is never run: a file with any mistake is
refused. It only lets an author see the mistakes of sense beside those of shape, in one run.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, closest
from workflow.engine.sayings import findings_of, keys_at

_ROUNDS = 5
"""How often mending is tried; a renamed key may uncover mistakes below it."""

_MOST_ERRORS = 300
"""With this many there is no point in mending."""

_ROLE = "unnamed.unnamed"
_STAND_INS: dict[str, Any] = {
    **dict.fromkeys(("title", "basis", "because"), "？"),
    **dict.fromkeys(("tell", "hand_over", "on"), _ROLE),
    **dict.fromkeys(("limit", "warned"), "1 day"),
    **dict.fromkeys(
        (
            "adds", "anchor", "cause", "done", "facts", "for_each", "from", "headline", "issuer",
            "kept_by", "ladder", "level", "mark", "of", "open", "opens", "party", "plan", "raises",
            "reach", "reassigns", "signs", "since", "stamps", "state", "target", "to", "turn",
            "workflow",
        ),
        "unnamed",
    ),
    "when": "true",
    "at": "due",
    "first": 1,
    "among": "county",
    "opening": {"state": "unnamed"},
}  # fmt: skip
"""What stands in for a wrong or missing value, by key; others are left out."""

_INDISPENSABLE = ("roles", "parties", "facts", "states")
"""Groups without which every name would be unknown: nothing else is judged then."""


@dataclass
class Shaped:
    """What could be read: the definition or None, and the mistakes of shape.

    `renamed` maps the path of a key that was taken for another to the path where it stands;
    `mended` are the paths at which something was left out or filled in.
    """

    definition: Definition | None = None
    findings: list[Finding] = field(default_factory=list)
    renamed: dict[Path, Path] = field(default_factory=dict)
    mended: set[Path] = field(default_factory=set)

    def is_consequence(self, finding: Finding) -> bool:
        """Whether a finding of sense only follows from what was mended."""
        return any(
            finding.path[: len(path)] == path or finding.path == path[:-1] for path in self.mended
        )


def read_shape(tree: Any) -> Shaped:
    """The definition in `tree`, with every mistake of shape."""
    shaped = Shaped()
    errors = _errors(tree, shaped)
    mended = copy.deepcopy(tree) if errors else tree
    for _ in range(_ROUNDS):
        if len(errors) in (0, _MOST_ERRORS) or not _mend(mended, errors, shaped):
            return shaped
        errors = _errors(mended, shaped)
    return shaped


def _errors(tree: Any, shaped: Shaped) -> list[ErrorDetails]:
    """What pydantic refuses; adds to `shaped` what is new, or the definition when nothing is."""
    try:
        shaped.definition = Definition.model_validate(tree)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)[:_MOST_ERRORS]
    else:
        return []
    meant = _renames(tree, errors)
    for error in errors:
        if error["loc"] in meant:
            continue  # it is there, under a name that is almost right
        for finding in findings_of(error):
            if not any(_below(finding.path, path) for path in shaped.mended):
                shaped.findings.append(finding)
    return errors


def _renames(tree: Any, errors: Iterable[ErrorDetails]) -> dict[Path, Path]:
    """For each unknown key that is almost right: the path meant → the path written."""
    renames: dict[Path, Path] = {}
    for error in errors:
        if error["type"] == "extra_forbidden":
            *above, key = error["loc"]
            present = _at(tree, tuple(above))
            free = [key for key in keys_at(tuple(above)) if key not in present]
            if close := closest(str(key), free):
                renames.setdefault((*above, close), error["loc"])
    return renames


def _below(path: Path, top: Path) -> bool:
    return path[: len(top)] == top


# Mending


def _mend(tree: Any, errors: Iterable[ErrorDetails], shaped: Shaped) -> bool:
    """Mend `tree` in place; False when it is beyond that."""
    paths = {error["type"]: set[Path]() for error in errors}
    for error in errors:
        path = tuple(part for part in error["loc"] if part != "[key]")
        if not path or (len(path) == 1 and path[0] in _INDISPENSABLE):
            return False
        paths[error["type"]].add(path)
    renames = _renames(tree, errors)
    shaped.renamed |= renames
    for meant, written in renames.items():
        _at(tree, meant[:-1])[meant[-1]] = _at(tree, written)
    for path in paths.pop("extra_forbidden", ()):
        del _at(tree, path[:-1])[path[-1]]
    for path in paths.pop("missing", set()) - renames.keys():
        _at(tree, path[:-1])[path[-1]] = _stand_in(path, "unnamed")
        shaped.mended.add(_quiet(path))
    wrong = {_standing(tree, path): path for some in paths.values() for path in some}
    for place in sorted(wrong, key=_order, reverse=True):
        shaped.mended.add(_quiet(wrong[place]))
        if not _replace(_at(tree, place[:-1]), place):
            shaped.mended.add(place[:-1])
    return True


def _replace(parent: Any, path: Path) -> bool:
    """Put the stand-in in place of a wrong value; False where a list lost a member instead."""
    key = path[-1]
    value = str(parent[key]) if "options" in path else _stand_in(path, None)
    if value is None or (isinstance(key, int) and isinstance(parent[key], dict | list)):
        del parent[key]
        return isinstance(key, str)
    parent[key] = value
    return True


def _stand_in(path: Path, default: str | None) -> Any:
    key = next(str(part) for part in reversed(path) if isinstance(part, str))
    if key == "by":
        return {"ladders": "email", "progress": "unnamed"}.get(str(path[0]), _ROLE)
    if path[0] == "facts" and "among" in path:
        return _ROLE
    if path[0] == "parties" and "table" in path:
        return "county.unnamed"
    if path[0] == "periodic" and key == "on":
        return "01-01"
    return copy.deepcopy(_STAND_INS.get(key, default))


def _order(path: Path) -> tuple[tuple[bool, int, str], ...]:
    return tuple((isinstance(p, str), p if isinstance(p, int) else 0, str(p)) for p in path)


def _quiet(path: Path) -> Path:
    """Where to keep quiet: below the mended key; for the moment of a rung in the whole ladder."""
    return path[:2] if path[0] == "ladders" and path[-1] == "at" else path


def _at(tree: Any, path: Path) -> Any:
    """What stands at a path; one member may stand for a list of one."""
    for part in path:
        if isinstance(tree, list) or isinstance(part, str):
            tree = tree[part]
    return tree


def _standing(tree: Any, path: Path) -> Path:
    """The part of a path that stands in the tree: what stands for a list has no members."""
    standing: Path = ()
    for part in path:
        if isinstance(part, str) and not (isinstance(tree, dict) and part in tree):
            break
        if isinstance(part, str) or isinstance(tree, list):
            standing, tree = (*standing, part), _at(tree, (part,))
    return standing
