"""责任清单: whether what is done is enough; soft duties and terms of office do not fail early."""

from typing import Any

import pytest

from workflow.measuring.duties import Fulfilled, standing_of
from workflow.measuring.model import Duty, Indicator

DONE, LACKING, OPEN, UNKNOWN = Fulfilled.DONE, Fulfilled.LACKING, Fulfilled.OPEN, Fulfilled.UNKNOWN


def stands(known: dict[str, float], every: str = "year", **more: object) -> tuple[object, ...]:
    given = {"who": "主要负责人", "article": "第十一条", "at_least": 4, **more}
    item = {"title": "研究", "measure": "次", "among": "county", "kept_by": "county.office"}
    duty = Duty.model_validate(given)
    figures = {(name.split("@")[0], name.split("@")[1]): value for name, value in known.items()}
    indicator = Indicator.model_validate({**item, "every": every})
    found = standing_of("held", indicator, duty, 2026, figures)
    return found.done, found.reached, found.fulfilled


@pytest.mark.parametrize(
    ("done", "fulfilled"), [(None, UNKNOWN), (0, LACKING), (3, LACKING), (4, DONE), (9, DONE)]
)
def test_a_number_of_times_a_year(done: float | None, fulfilled: Fulfilled) -> None:
    known = {} if done is None else {"held@2026": done}
    assert stands(known) == (done, done, fulfilled)
    assert stands({"held@2025": 9}) == (None, None, UNKNOWN), "last year does not count"


def test_quarters_add_up_to_the_year() -> None:
    assert stands({"held@2026-Q1": 1, "held@2026-Q3": 3}, "quarter") == (4, 4, DONE)


def test_a_share_of_villages_in_a_term_of_office() -> None:
    more: dict[str, Any] = {"at_least": 100, "within": "term", "soft": True, "per": "villages"}
    assert stands({"held@2026": 30}, **more) == (30, None, UNKNOWN), "of how many?"
    assert stands({"held@2026": 30, "villages@2026": 120}, **more) == (30, 25, OPEN)
    assert stands({"held@2026": 120, "villages@2026": 120}, **more) == (120, 100, DONE)


def test_a_soft_duty_of_a_year_is_told_and_not_blamed() -> None:
    assert stands({"held@2026": 1}, soft=True) == (1, 1, OPEN)
