"""What a run found: tables printed as they are, and kept in RESULTS.md section by section."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import sleep
from typing import Protocol

RESULTS = Path(__file__).parent / "RESULTS.md"
_HEAD = """# Results

Written by `./dev bench`; read the ratios, the machine is shared and noisy. Ours, peers and limits
ran alternately in one run; a ratio is the median of the rounds' own ratios. Each part shows the
command that measures it again.
"""


@dataclass
class Table:
    """One comparison: rounds of the same work by us (the first row) and by others."""

    title: str
    unit: str
    rounds: dict[str, list[float]] = field(default_factory=dict)
    goals: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    less_is_better: bool = False

    def ratio(self, other: str) -> float:
        """Ours to another's, the median over the rounds."""
        ours = next(iter(self.rounds.values()))
        return median(a / b for a, b in zip(ours, self.rounds[other], strict=True))

    def goal(self, other: str, wanted: float) -> None:
        """Say whether the ratio to another reaches a goal, or stays within it."""
        got = self.ratio(other)
        fits = got <= wanted if self.less_is_better else got >= wanted
        sign = "≤" if self.less_is_better else "≥"
        verdict = "reached" if fits else "**not reached**"
        self.goals.append(f"{sign} {wanted:g} × {other}: {_short(got)}, {verdict}")

    def lines(self) -> list[str]:
        """The table in Markdown."""
        lines = [f"### {self.title}", ""]
        lines += [f"| | {self.unit}, median | lowest – highest | ours ÷ it |", "|---|---|---|---|"]
        for name, values in self.rounds.items():
            span = f"{_short(min(values))} – {_short(max(values))}"
            lines.append(
                f"| {name} | {_short(median(values))} | {span} | {_short(self.ratio(name))} |"
            )
        lines.append("")
        lines += [f"* goal {goal}" for goal in self.goals]
        lines += [f"* {note}" for note in self.notes]
        return lines


Runner = Callable[[], tuple[float, float]]
"""Does one round of work: how many steps a second, and how many steps."""


def alternate(
    rates: Table, costs: Table, rounds: int, runners: Mapping[str, Runner], cpu: Callable[[], float]
) -> None:
    """Run everybody in turn, so many rounds: steps a second, and processor time a step."""
    for _ in range(rounds):
        for name, runner in runners.items():
            before = cpu()
            rate, steps = runner()
            sleep(0.2)  # what has just ended hands its time to its parent
            rates.rounds.setdefault(name, []).append(rate)
            costs.rounds.setdefault(name, []).append((cpu() - before) / steps * 1e6)


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


class Lines(Protocol):
    """What has a place in a section."""

    def lines(self) -> Iterable[str]:
        """It in Markdown."""
        ...


def section(name: str, command: str, about: Sequence[str], tables: Sequence[Lines]) -> str:
    """A benchmark's part of the results."""
    lines = [f"## {name}", "", f"`{command}`", "", *(f"* {line}" for line in about), ""]
    for table in tables:
        lines += [*table.lines(), ""]
    return "\n".join(lines)


def keep(text: str) -> None:
    """Put a section into RESULTS.md in the place of its older self."""
    kept = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else _HEAD
    sections = {
        part.split("\n", 1)[0]: part.rstrip() + "\n\n"
        for part in re.split(r"^(?=## )", kept, flags=re.M)[1:]
    }
    sections[text.split("\n", 1)[0]] = text.rstrip() + "\n\n"
    body = "".join(sections[name] for name in sorted(sections, key=_by_number))
    RESULTS.write_text(f"{_HEAD}\n{body.rstrip()}\n", encoding="utf-8")


def _by_number(title: str) -> list[str | int]:
    """P10 comes after P9, and P1B after P1."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", title)]
