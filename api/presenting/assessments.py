"""考核: the ranking of a year, and one unit's sheet with its evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.presenting.indicators import number
from api.presenting.lists import LedgerLink
from api.presenting.wording import NOTHING
from workflow.assessing import Proposal, Sheet
from workflow.measuring.model import Indicator, Scorecard
from workflow.measuring.periods import in_words
from workflow.measuring.scoring import Known, Line

KINDS = {
    "formula": "定量",
    "adopted": "直接采信",
    "judged": "定性",
    "third_party": "第三方评估",
    "unannounced": "暗访抽查",
    "survey": "满意度调查",
}
_KNOWN = {
    Known.SETTLED: "",
    Known.PARTIAL: "部分认定",
    Known.PENDING: "待认定",
    Known.EXEMPT: "不适用",
}


@dataclass(frozen=True, slots=True)
class CardLink:
    """A scorecard's year to choose."""

    url: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class CardsPage:
    """All scorecards."""

    tabs: tuple[LedgerLink, ...]
    cards: tuple[CardLink, ...]


@dataclass(frozen=True, slots=True)
class RankRow:
    """A unit in the ranking; `provisional` while something of it is not settled."""

    url: str
    unit: str
    class_: str
    total: str
    settled: str
    deducted: str
    class_rank: str
    rank: str
    grade: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class RankingPage:
    """A year by a scorecard, as far as the reader sees it; `may_freeze` is for who freezes it, and
    `lacking` what is wanting before.
    """

    title: str
    basis: str
    note: str
    url: str
    frozen: str
    may_freeze: bool
    lacking: tuple[str, ...]
    rows: tuple[RankRow, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of the sheet; `level` is 0 at the top."""

    level: int
    title: str
    kind: str
    weight: str
    figure: str
    points: str
    known: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A deduction or bonus that was decided on: points, or why not; no address where the case is
    out of sight.
    """

    url: str
    number: str
    headline: str
    rule: str
    points: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A deduction or bonus that waits for somebody's decision."""

    url: str
    number: str
    headline: str
    rule: str
    name: str
    case: int
    points: str
    bonus: bool


@dataclass(frozen=True, slots=True)
class SheetPage:
    """One unit's sheet; `tried` is the rule and case of a decision that was refused, and
    `typed_points` and `typed_reason` what was typed for it.
    """

    title: str
    note: str
    up: str
    here: str
    unit: str
    class_: str
    row: RankRow
    points: str
    added: str
    lines: tuple[SheetLine, ...]
    decisions: tuple[DecisionLine, ...]
    proposals: tuple[ProposalLine, ...]
    decides: bool
    case: tuple[str, str]
    problem: str = ""
    tried: tuple[str, str] = ("", "")
    typed_points: str = ""
    typed_reason: str = ""


def rank_row(card: Scorecard, one: Sheet) -> RankRow:
    """A unit in the ranking."""
    place, stands = one.place, one.standing
    return RankRow(
        url=f"/assessments/{card.scorecard}/{card.year}/{one.unit}",
        unit=one.name,
        class_=one.class_,
        total=points(stands.total),
        settled=f"{stands.settled.normalize():f}" if stands.settled else "0",
        deducted=points(stands.deducted) if stands.deducted else "",
        class_rank=str(place.class_rank) if place else NOTHING,
        rank=str(place.rank) if place else ("不排名" if one.exempt else NOTHING),
        grade=one.grade or NOTHING,
        provisional=not stands.final,
    )


def ranked(card: Scorecard, sheets: Sequence[Sheet]) -> tuple[RankRow, ...]:
    """The units, the first first; who has no place last."""
    last = len(sheets) + 1
    ordered = sorted(sheets, key=lambda one: one.place.rank if one.place else last)
    return tuple(rank_row(card, one) for one in ordered)


def sheet_lines(
    lines: Sequence[Line], indicators: Mapping[str, Indicator], level: int = 0
) -> Iterator[SheetLine]:
    """The sheet, groups before their lines."""
    for line in lines:
        known = line.known
        yield SheetLine(
            level,
            line.part.title,
            KINDS.get(line.part.kind or "", ""),
            f"{line.weight.normalize():f}",
            _figure(line, indicators),
            points(line.points) if known in (Known.SETTLED, Known.PARTIAL) else "",
            _KNOWN[known],
        )
        yield from sheet_lines(line.lines, indicators, level + 1)


def _figure(line: Line, indicators: Mapping[str, Indicator]) -> str:
    if line.value is None or line.part.of is None:
        return ""
    one = indicators[line.part.of]
    measure = "%" if line.part.per else one.measure
    after = (
        ""
        if len(line.periods) < 2
        else f"（{len(line.periods)} 期，至{in_words(line.periods[-1])}）"
    )
    return f"{number(float(line.value))} {measure}{after}"


def decision_lines(
    card: Scorecard, adjustments: Sequence[Mapping[str, Any]]
) -> Iterator[DecisionLine]:
    """What was decided, in the order of the decisions."""
    titles = dict(_rules(card))
    bonuses = card.bonuses.rules if card.bonuses else {}
    for one in adjustments:
        way = "加" if one["rule"] in bonuses else "扣"
        yield DecisionLine(
            f"/cases/{one['case_id']}" if one["case_id"] else "",
            one["number"],
            one["headline"],
            titles.get(one["rule"], one["rule"]),
            f"{way} {points(Decimal(one['points']) / 100)} 分" if one["points"] else "不计",
            one["reason"] or "",
        )


def _rules(card: Scorecard) -> Iterator[tuple[str, str]]:
    for rules in (card.deductions, card.bonuses):
        yield from ((name, rule.title) for name, rule in (rules.rules if rules else {}).items())


def proposal_line(one: Proposal) -> ProposalLine:
    """What waits for a decision."""
    evidence = one.evidence
    return ProposalLine(
        f"/cases/{evidence.case}",
        evidence.number,
        evidence.headline,
        one.title,
        one.rule,
        evidence.case,
        f"{one.points:g}",
        one.bonus,
    )


def points(value: Decimal | None) -> str:
    """Points with two places; a dash where there are none yet."""
    return NOTHING if value is None else f"{value:.2f}"
