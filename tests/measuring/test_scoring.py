"""The arithmetic of a scorecard, by hand and by its laws.

Hand-computed: weight 40 of which 60 % for a mean of quarters from 60 (nothing) to 100 (all), 40 %
for a figure from 0 to 10; weight 60 for a rating.
"""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.measuring.model import Indicator, Rules, Scorecard
from workflow.measuring.ranking import Entry, grade_of, places_of, ties_of
from workflow.measuring.scoring import (
    Figure,
    Figures,
    Known,
    Line,
    Standing,
    capped,
    leaves,
    score,
    standing,
)

CARD = Scorecard.model_validate(
    {
        "scorecard": "small",
        "year": 2026,
        "title": "小表",
        "basis": "只为测试",
        "among": "county",
        "kept_by": "prefecture.lead",
        "classes": ["甲类", "乙类"],
        "parts": {
            "first": {
                "title": "甲",
                "weights": {"甲类": 40, "乙类": 10},
                "parts": {
                    "cleared": {
                        "title": "消除", "share": 60, "kind": "formula", "of": "cleared",
                        "over": "mean", "none": 60, "full": 100,
                    },
                    "growth": {
                        "title": "增长", "share": 40, "kind": "adopted", "of": "growth",
                        "none": 0, "full": 10,
                    },
                },
            },
            "second": {
                "title": "乙", "weights": {"甲类": 60, "乙类": 90},
                "kind": "judged", "of": "rating",
            },
        },
        "deductions": {
            "at_most": 5,
            "rules": {
                "late": {"title": "逾期", "workflow": "w", "mark": "m", "points": 1, "at_most": 3},
                "again": {"title": "反弹", "workflow": "w", "mark": "n", "points": 2},
            },
        },
        "ties": ["first"],
        "grades": [
            {"title": "好", "at_least": 85},
            {"title": "较好", "at_least": 70},
            {"title": "一般", "at_least": 0},
        ],
        "process": {"workflow": "w", "event": "e"},
    }
)  # fmt: skip
KEPT: dict[str, Any] = {"measure": "分", "among": "county", "kept_by": "prefecture.lead"}
INDICATORS = {
    "cleared": Indicator.model_validate({"title": "消除率", "every": "quarter", **KEPT}),
    "growth": Indicator.model_validate({"title": "增速", **KEPT}),
    "rating": Indicator.model_validate({"title": "评价", **KEPT}),
    "part": Indicator.model_validate({"title": "达标村", **KEPT}),
    "whole": Indicator.model_validate({"title": "行政村", **KEPT}),
}
QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")


def known(**values: float | None) -> dict[tuple[str, str], Figure]:
    """The figures of a unit; `cleared` the same in every quarter."""
    figures: dict[tuple[str, str], Figure] = {}
    for name, value in values.items():
        for period in QUARTERS if name == "cleared" else ("2026",):
            figures[name, period] = Figure(value)
    return figures


ALL = known(cleared=90, growth=6.25, rating=81)


def lines(figures: Figures, class_: str = "甲类") -> tuple[Line, ...]:
    return score(CARD, class_, figures, INDICATORS)


def stands(figures: Figures, class_: str = "甲类", **more: Decimal) -> Standing:
    return standing(lines(figures, class_), **more)


def test_a_whole_sheet_by_hand() -> None:
    first, second = lines(ALL)
    # 40 × 60 % = 24; (90 - 60) / 40 = 0.75 → 18.00. 40 × 40 % = 16; 0.625 → 10.00
    assert [line.points for line in first.lines] == [Decimal("18.00"), Decimal("10.00")]
    assert (first.points, second.points) == (Decimal("28.00"), Decimal("48.60"))
    assert stands(ALL).total == Decimal("76.60")
    # 乙类: 6 × 0.75 = 4.5; 4 × 0.625 = 2.5; 90 × 0.81 = 72.9
    assert stands(ALL, "乙类").total == Decimal("79.90")
    assert stands(ALL).final


def test_half_a_hundredth_is_rounded_up_and_the_sheet_adds_up() -> None:
    found = lines(known(cleared=90, growth=6.253125, rating=81))
    growth = found[0].lines[1]  # 16 × 0.6253125 = 10.005
    assert growth.points == Decimal("10.01")
    assert found[0].points == sum(line.points for line in found[0].lines)


def test_what_is_not_known_yet_is_not_zero() -> None:
    """待认定: the growth is published late; its 16 points wait, nobody loses them meanwhile."""
    waiting = stands(known(cleared=90, rating=81))
    assert (waiting.settled, waiting.pending) == (Decimal(84), Decimal(16))
    assert waiting.points == Decimal("66.60")
    assert waiting.total == Decimal("79.29")  # 66.60 of 84
    assert not waiting.final
    assert stands(known(cleared=90, growth=0, rating=81)).total == Decimal("66.60")


def test_nothing_known_has_no_total() -> None:
    assert stands({}).total is None
    assert not stands({}).final


def test_quarters_that_are_in_count_through_the_year_but_are_not_final() -> None:
    figures = ALL | {("cleared", "2026-Q1"): Figure(100)}
    del figures["cleared", "2026-Q4"]
    cleared = lines(figures)[0].lines[0]
    assert cleared.value == Decimal(280) / 3
    assert cleared.points == Decimal("20.00")  # 24 × (93.33 - 60) / 40
    assert (cleared.known, cleared.periods) == (Known.PARTIAL, QUARTERS[:3])
    assert not stands(figures).final


