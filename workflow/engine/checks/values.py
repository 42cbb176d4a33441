"""Values in conditions: what no case could ever make right is refused before it is silence."""

import re
from collections.abc import Iterator
from datetime import date

from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, found
from workflow.engine.guards import Guards

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|' r"'(?:[^'\\]|\\.)*'")
_BY_ZERO = re.compile(r"[/%]\s*0+(?![\w.])")
_TOO_LARGE = re.compile(r"(?<![\w.])\d{16,}(?![\w.])")
"""Beyond what a fact may hold: multiplied by one, it would leave the range of integers."""
_OPERATOR = r"\s*(?:==|!=|<=?|>=?)\s*"
_NAMED_DAY = re.compile(rf"\b(?P<name>[a-z_]\w*){_OPERATOR}$")
_DAY_NAMED = re.compile(rf"^{_OPERATOR}(?P<name>[a-z_]\w*)\b(?![.(\[])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_STANDING_DAYS = ("today", "period_last")


def check_values(
    path: Path, text: str, definition: Definition, guards: Guards
) -> Iterator[Finding]:
    """Constants that cannot be computed, and texts that dates are compared with and are none."""
    bare = _TEXT.sub(lambda quoted: "\x00" * len(quoted[0]), text)
    failing = _BY_ZERO.search(bare) or _TOO_LARGE.search(bare)
    if failing:
        yield found("always_fails", path, column=failing.start() + 1, text=failing[0])
    elif not guards.names_in(text) and guards.value(text, {}) is None:
        yield found("always_fails", path, column=1, text=text)
    days = {name for name, fact in definition.facts.items() if fact.type == "date"}
    yield from _check_days(path, text, days.union(_STANDING_DAYS))


def _check_days(path: Path, text: str, days: set[str]) -> Iterator[Finding]:
    for quoted in _TEXT.finditer(text):
        before, after = text[: quoted.start()], text[quoted.end() :]
        compared = _NAMED_DAY.search(before) or _DAY_NAMED.search(after)
        day = quoted[0][1:-1]
        if compared and compared["name"] in days and day and not _is_day(day):
            yield found("no_such_day", path, "例如 2026-09-30", column=quoted.start() + 1, text=day)


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
