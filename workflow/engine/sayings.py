"""What pydantic refuses, said in Chinese with a stable code, and what is allowed instead."""

import re
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, Unreadable, found, key_hint, nearest
from workflow.engine.limits import MOMENTS, TERMS
from workflow.engine.words import (
    FactColumn,
    Level,
    Name,
    Office,
    PartyOrColumn,
    PartyOrRole,
    PartyRole,
    Seat,
    Selector,
)

SELECTORS = [f"{level}{kind}" for level in get_args(Level) for kind in ("", " department")]
"""The words for kinds of unit."""


def findings_of(error: ErrorDetails, root: type[BaseModel] = Definition) -> Iterator[Finding]:
    """What the author is told of one error of pydantic; `root` is the model of the whole file."""
    path = tuple(part for part in error["loc"] if part != "[key]")
    refused = error.get("ctx", {}).get("error")
    if isinstance(refused, Unreadable):
        for finding in refused.findings:
            yield Finding((*path, *finding.path), finding.code, finding.problem, finding.hint)
    elif error["type"] == "extra_forbidden":
        yield _unknown_key(path, root)
    else:
        yield _SAYINGS.get(error["type"], _plain("bad_value"))(path, error)


def _unknown_key(path: Path, root: type[BaseModel]) -> Finding:
    key = str(path[-1])
    return found("unknown_key", path, key_hint(key, keys_at(path[:-1], root)), name=key)


def _missing_key(path: Path, _: ErrorDetails) -> Finding:
    return found("missing_key", path, name=path[-1])


def _bad_choice(path: Path, error: ErrorDetails) -> Finding:
    allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    return found("bad_choice", path, nearest(str(error["input"]), allowed), text=error["input"])


def _not_text(path: Path, error: ErrorDetails) -> Finding:
    return found("not_text", path, "请加引号" if isinstance(error["input"], int | float) else "")


def _too_long(path: Path, error: ErrorDetails) -> Finding:
    return found("too_long", path, most=error["ctx"]["max_length"])


def _out_of_range(path: Path, error: ErrorDetails) -> Finding:
    bounds = {"ge": "至少", "le": "至多", "gt": "大于"}
    hints = [f"{word} {error['ctx'][key]}" for key, word in bounds.items() if key in error["ctx"]]
    return found("out_of_range", path, "，".join(hints))


def _unread_term(path: Path, error: ErrorDetails) -> Finding:
    code, hint = ("bad_moment", MOMENTS) if path[-1] == "at" else ("bad_term", TERMS)
    return found(code, path, hint, text=error["input"])


def _bad_pattern(path: Path, error: ErrorDetails) -> Finding:
    text = str(error["input"])
    code, hint = _PATTERNS.get(error["ctx"]["pattern"], ("bad_value", ""))
    if path[-1] == "on":
        code, hint = "bad_child_state", "例如 appeal.approved"
    return found(code, path, hint or nearest(text, SELECTORS), text=text)


def _plain(code: str, hint: str = "") -> Callable[[Path, ErrorDetails], Finding]:
    return lambda path, _: found(code, path, hint)


def _pattern(annotated: Any) -> str:
    pattern: str = get_args(annotated)[1].metadata[0].pattern
    return pattern


PATTERN_OF_SELECTORS = _pattern(Selector)
_PATTERNS = {
    _pattern(Name): ("bad_name", "小写字母开头，只含小写字母、数字和 _，最多 30 个"),
    _pattern(PartyRole): ("bad_party_role", "例如 responsible.head、turn.liaison"),
    _pattern(PartyOrRole): ("bad_party_role", "例如 lead、lead.head"),
    _pattern(FactColumn): ("bad_fact_column", "例如 called.unit"),
    _pattern(PartyOrColumn): ("bad_fact_column", "例如 object、row.unit"),
    _pattern(Office): ("bad_office", "例如 prefecture.supervision"),
    _pattern(Seat): ("bad_seat", "例如 prefecture.supervision.head"),
    PATTERN_OF_SELECTORS: ("bad_selector", ""),
}
_SAYINGS: dict[str, Callable[[Path, ErrorDetails], Finding]] = {
    "missing": _missing_key,
    "literal_error": _bad_choice,
    "string_type": _not_text,
    "string_too_short": _plain("empty_text"),
    "string_too_long": _too_long,
    "string_pattern_mismatch": _bad_pattern,
    "int_type": _plain("not_integer"),
    "int_from_float": _plain("not_integer"),
    "float_type": _plain("not_number"),
    "bool_type": _plain("not_yes_no"),
    "dict_type": _plain("not_mapping"),
    "model_type": _plain("not_mapping"),
    "model_attributes_type": _plain("not_mapping"),
    "tuple_type": _plain("not_list"),
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
    "greater_than": _out_of_range,
    "value_error": _unread_term,
}


# The keys that a part may have


def keys_at(path: Path, root: type[BaseModel] = Definition) -> list[str]:
    """The keys that the part at a path of the file may have."""
    model = model_at(root, path)
    return keys_of(model) if model else []


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that a part of a file may have."""
    return [field.alias or name for name, field in model.model_fields.items()]


def model_at(annotation: Any, path: Path) -> type[BaseModel] | None:
    """The model that stands at a path below `annotation`, or None."""
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not path:
            return annotation
        for name, inner in annotation.model_fields.items():
            if (inner.alias or name) == path[0]:
                return model_at(inner.annotation, path[1:])
        return None
    inner_types = [argument for argument in get_args(annotation) if argument is not Ellipsis]
    return model_at(inner_types[-1], path[1:]) if inner_types and path else None


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    return annotation
