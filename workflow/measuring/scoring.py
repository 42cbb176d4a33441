"""The arithmetic of a scorecard: figures to points, line by line. Pure, and exact to a hundredth.

Points are rounded at the leaf, half up, and added as they are shown, so that a sheet adds up. What
has no figure yet (待认定) is not zero: its weight waits, and the total is in proportion to the
weight that is settled. So is a line that a unit is exempt from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from workflow.measuring import periods
from workflow.measuring.model import Indicator, Part, Rules, Scorecard

CENT = Decimal("0.01")
WHOLE = Decimal(100)
ZERO = Decimal(0)


class Known(StrEnum):
    """How far a line is known."""

    SETTLED = "settled"
    PARTIAL = "partial"
    """Some periods of the year have a figure, others not yet."""
    PENDING = "pending"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is known of an indicator for a unit and period; without a value it is exempt."""

    value: float | None


Figures = Mapping[tuple[str, str], Figure]
"""The figures of one unit by indicator and period."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet; a group's points are those of its lines.

    `value` is the figure that was marked, `periods` are those of the year that have one. `settled`
    and `pending` are weights, `weight` is their sum and what is exempt.
    """

    path: tuple[str, ...]
    part: Part
    weight: Decimal
    points: Decimal
    settled: Decimal
    pending: Decimal
    known: Known
    value: Decimal | None = None
    periods: tuple[str, ...] = ()
    lines: tuple["Line", ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit stands: the sheet's points in proportion to the settled weight, less, and more."""

    points: Decimal
    settled: Decimal
    pending: Decimal
    deducted: Decimal
    added: Decimal
    total: Decimal | None
    final: bool


def score(
    card: Scorecard, class_: str, figures: Figures, indicators: Mapping[str, Indicator]
) -> tuple[Line, ...]:
    """The sheet of one unit of a class."""
    return tuple(
        _line(card, (name,), part, Decimal(str(part.weights[class_])), figures, indicators)
        for name, part in card.parts.items()
        if class_ in part.weights
    )


def _line(
    card: Scorecard,
    path: tuple[str, ...],
    part: Part,
    weight: Decimal,
    figures: Figures,
    indicators: Mapping[str, Indicator],
) -> Line:
    if not part.parts:
        return _leaf(card, path, part, weight, figures, indicators)
    lines = tuple(
        _line(
            card,
            (*path, name),
            inner,
            weight * Decimal(str(inner.share or 0)) / WHOLE,
            figures,
            indicators,
        )
        for name, inner in part.parts.items()
    )
    return Line(
        path,
        part,
        weight,
        points=sum((line.points for line in lines), ZERO),
        settled=sum((line.settled for line in lines), ZERO),
        pending=sum((line.pending for line in lines), ZERO),
        known=_together([line.known for line in lines]),
        lines=lines,
    )


def _together(known: list[Known]) -> Known:
    counted = [one for one in known if one is not Known.EXEMPT]
    if not counted:
        return Known.EXEMPT
    if all(one is counted[0] for one in counted):
        return counted[0]
    return Known.PARTIAL


def _leaf(
    card: Scorecard,
    path: tuple[str, ...],
    part: Part,
    weight: Decimal,
    figures: Figures,
    indicators: Mapping[str, Indicator],
) -> Line:
    assert part.of is not None, "the reader has checked it"
    wanted = periods.of_year(indicators[part.of].every, card.year)
    given = {at: figures[part.of, at] for at in wanted if (part.of, at) in figures}
    per = _per(part, card, figures)
    if given and all(figure.value is None for figure in given.values()):
        return Line(path, part, weight, ZERO, ZERO, ZERO, Known.EXEMPT)
    values = [Decimal(str(one.value)) for one in given.values() if one.value is not None]
    if not values or (part.per and not per):
        return Line(path, part, weight, ZERO, ZERO, weight, Known.PENDING)
    value = _over(part.over, values)
    if per:
        value = value / per * WHOLE
    points = (weight * _earned(part, value)).quantize(CENT, ROUND_HALF_UP)
    known = Known.SETTLED if len(given) == len(wanted) else Known.PARTIAL
    return Line(path, part, weight, points, weight, ZERO, known, value, tuple(given))


def _per(part: Part, card: Scorecard, figures: Figures) -> Decimal | None:
    """What the figure is a share of: a figure of the whole year; None while it is not known."""
    known = figures.get((part.per or "", str(card.year)))
    return Decimal(str(known.value)) if known and known.value else None


def _over(how: str, values: list[Decimal]) -> Decimal:
    if how == "last":
        return values[-1]
    whole = sum(values, ZERO)
    return whole if how == "sum" else whole / len(values)


def _earned(part: Part, value: Decimal) -> Decimal:
    """The share of its points that a figure earns; `full` may lie below `none`."""
    none, full = Decimal(str(part.none)), Decimal(str(part.full))
    return min(Decimal(1), max(ZERO, (value - none) / (full - none)))


# The total


def standing(lines: tuple[Line, ...], deducted: Decimal = ZERO, added: Decimal = ZERO) -> Standing:
    """How a unit stands with what was confirmed of deductions and bonuses; never below zero."""
    points = sum((line.points for line in lines), ZERO)
    settled = sum((line.settled for line in lines), ZERO)
    pending = sum((line.pending for line in lines), ZERO)
    total = None
    if settled:
        sheet = (points / settled * WHOLE).quantize(CENT, ROUND_HALF_UP)
        total = max(ZERO, sheet - deducted + added)
    final = settled > 0 and all(one.known in (Known.SETTLED, Known.EXEMPT) for one in leaves(lines))
    return Standing(points, settled, pending, deducted, added, total, final)


def leaves(lines: tuple[Line, ...]) -> Iterator[Line]:
    """The leaves of a sheet, in order."""
    for line in lines:
        if line.lines:
            yield from leaves(line.lines)
        else:
            yield line


def capped(rules: Rules | None, points: Mapping[str, Decimal]) -> Decimal:
    """What confirmed points by rule come to: each rule has its cap, and all have one together."""
    if rules is None:
        return ZERO
    whole = ZERO
    for name, sum_ in points.items():
        rule = rules.rules.get(name)
        if rule is not None:
            cap = Decimal(str(rule.at_most)) if rule.at_most is not None else sum_
            whole += min(sum_, cap)
    return min(whole, Decimal(str(rules.at_most)))
