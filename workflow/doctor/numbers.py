"""The numbers of cases: every one that was given is on a case, and none will be given again."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from workflow.doctor.ward import Complaint, Ward
from workflow.store.tables.handles import CASE, COUNTER

_NUMBER = re.compile(r"(.*)〔(\d+)〕(\d+)号")


@dataclass
class _Series:
    """The cases of a workflow that were numbered in a year, and how far its counter has come."""

    title: str = ""
    cases: int = 0
    highest: int = 0
    given: int = 0

    def problem(self) -> str | None:
        """What is wrong with its numbers, in Chinese; None where nothing is."""
        if self.highest > self.given:
            return f"编号已到 {self.highest} 号，计数只到 {self.given}，以后的编号会重复"
        if self.cases != self.given:
            return f"给出了 {self.given} 个编号，事项只有 {self.cases} 件"
        return None


def check_numbers(ward: Ward) -> Iterator[Complaint]:
    """The counter of a workflow's year stands at the highest number, and there are as many cases.

    A case that is gone with all its rows leaves a gap.
    """
    found: defaultdict[tuple[str, int], _Series] = defaultdict(_Series)
    for row in ward.rows(select(CASE.c.workflow, CASE.c.number)):
        if said := _NUMBER.fullmatch(row["number"]):
            series = found[row["workflow"], int(said[2])]
            series.title = said[1]
            series.cases += 1
            series.highest = max(series.highest, int(said[3]))
    for row in ward.rows(select(COUNTER)):
        found[row["workflow"], row["year"]].given = row["serial"]
    for (workflow, year), series in sorted(found.items(), key=lambda pair: pair[0]):
        if problem := series.problem():
            yield Complaint("numbers", f"{series.title or workflow}〔{year}〕", problem)
