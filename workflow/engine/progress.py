"""Progress against a plan (序时进度): how far a case is behind, and the next date it has to reach.

Between two rows of the plan the figure to be reached rises evenly. Like every light this is derived
from facts and today, and stored nowhere (design, law 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from workflow.engine.definition import Progress

WHOLE = 100.0


@dataclass(frozen=True, slots=True)
class Node:
    """One row of a plan: the figure that is to be reached by the end of a day."""

    by: date
    reach: float


def nodes_of(progress: Progress, facts: Mapping[str, Any]) -> list[Node]:
    """The rows of the plan, earliest first."""
    rows = facts.get(progress.plan) or []
    nodes = [Node(date.fromisoformat(row[progress.by]), float(row[progress.reach])) for row in rows]
    return sorted(nodes, key=lambda node: (node.by, node.reach))


def next_node(progress: Progress, facts: Mapping[str, Any]) -> Node | None:
    """The first row that is not reached yet, the last where all are; None without a plan."""
    nodes, done = nodes_of(progress, facts), float(facts.get(progress.done) or 0)
    return next((node for node in nodes if node.reach > done), nodes[-1] if nodes else None)


def behind(progress: Progress, facts: Mapping[str, Any], opened: date, today: date) -> float:
    """By how many points of the target a case is behind its plan, to a tenth; 0 if it is not.

    Where nothing at all is done, the month after the one in which the plan begins counts as yellow
    and `idle` months after it as red, whatever the plan asks for by then.
    """
    target = float(facts.get(progress.target) or 0)
    if target <= 0 or not facts.get(progress.plan):
        return 0.0
    begins = _begins(progress, facts, opened)
    done = float(facts.get(progress.done) or 0)
    wanted = _wanted(nodes_of(progress, facts), begins, today)
    lag = round(max(0.0, (wanted - done) / target * WHOLE), 1)
    return lag if done else max(lag, _idle(progress, begins, today))


def _begins(progress: Progress, facts: Mapping[str, Any], opened: date) -> date:
    given = facts.get(progress.since) if progress.since else None
    return date.fromisoformat(given) if given else opened


def _wanted(nodes: list[Node], begins: date, today: date) -> float:
    """What the plan asks for at the end of a day."""
    for before, after in pairwise([Node(begins, 0.0), *nodes]):
        if today <= after.by:
            days = (after.by - before.by).days
            share = max(0, (today - before.by).days) / days if days > 0 else 1.0
            return before.reach + share * (after.reach - before.reach)
    return nodes[-1].reach


def _idle(progress: Progress, begins: date, today: date) -> float:
    """What a standstill counts as."""
    months = (today.year - begins.year) * 12 + today.month - begins.month
    if progress.idle is None or months < 1:
        return 0.0
    return progress.red + 0.1 if months >= progress.idle else float(progress.yellow)
