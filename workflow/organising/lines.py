"""What a list says, line by line, and what would become of each line."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workflow.engine.errors import InvalidInput

Verdict = Literal["added", "changed", "closed", "same", "wrong"]

IN_WORDS: Mapping[Verdict, str] = {
    "added": "新增",
    "changed": "变更",
    "closed": "关闭",
    "same": "不变",
    "wrong": "错误",
}
MOST_SHOWN = 2000
"""So many lines a report keeps of each verdict; the counts are of all."""


MOST_GUESSED = 20
"""So many wrong lines are told what they may have meant."""


class ListRefused(InvalidInput):
    """Some lines are wrong, so nothing of the list was taken; `data` names the first of them."""

    code = "rows_refused"


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one line: `row` is its number in the file, 0 for what the file leaves out."""

    row: int
    verdict: Verdict
    what: str
    sentence: str = ""


@dataclass
class Report:
    """What becomes of a list."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    change: int | None = None
    sentence: str = ""

    def say(self, row: int, verdict: Verdict, what: str, sentence: str = "") -> None:
        """Note one line; what stays the same is only counted."""
        self.counts[verdict] += 1
        if verdict != "same" and self.counts[verdict] <= MOST_SHOWN:
            self.lines.append(Line(row, verdict, what, sentence))

    def near(self, text: str, known: Iterable[str]) -> str:
        """`nearest`, for the first wrong lines only: among a province's names it takes a while."""
        return nearest(text, known) if self.counts["wrong"] < MOST_GUESSED else ""

    def in_words(self) -> str:
        """新增 3 行、变更 1 行."""
        said = [f"{IN_WORDS[v]} {self.counts[v]:,} 行" for v in IN_WORDS if self.counts[v]]
        return "、".join(said) or "没有内容"

    def check(self) -> None:
        """Raise ListRefused if a line is wrong."""
        wrong = [line for line in self.lines if line.verdict == "wrong"]
        if wrong:
            shown = [{"row": one.row, "sentence": one.sentence} for one in wrong[:100]]
            sentence = f"有 {self.counts['wrong']:,} 行有误，一行也没有导入；改正后请重新上传"
            raise ListRefused(sentence, {"rows": shown})


def difference(
    titles: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> str:
    """What a line changes: 简称“兴义”改为“兴义市”."""
    return "；".join(
        f"{titles.get(name, name)}“{_said(before[name])}”改为“{_said(value)}”"
        for name, value in after.items()
    )


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def nearest(text: str, known: Iterable[str]) -> str:
    """“，是不是…？” with the known names most like a text; empty when none is."""
    found = difflib.get_close_matches(text[:60], list(dict.fromkeys(known)), n=3)
    return f"，是不是{'、'.join(f'“{one}”' for one in found)}？" if found else ""
