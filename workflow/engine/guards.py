"""Conditions and derived facts, in CEL (the Common Expression Language), typed against the
declared facts.

The only module that knows the CEL library. Expressions have no loops but bounded comprehensions
and run under the library's iteration budget; a failure while running is a value, which here counts
as "does not hold".
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from cel_expr_python import cel

from workflow.engine.definition import Definition

_FACT_TYPES = {
    "text": cel.Type.STRING,
    "choice": cel.Type.STRING,
    "date": cel.Type.STRING,
    "number": cel.Type.DOUBLE,
    "integer": cel.Type.INT,
    "yes_no": cel.Type.BOOL,
    "table": cel.Type.List(cel.Type.DYN),
    "photos": cel.Type.List(cel.Type.DYN),
    "documents": cel.Type.List(cel.Type.DYN),
    "people": cel.Type.List(cel.Type.DYN),
    "sample": cel.Type.List(cel.Type.DYN),
}
EMPTY_FACTS: Mapping[str, Any] = {
    "text": "",
    "choice": "",
    "date": "",
    "number": 0.0,
    "integer": 0,
    "yes_no": False,
    "table": [],
    "photos": [],
    "documents": [],
    "people": [],
    "sample": [],
}
"""What an expression sees of a fact not yet given."""

STANDING = {
    "today": cel.Type.STRING,
    "overdue": cel.Type.BOOL,
    "days_left": cel.Type.INT,
    "cycle": cel.Type.INT,
    "period": cel.Type.INT,
    "period_title": cel.Type.STRING,
    "period_last": cel.Type.STRING,
    "marks": cel.Type.List(cel.Type.STRING),
    "children": cel.Type.Map(cel.Type.STRING, cel.Type.Map(cel.Type.STRING, cel.Type.INT)),
    "units": cel.Type.Map(cel.Type.STRING, cel.Type.Map(cel.Type.STRING, cel.Type.STRING)),
    "because": cel.Type.STRING,
    "number": cel.Type.STRING,
    "state": cel.Type.STRING,
    "days_until": cel.Type.Map(cel.Type.STRING, cel.Type.INT),
    "tallies": cel.Type.Map(cel.Type.STRING, cel.Type.DOUBLE),
    "unit": cel.Type.STRING,
    "row": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "behind": cel.Type.DOUBLE,
}
"""Names every expression may use besides the facts and counts; documented in docs/language.md."""

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_PLACE = re.compile(r"<input>:\d+:(\d+): ([^\n]*?)(?: \(in container[^\n]*)?$", re.MULTILINE)


class GuardError(ValueError):
    """An expression cannot be used; the message tells the column and what is wrong with it."""


class Guards:
    """The expressions of one definition, compiled once."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._names = {*STANDING, *definition.counts, *definition.facts}
        self._compiled: dict[str, cel.Expression] = {}
        self._mentioned: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _env(self) -> cel.Env:
        variables = dict(STANDING)
        variables |= dict.fromkeys(self._definition.counts, cel.Type.INT)
        variables |= {name: _FACT_TYPES[fact.type] for name, fact in self._definition.facts.items()}
        return cel.NewEnv(variables=variables)

    def check(self, expression: str, *, condition: bool = True) -> None:
        """Raise GuardError unless `expression` compiles, and, as a condition, yields true or
        false.
        """
        compiled = self._compile(expression)
        if condition and compiled.return_type().name() not in ("BOOL", "DYN"):
            raise GuardError("a condition must be true or false")

    def holds(self, expression: str | None, values: Mapping[str, Any]) -> bool:
        """Whether the condition holds; no condition always does, a failing one never."""
        return expression is None or self.value(expression, values) is True

    def value(self, expression: str, values: Mapping[str, Any]) -> Any:
        """What the expression yields, as a plain value; None where it fails while running."""
        compiled = self._compile(expression)
        data = {name: values[name] for name in self.names_in(expression)}
        try:
            result = compiled.eval(data=data)
        except RuntimeError:  # the budget for runaway expressions is used up
            return None
        return None if result.type() == cel.Type.ERROR else result.plain_value()

    def names_in(self, expression: str) -> tuple[str, ...]:
        """The names that an expression looks up."""
        if expression not in self._mentioned:
            found = dict.fromkeys(_NAME.findall(expression))
            self._mentioned[expression] = tuple(name for name in found if name in self._names)
        return self._mentioned[expression]

    def _compile(self, expression: str) -> cel.Expression:
        if expression not in self._compiled:
            try:
                self._compiled[expression] = self._env.compile(expression)
            except RuntimeError as error:
                raise GuardError(_sentence(str(error))) from None
        return self._compiled[expression]


def _sentence(message: str) -> str:
    places = _PLACE.findall(message)
    return "; ".join(f"column {column}: {text}" for column, text in places) or message
