"""The State Council's holiday notices as the `holidays` package carries them.

They stand outside the engine because the engine imports no data package. The package also
*estimates* years that have no notice yet; those are left out here, so that a deadline in such a
year is marked provisional until an administrator enters the notice.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING

from workflow.engine.calendar import YearNotice

if TYPE_CHECKING:
    from holidays import HolidayBase

FIRST_YEAR = 2020

_DAY = timedelta(days=1)
# Only a notice swaps days, and every notice since 2001 swapped some: a year in which the package
# knows no swapped day off is an estimate from the statute (全国年节及纪念日放假办法).
_SWAPPED = "休息日（由"
_OBSERVED = "（补假）"
# Days that the notices count as part of the holiday proper.
_BELONGS_TO = {"农历除夕": "春节", "春节延长假期": "春节"}


def published_notices() -> dict[int, YearNotice]:
    """The notices from 2020 on, up to the last year whose notice the package knows."""
    notices: dict[int, YearNotice] = {}
    for year in count(FIRST_YEAR):
        notice = _notice(year)
        if notice is None:
            return notices
        notices[year] = notice
    raise AssertionError("unreachable: some year is always unpublished")


def _notice(year: int) -> YearNotice | None:
    from holidays import country_holidays  # asked once, when an installation begins

    china = country_holidays("CN", years=year, language="zh_CN")
    # Asking about a neighbouring day may load another year into `china`: keep this one apart.
    days = sorted(china)
    if not any(china[day].startswith(_SWAPPED) for day in days):
        return None
    names: dict[date, str] = {}
    for day in days:
        if day not in names:
            run = list(_days_off_around(china, day))
            names.update(dict.fromkeys(run, _name(china, run)))
    work = frozenset(day for day in china.weekend_workdays if day.year == year)
    return YearNotice(year, frozenset(names), work, names)


def _days_off_around(china: "HolidayBase", day: date) -> Iterator[date]:
    """The unbroken run of days off that holds a day: a holiday with its weekends."""
    while not china.is_working_day(day - _DAY):
        day -= _DAY
    while not china.is_working_day(day):
        yield day
        day += _DAY


def _name(china: "HolidayBase", run: list[date]) -> str:
    """Name a run as the notice does: 国庆节, or 国庆节、中秋节 where two holidays meet."""
    labels = [label for day in run for label in china.get_list(day)]
    plain = [label.removesuffix(_OBSERVED) for label in labels if not label.startswith(_SWAPPED)]
    return "、".join(dict.fromkeys(_BELONGS_TO.get(label, label) for label in plain))
