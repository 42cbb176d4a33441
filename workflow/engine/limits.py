"""How long a state may last: `10 working days since assigned`, `by due`, `by 12-31`."""

import re
from dataclasses import dataclass
from typing import Any

from workflow.engine.findings import Finding, Unreadable, found, key_hint
from workflow.engine.terms import Duration, Term, parse_term

_SINCE = re.compile(r"(?P<term>.+?) since (?P<state>[a-z][a-z0-9_]*)")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

CASE_KEYS = ("is", "when")
"""The keys of one entry of a limit that is written as a list."""

LONGEST_CONDITION = 400

LIMIT_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "title": "LimitCase",
                "description": "One way a limit is found; the first whose condition holds counts.",
                "additionalProperties": False,
                "required": ["is"],
                "properties": {
                    "is": {"type": "string", "description": "the limit, e.g. 10 working days"},
                    "when": {
                        "anyOf": [{"type": "string"}, {"type": "null"}],
                        "description": "condition (CEL); absent: always",
                    },
                },
            },
        },
    ]
}
"""What `parse_limit` accepts, for editors."""

TERMS = (
    "允许：10 working days、30 days（末尾可加 counting the first day）、3 months、2 hours、"
    "30 minutes、12-31、last working day on or before 12-31；数字为 1 至 999，日期须每年都有"
)
MOMENTS = (
    "允许：due、due - 7 working days、due + 1 working day、due - 30 days、due + 2 hours、"
    "due + 30 minutes；数字为 1 至 999"
)
_LIMITS = (
    f"{TERMS}；末尾可加 since 环节；也可写 by 日期要素；或写成 {{is: …, when: …}} 的列表，when 可省"
)


@dataclass(frozen=True, slots=True)
class LimitCase:
    """One way a limit is found; `when` is the CEL condition under which it is this one.

    Exactly one of `term` and `fact` is set: a term runs from the entry into the state, or from the
    last entry into `since`; a fact is a date written on the case.
    """

    term: Term | None
    fact: str | None = None
    since: str | None = None
    when: str | None = None


Limit = tuple[LimitCase, ...]


def parse_limit(value: object) -> Limit:
    """The cases of a limit, first match first; raises Unreadable with all that is wrong.

    A text is a single case; a list has entries `{is: TEXT, when: CEL}`.
    """
    if isinstance(value, str):
        return (_case(value, None),)
    if not isinstance(value, list) or not value:
        raise Unreadable(found("bad_limit", (), _LIMITS, text=value))
    wrong = [finding for at, entry in enumerate(value) for finding in _wrong_keys(at, entry)]
    cases = []
    for at, entry in enumerate(value):
        if not any(finding.path[0] == at for finding in wrong):
            try:
                cases.append(_case(entry["is"], entry.get("when"), (at, "is")))
            except Unreadable as error:
                wrong += error.findings
    if wrong:
        raise Unreadable(*wrong)
    return tuple(cases)


def _wrong_keys(at: int, entry: object) -> list[Finding]:
    if not isinstance(entry, dict):
        return [found("bad_limit", (at,), _LIMITS, text=entry)]
    wrong = [
        found("unknown_key", (at, key), key_hint(str(key), CASE_KEYS), name=key)
        for key in entry
        if key not in CASE_KEYS
    ]
    if not isinstance(entry.get("is"), str):
        wrong.append(found("missing_key", (at,), _LIMITS, name="is"))
    condition = entry.get("when")
    if not isinstance(condition, str | None):
        wrong.append(found("not_text", (at, "when")))
    elif condition == "":
        wrong.append(found("empty_text", (at, "when")))
    elif condition is not None and len(condition) > LONGEST_CONDITION:
        wrong.append(found("too_long", (at, "when"), most=LONGEST_CONDITION))
    return wrong


def _case(text: str, when: str | None, path: tuple[str | int, ...] = ()) -> LimitCase:
    try:
        if text.startswith("by "):
            rest = text.removeprefix("by ")
            if _NAME.fullmatch(rest):
                return LimitCase(term=None, fact=rest, when=when)
            return LimitCase(term=_fixed(parse_term(rest)), when=when)
        if since := _SINCE.fullmatch(text):
            return LimitCase(parse_term(since["term"]), since=since["state"], when=when)
        return LimitCase(term=parse_term(text), when=when)
    except ValueError:
        raise Unreadable(found("bad_limit", path, _LIMITS, text=text)) from None


def _fixed(term: Term) -> Term:
    if isinstance(term, Duration):
        raise ValueError("a length of time has no `by`")
    return term
