"""Periods of figures: a year `2026`, a quarter `2026-Q1`, a month `2026-03`."""

import re

from workflow.measuring.model import Period

_COUNT = {"year": 1, "quarter": 4, "month": 12}
_PATTERNS = {
    "year": re.compile(r"(\d{4})\s*年?"),
    "quarter": re.compile(r"(\d{4})\s*(?:年第?|-?\s*[Qq])\s*([1-4一二三四])\s*(?:季度|季)?"),
    "month": re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?"),
}
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4}
YEARS = range(2000, 2101)


def of_year(every: Period, year: int) -> tuple[str, ...]:
    """The periods of a year, in order."""
    return tuple(_written(every, year, at) for at in range(1, _COUNT[every] + 1))


def read(every: Period, text: str) -> str:
    """A period as people write it, in its one form; raises ValueError with a Chinese sentence."""
    found = _PATTERNS[every].fullmatch(text.strip())
    if found is not None:
        year = int(found[1])
        at = 1 if every == "year" else _CHINESE.get(found[2]) or int(found[2])
        if year in YEARS and 1 <= at <= _COUNT[every]:
            return _written(every, year, at)
    example = in_words(of_year(every, YEARS[26])[0])
    raise ValueError(f"期别“{text[:20]}”读不懂，应写成 {example} 这样")


def in_words(period: str) -> str:
    """A period as a page says it: 2026年一季度."""
    year, _, rest = period.partition("-")
    if not rest:
        return f"{year}年"
    if rest.startswith("Q"):
        return f"{year}年{'一二三四'[int(rest[1]) - 1]}季度"
    return f"{year}年{int(rest)}月"


def _written(every: Period, year: int, at: int) -> str:
    if every == "year":
        return str(year)
    return f"{year}-Q{at}" if every == "quarter" else f"{year}-{at:02}"
