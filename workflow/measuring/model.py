"""What a list of indicators and a scorecard say: frozen models of the files, key by key.

Documented in docs/scorecards.md; what needs the whole file, or others, is in `checks.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from workflow.engine.model import Model
from workflow.engine.words import (
    ONE_OR_MORE,
    Name,
    Names,
    Office,
    Selectors,
    Text,
    Texts,
    Title,
)

Period = Literal["year", "quarter", "month"]
Kind = Literal["formula", "adopted", "judged", "third_party", "unannounced", "survey"]
Given = Literal[
    "total", "grade", "rank", "class_rank", "from_last", "class_from_last", "grade_before"
]
"""What the result of a unit tells the case that ends its assessment."""

Points = Annotated[float, Field(gt=0, le=100)]


class Duty(Model):
    """That an indicator is a duty (责任清单): whose, by which article, and how much is wanted."""

    who: Title = Field(description="whose duty it is, as the rule says it")
    role: Name | None = Field(
        None, description="the role of the post in that unit whose holder has it on their page"
    )
    article: Text = Field(description="the article that says so")
    at_least: float = Field(ge=0, description="the least figure, in per cent where `per` is given")
    within: Literal["year", "term", "standing"] = Field(
        "year", description="by when: every year, in the term of office, or at any time"
    )
    soft: bool = Field(False, description="the rule says 原则上")
    per: Name | None = Field(None, description="the indicator that the figure is a share of")


class Indicator(Model):
    """One thing that is measured of a unit, a period at a time (监测指标)."""

    title: Title
    measure: Annotated[str, Field(min_length=1, max_length=20)] = Field(
        description="the unit it is counted in: %, 万吨"
    )
    every: Period = Field("year", description="how often there is a figure")
    better: Literal["more", "less"] = Field("more", description="which way is the better one")
    among: Selectors = Field(description="kinds of unit that it is measured of")
    kept_by: Office = Field(description="the office that enters its figures (评分责任部门)")
    min: float | None = Field(None, description="least figure")
    max: float | None = Field(None, description="greatest figure")
    source: Text | None = Field(None, description="where its figures come from")
    duty: Duty | None = Field(None, description="that it is somebody's duty")


class Indicators(Model):
    """A list of indicators."""

    indicators: Name = Field(description="the name of the list")
    title: Title
    basis: Text = Field(description="the articles on which it rests")
    note: Text | None = Field(None, description="what every page has to say of it")
    items: dict[Name, Indicator] = Field(description="the indicators")


class Part(Model):
    """One line of the tree: a group of `parts`, or a leaf that marks the figure `of` an indicator.

    A leaf has all its points from the figure `full` on, none at `none`, and evenly between.
    """

    title: Title
    weights: dict[str, Points] = Field(
        {}, description="at the top: points by class of county; each class adds up to 100"
    )
    share: Points | None = Field(
        None, description="below the top: per cent of the group; they add up to 100"
    )
    parts: dict[Name, Part] = Field({}, description="of a group: its lines")
    kind: Kind | None = Field(None, description="of a leaf: how its figure comes about")
    of: Name | None = Field(None, description="of a leaf: the indicator")
    per: Name | None = Field(None, description="of a leaf: the indicator that `of` is a share of")
    over: Literal["last", "mean", "sum"] = Field(
        "last", description="how the figures of a year make one"
    )
    none: float = Field(0, description="the figure that earns nothing")
    full: float = Field(100, description="the figure that earns all")


class Rule(Model):
    """What is proposed for every case of a workflow with a mark or in a state, each once."""

    title: Title
    workflow: Name = Field(description="the workflow whose cases are looked at")
    mark: Name | None = Field(None, description="cases with this mark")
    state: Names = Field((), description="cases that stand in one of these states")
    points: Points = Field(description="how much for each case")
    fact: Name | None = Field(
        None, description="the number fact of the case that says how much, up to `points`"
    )
    at_most: Points | None = Field(None, description="how much altogether; absent: no cap")

    def proposed(self, facts: Mapping[str, Any]) -> float:
        """How much for a case with these facts; 0 where the case itself does not say."""
        if self.fact is None:
            return self.points
        return min(self.points, float(facts.get(self.fact) or 0))


class Rules(Model):
    """Deductions or bonuses, capped together."""

    at_most: Points = Field(description="how much altogether")
    rules: dict[Name, Rule] = Field(description="the rules")


class Grade(Model):
    """A grade (等次) and the total from which it is earned."""

    title: Title
    at_least: float = Field(ge=0, le=200, description="the least total")


class Process(Model):
    """The workflow that an assessment runs through, a case a unit and year."""

    workflow: Name = Field(description="the workflow, opened by the calendar")
    event: Name = Field(description="the event by which the result is frozen")
    exempt: Name | None = Field(None, description="the mark of a unit that is not ranked")
    gives: dict[Name, Given] = Field({}, description="fact of the case ← what the result says")


class Scorecard(Model):
    """How a year of one kind of unit is marked (考核指标体系)."""

    scorecard: Name = Field(description="its name, the same every year")
    year: Annotated[int, Field(ge=2000, le=2100)] = Field(description="the year it marks")
    title: Title
    basis: Text = Field(description="the articles on which it rests")
    note: Text | None = Field(None, description="what every page has to say of it")
    among: Selectors = Field(description="kinds of unit that it marks, of those that report")
    kept_by: Office = Field(
        description="the office that confirms deductions and freezes results (考核办)"
    )
    classes: Texts = Field(description="the classes of county that it weighs differently")
    parts: dict[Name, Part] = Field(description="the tree")
    deductions: Rules | None = Field(None, description="what may be taken off")
    bonuses: Rules | None = Field(None, description="what may be put on top")
    ties: Names = Field((), description="parts that decide between equal totals, the first first")
    grades: Annotated[tuple[Grade, ...], Field(min_length=1), *ONE_OR_MORE] = Field(
        description="grades, the best first"
    )
    process: Process = Field(description="the workflow that it is filled and frozen in")

    @property
    def key(self) -> str:
        """Under what a version of this year is published."""
        return f"{self.scorecard}.{self.year}"
