"""A year's holiday notice (国务院办公厅放假安排) as somebody types it in: a small YAML or CSV file.

    year: 2027                                   date,kind,name
    holidays:                                    2027-01-01,放假,元旦
      - {name: 元旦, from: 2027-01-01, to: 2027-01-03, work: []}     2027-02-14,上班,春节

Every mistake of the file is told at once, each with its place.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from workflow.engine.calendar import YearNotice
from workflow.engine.errors import DubanError
from workflow.yaml_text import read_yaml

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_HOLIDAY = 16
LARGEST_FILE = 256 * 1024
"""Bytes: a year's notice is a page. It comes from the operator's own disk by the command line and
never over the network, and neither of its readers can be made to expand it (`yaml_text.py`: no
aliases, no depth); so this process reads it.
"""
_REST, _WORK = "放假", "上班"


class BadNotice(DubanError):
    """A notice that cannot be entered; the text lists every mistake in Chinese, a line each."""


@dataclass
class _Days:
    """What has been read so far, and what was wrong."""

    year: int
    rest: dict[date, str] = field(default_factory=dict)
    work: set[date] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def day(self, text: object, where: str) -> date | None:
        """A day that the notice may speak of; None, and noted, for any other."""
        if text == "":
            self.wrong.append(f"{where}：没有填放假从哪天开始")
            return None
        try:
            day = date.fromisoformat(str(text))
        except ValueError:
            self.wrong.append(f"{where}：没有“{str(text)[:20]}”这个日期，应写成 2027-01-01 这样")
            return None
        if day.year != self.year and (day.year, day.month) != (self.year - 1, 12):
            self.wrong.append(f"{where}：{day} 不在 {self.year} 年（上一年12月除外）")
            return None
        return day

    def add_rest(self, day: date | None, name: str) -> None:
        if day is not None:
            self.rest[day] = name

    def add_work(self, day: date | None, where: str) -> None:
        if day is None:
            return
        if day.weekday() < 5:
            self.wrong.append(f"{where}：{day} 本来就是周一至周五，不是调休上班日")
        self.work.add(day)

    def notice(self) -> YearNotice:
        """What has been read, whole; raises BadNotice."""
        self.wrong += [f"{day} 既放假又上班" for day in sorted(self.rest.keys() & self.work)]
        if not self.wrong and not self.rest:
            self.wrong.append("一个放假的日子也没有")
        if self.wrong:
            raise BadNotice("\n".join(self.wrong))
        return YearNotice(self.year, frozenset(self.rest), frozenset(self.work), self.rest)


def typed_notice(year: int, holidays: Iterable[tuple[str, Mapping[str, object]]]) -> YearNotice:
    """The notice of that year as a form gives it, each holiday by `name`, `from`, `to` and `work`
    behind the line in which it was typed; raises BadNotice with all that is wrong.
    """
    _check_year(year)
    days = _Days(year)
    for where, holiday in holidays:
        _add_holiday(days, holiday, where)
    return days.notice()


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadNotice(f"年份 {year} 应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间")


def read_notice(file: Path, year: int) -> YearNotice:
    """The notice of that year in a file; raises BadNotice with all that is wrong."""
    _check_year(year)
    try:
        with file.open("rb") as content:
            read = content.read(LARGEST_FILE + 1)  # a device has no size beforehand
        if len(read) > LARGEST_FILE:
            raise BadNotice(f"“{file}”太大，不是放假通知")
        text = read.decode("utf-8-sig")
    except FileNotFoundError:
        raise BadNotice(f"没有“{file}”这个文件") from None
    except UnicodeDecodeError:
        raise BadNotice(f"“{file}”不是 UTF-8 编码，无法读取") from None
    days = _Days(year)
    (_from_csv if file.suffix.lower() == ".csv" else _from_yaml)(days, text, str(file))
    try:
        return days.notice()
    except BadNotice as bad:
        raise BadNotice(f"{file} 有 {len(days.wrong)} 处错误：\n{bad}") from None


def _from_csv(days: _Days, text: str, _: str) -> None:
    rows = csv.DictReader(StringIO(text))
    try:
        _take_rows(days, rows)
    except csv.Error:  # a cell longer than a table has
        days.wrong.append(f"第 {rows.line_num + 1} 行读不了，不是 date,kind,name 的表格")


def _take_rows(days: _Days, rows: "csv.DictReader[str]") -> None:
    if rows.fieldnames is None or not {"date", "kind", "name"} <= set(rows.fieldnames):
        days.wrong.append("第 1 行应为表头 date,kind,name")
        return
    for line, row in enumerate(rows, start=2):
        where = f"第 {line} 行"
        day = days.day(row["date"], where)
        if row["kind"] == _REST:
            days.add_rest(day, row["name"] or "节假日")
        elif row["kind"] == _WORK:
            days.add_work(day, where)
        else:
            days.wrong.append(f"{where}：kind 应为 {_REST} 或 {_WORK}")


def _from_yaml(days: _Days, text: str, source: str) -> None:
    tree: Any = read_yaml(text, source).tree
    if not isinstance(tree, dict) or not isinstance(tree.get("holidays"), list):
        days.wrong.append("应写 year: 年份 和 holidays: 各个假期的列表")
        return
    if tree.get("year") != days.year:
        days.wrong.append(f"文件里写的是 {tree.get('year')} 年，不是 {days.year} 年")
    for at, holiday in enumerate(tree["holidays"], start=1):
        _add_holiday(days, holiday, f"第 {at} 个假期")


def _add_holiday(days: _Days, holiday: object, where: str) -> None:
    keys = {"name", "from", "to", "work"}
    if not isinstance(holiday, Mapping) or not {"name", "from", "to"} <= set(holiday) <= keys:
        days.wrong.append(f"{where}：应写 name、from、to，可写 work")
        return
    first, last = days.day(holiday["from"], where), days.day(holiday["to"], where)
    if first and last and not timedelta() <= last - first < timedelta(LONGEST_HOLIDAY):
        days.wrong.append(f"{where}：{first} 至 {last} 前后颠倒或太长")
    elif first and last:
        for day in _span(first, last):
            days.add_rest(day, str(holiday["name"]))
    for text in _listed(holiday.get("work")):
        days.add_work(days.day(text, where), where)


def _span(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