def test_an_exempt_line_leaves_its_weight_to_the_others() -> None:
    spared = stands(ALL | {("growth", "2026"): Figure(None)})
    assert (spared.settled, spared.pending, spared.final) == (Decimal(84), Decimal(0), True)
    assert spared.total == Decimal("79.29")


@pytest.mark.parametrize(
    ("part", "whole", "points"),
    [(75, 100, "30.00"), (50, 100, "0.00"), (100, 80, "60.00"), (49, 100, "0.00")],
)
def test_a_share_is_of_what_it_is_a_share_of(part: float, whole: float, points: str) -> None:
    tree = CARD.parts["second"].model_copy(
        update={"of": "part", "per": "whole", "none": 50.0, "full": 100.0}
    )
    card = CARD.model_copy(update={"parts": {"second": tree}})
    (line,) = score(card, "甲类", known(part=part, whole=whole), INDICATORS)
    assert line.points == Decimal(points)
    (line,) = score(card, "甲类", known(part=part), INDICATORS)
    assert line.known is Known.PENDING


def test_deductions_are_capped_by_rule_and_together() -> None:
    rules = CARD.deductions
    assert isinstance(rules, Rules)
    assert capped(rules, {"late": Decimal("2.5")}) == Decimal("2.5")
    assert capped(rules, {"late": Decimal(7)}) == Decimal(3)
    assert capped(rules, {"late": Decimal(7), "again": Decimal(4)}) == Decimal(5)
    assert capped(None, {"late": Decimal(7)}) == 0
    assert stands(ALL, deducted=Decimal(5), added=Decimal("0.4")).total == Decimal("72.00")
    assert stands(known(rating=1), deducted=Decimal(5)).total == 0


# Ranks and grades


def test_ranks_by_hand_with_a_tie() -> None:
    entries = [
        Entry(1, "甲类", Decimal(80), (Decimal("0.7"),)),
        Entry(2, "乙类", Decimal(80), (Decimal("0.9"),)),  # equal totals: the first part decides
        Entry(3, "甲类", Decimal(70), (Decimal("0.5"),)),
        Entry(4, "甲类", Decimal(70), (Decimal("0.5"),)),  # equal in that, too
        Entry(5, "乙类", Decimal(60), (Decimal("0.5"),)),
    ]
    places = places_of(entries)
    assert {unit: place.rank for unit, place in places.items()} == {1: 2, 2: 1, 3: 3, 4: 3, 5: 5}
    assert {unit: place.from_last for unit, place in places.items()} == {
        1: 4, 2: 5, 3: 2, 4: 2, 5: 1,
    }  # fmt: skip
    assert {unit: place.class_rank for unit, place in places.items()} == {
        1: 1, 2: 1, 3: 2, 4: 2, 5: 2,
    }  # fmt: skip
    assert places[3].class_from_last == 1


@pytest.mark.parametrize(
    ("total", "grade"),
    [("85", "好"), ("84.99", "较好"), ("70", "较好"), ("69.99", "一般"), ("0", "一般")],
)
def test_a_grade_begins_at_its_least_total(total: str, grade: str) -> None:
    assert grade_of(CARD, Decimal(total)) == grade


def test_ties_compare_shares_and_not_points_of_different_weight() -> None:
    assert ties_of(CARD, lines(ALL, "甲类")) == (Decimal("0.7"),)
    assert ties_of(CARD, lines(ALL, "乙类")) == (Decimal("0.7"),)


# Laws


figure = st.none() | st.floats(-1e6, 1e6, allow_nan=False)
sheets = st.fixed_dictionaries({}, optional={"cleared": figure, "growth": figure, "rating": figure})


@given(sheets, st.sampled_from(["甲类", "乙类"]))
def test_weights_are_settled_pending_or_exempt_and_points_stay_within(
    values: dict[str, float | None], class_: str
) -> None:
    found = lines(known(**values), class_)
    for line in leaves(found):
        assert 0 <= line.points <= line.weight
        assert line.settled + line.pending in (0, line.weight)
    assert sum(line.weight for line in leaves(found)) == 100
    total = standing(found).total
    assert total is None or 0 <= total <= 100


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_a_better_figure_never_earns_less(cleared: float, growth: float, more: float) -> None:
    worse = known(cleared=cleared, growth=growth, rating=50)
    better = known(cleared=cleared + more, growth=growth + more, rating=50)
    assert (stands(better).total or 0) >= (stands(worse).total or 0)


@given(sheets)
def test_a_figure_that_comes_late_changes_no_other_line(values: dict[str, float | None]) -> None:
    without = {name: value for name, value in values.items() if name != "growth"}
    both = zip(leaves(lines(known(**values))), leaves(lines(known(**without))), strict=True)
    assert all(one.points == other.points for one, other in both if one.path[-1] != "growth")


entries = st.lists(
    st.builds(
        Entry,
        unit=st.integers(1, 10**6),
        class_=st.sampled_from(["甲类", "乙类"]),
        total=st.decimals(0, 100, places=2),
        ties=st.tuples(st.decimals(0, 1, places=1)),
    ),
    unique_by=lambda entry: entry.unit,
    min_size=1,
)


@given(entries, st.randoms())
def test_places_do_not_depend_on_the_order_of_units(ranked: list[Entry], random: Any) -> None:
    shuffled = list(ranked)
    random.shuffle(shuffled)
    places = places_of(ranked)
    assert places == places_of(shuffled)
    for one in ranked:
        place = places[one.unit]
        assert 1 <= place.rank <= len(ranked)
        assert place.class_rank <= place.rank
        same = [e for e in ranked if (e.total, e.ties) == (one.total, one.ties)]
        assert place.rank + place.from_last + len(same) - 1 == len(ranked) + 1
