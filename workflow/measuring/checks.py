"""Whether indicators and a scorecard of right shape make sense, alone and with the workflows."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, Path, found, unknown
from workflow.engine.flow import events_in
from workflow.measuring.model import Indicator, Indicators, Part, Rule, Scorecard

_WHOLE = Decimal(100)
_NUMBERS = ("number", "integer")
_TYPES = {"total": ("number",), "grade": ("text", "choice"), "grade_before": ("text", "choice")}
"""The types of fact that can hold what a result gives; all else is a rank."""


def check_indicators(one: Indicators) -> Iterator[Finding]:
    """The bounds of every figure are in order; a duty is a share of what stands in the list."""
    for name, item in one.items.items():
        bounds = [bound for bound in (item.min, item.max) if bound is not None]
        if bounds != sorted(bounds):
            yield found("bad_bounds", ("items", name))
        if item.duty is not None and item.duty.per is not None:
            yield from unknown(
                "unknown_indicator", ("items", name, "duty", "per"), item.duty.per, one.items
            )


def check_scorecard(
    card: Scorecard, indicators: Mapping[str, Indicator], definitions: Mapping[str, Definition]
) -> Iterator[Finding]:
    """Weights add up, leaves mark what is measured, rules and process name what exists."""
    yield from _check_weights(card)
    for name, part in card.parts.items():
        yield from _check_part(("parts", name), part, indicators, top=True)
    for at, name in enumerate(card.ties):
        yield from unknown("unknown_part", ("ties", at), name, card.parts)
    least = [grade.at_least for grade in card.grades]
    if least != sorted(least, reverse=True) or least[-1] > 0:
        yield found("grades_order", ("grades",))
    for key in ("deductions", "bonuses"):
        rules = getattr(card, key)
        for name, rule in rules.rules.items() if rules else ():
            yield from _check_rule((key, "rules", name), rule, definitions)
    yield from _check_process(card, definitions)


def _check_weights(card: Scorecard) -> Iterator[Finding]:
    """Of every class the weights come to 100, and no class is unknown."""
    for name, part in card.parts.items():
        for class_ in part.weights:
            yield from unknown("unknown_class", ("parts", name, "weights"), class_, card.classes)
    for class_ in card.classes:
        sum_ = sum(
            (Decimal(str(part.weights.get(class_, 0))) for part in card.parts.values()), Decimal(0)
        )
        if sum_ != _WHOLE:
            yield found("weights_sum", ("parts",), name=class_, sum=sum_)


def _check_part(
    path: Path, part: Part, indicators: Mapping[str, Indicator], *, top: bool
) -> Iterator[Finding]:
    if bool(part.weights) != top or (part.share is None) != top:
        yield found("weight_or_share", path)
    if bool(part.parts) == bool(part.of) or bool(part.of) != bool(part.kind):
        yield found("group_or_leaf", path)
    for key, name in (("of", part.of), ("per", part.per)):
        if name is not None:
            yield from unknown("unknown_indicator", (*path, key), name, indicators)
    if part.none == part.full:
        yield found("no_scale", (*path, "full"))
    if part.parts:
        shares = (Decimal(str(inner.share or 0)) for inner in part.parts.values())
        if (sum_ := sum(shares, Decimal(0))) != _WHOLE:
            yield found("shares_sum", (*path, "parts"), sum=sum_)
        for name, inner in part.parts.items():
            yield from _check_part((*path, "parts", name), inner, indicators, top=False)


def _check_rule(path: Path, rule: Rule, definitions: Mapping[str, Definition]) -> Iterator[Finding]:
    yield from unknown("unknown_workflow", (*path, "workflow"), rule.workflow, definitions)
    if bool(rule.mark) == bool(rule.state):
        yield found("mark_or_state", path)
    definition = definitions.get(rule.workflow)
    if definition is None:
        return
    if rule.mark is not None:
        yield from unknown("unknown_mark", (*path, "mark"), rule.mark, definition.marks)
    if rule.fact is not None:
        open_ = {name: one for name, one in definition.facts.items() if not one.seen_by}
        yield from unknown("unknown_fact", (*path, "fact"), rule.fact, open_)
        if rule.fact in open_ and open_[rule.fact].type not in _NUMBERS:
            yield found("not_number_fact", (*path, "fact"), name=rule.fact)
    for at, state in enumerate(rule.state):
        yield from unknown("unknown_state", (*path, "state", at), state, definition.states)


def _check_process(card: Scorecard, definitions: Mapping[str, Definition]) -> Iterator[Finding]:
    process = card.process
    yield from unknown("unknown_workflow", ("process", "workflow"), process.workflow, definitions)
    definition = definitions.get(process.workflow)
    if definition is None:
        return
    if definition.cadence("year") is None:
        yield found("not_periodic", ("process", "workflow"), name=process.workflow)
    events = {name for state in definition.states for name, _ in events_in(definition, state)}
    yield from unknown("no_such_event", ("process", "event"), process.event, events)
    if process.exempt is not None:
        yield from unknown("unknown_mark", ("process", "exempt"), process.exempt, definition.marks)
    for fact, given in process.gives.items():
        path: Path = ("process", "gives", fact)
        yield from unknown("unknown_fact", path, fact, definition.facts)
        if fact in definition.facts:
            type_ = definition.facts[fact].type
            if type_ not in _TYPES.get(given, ("integer",)):
                yield found("given_type", path, name=fact, type=type_, given=given)
