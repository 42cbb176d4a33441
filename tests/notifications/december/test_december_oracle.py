"""The oracle of the December story finds what is planted, and only that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.engine.definitions import at
from tests.notifications.december.oracle import (
    REMINDERS,
    Copy,
    Reporter,
    judge,
    left_in_words,
    local,
)

LIAISON = Reporter("a.liaison", "liaison", {"email": "a@b", "sms": "138"}, at("2026-12-29 15:00"))

DUE = [
    Copy(way, LIAISON.addresses[way], reminder.at, left_in_words(local(reminder.at)))
    for reminder in LIAISON.owed()
    for way in reminder.ways
]
"""Everything that had to arrive, on its day."""

Plant = Callable[[list[Copy]], list[Copy]]


def later(copies: list[Copy], days: int, only: str | None = None) -> list[Copy]:
    """The copies of 24 December so many days later."""
    return [
        replace(
            copy,
            at=copy.at + timedelta(days=days),
            text=left_in_words(local(copy.at) + timedelta(days=days)),
        )
        if local(copy.at).day == 24 and only in (None, copy.way)
        else copy
        for copy in copies
    ]


def test_what_went_as_it_should_is_not_complained_of() -> None:
    judged = judge([LIAISON], DUE)
    assert (judged.faults, judged.late, judged.spared) == ((), (), 0)
    assert judged.in_time == len(LIAISON.owed()) == 5
    assert len(REMINDERS) == 7


def test_one_way_that_is_late_is_made_good_by_the_other() -> None:
    assert judge([LIAISON], later(DUE, 1, only="email")).late == ()


def test_both_ways_late_is_late() -> None:
    judged = judge([LIAISON], later(DUE, 1))
    assert judged.faults == ()
    assert [one.reminder.day.day for one in judged.late] == [24]


PLANTED: dict[str, tuple[Plant, str]] = {
    "a copy too many": (lambda due: [*due, due[-1]], "got 2 by"),
    "one more on another day": (
        lambda due: [*due, replace(due[-1], at=at("2026-12-29 09:00"))], "owed 4"
    ),
    "one after the report": (
        lambda due: [*due[:-1], replace(due[-1], at=at("2026-12-29 15:00"))], "having reported"
    ),
    "on a Saturday": (lambda due: later(due, 2), "at a quiet hour"),
    "in the evening": (
        lambda due: [*due[:-1], replace(due[-1], at=at("2026-12-28 20:00"))], "at a quiet hour"
    ),
    "with the days that were left when it was owed": (
        lambda due: [replace(one, text=due[0].text) for one in due], "something untrue"
    ),
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_found(plant: tuple[Plant, str]) -> None:
    spoil, complaint = plant
    faults = judge([LIAISON], spoil(DUE)).faults
    assert any(complaint in fault for fault in faults), faults


def test_silence_is_found() -> None:
    silent = replace(LIAISON, submitted=None)
    faults = judge([silent], [one for one in DUE if local(one.at).day != 28]).faults
    assert [fault.split()[-1] for fault in faults] == ["2026-12-28", "2026-12-30"]


def test_silence_before_a_report_is_found_as_well() -> None:
    faults = judge([LIAISON], [one for one in DUE if local(one.at).day != 28]).faults
    assert [fault.split()[-1] for fault in faults] == ["2026-12-28"]


def test_who_reports_within_the_hour_need_not_have_been_told() -> None:
    quick = replace(LIAISON, submitted=at("2026-12-28 09:20"))
    judged = judge([quick], [one for one in DUE if local(one.at).day < 28])
    assert (judged.faults, judged.spared) == ((), 1)
