"""The oracle of the December story finds what is planted, and only that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.engine.definitions import at
from tests.notifications.december.oracle import (
    REMINDERS,
    Copy,
    Outage,
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
    assert (judged.faults, judged.late, judged.spared) == ((), (), {})
    assert len(LIAISON.owed()) == 5
    assert judged.in_time == {"email": 5, "sms": 4}
    assert len(REMINDERS) == 7


def test_one_way_that_is_late_is_late_though_the_other_told_it() -> None:
    [late] = judge([LIAISON], later(DUE, 1, only="email")).late
    assert (late.copy.way, late.unknown) == ("email", False)


def test_both_ways_late_is_late() -> None:
    judged = judge([LIAISON], later(DUE, 1))
    assert judged.faults == ()
    assert [(one.reminder.day.day, one.unknown) for one in judged.late] == [(24, True)] * 2


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
    assert [fault.split()[-1] for fault in faults] == ["2026-12-28"] * 2 + ["2026-12-30"] * 2


def test_silence_before_a_report_is_found_as_well() -> None:
    faults = judge([LIAISON], [one for one in DUE if local(one.at).day != 28]).faults
    assert [fault.split()[-1] for fault in faults] == ["2026-12-28"] * 2


@pytest.mark.parametrize("way", ["email", "sms"])
def test_silence_by_one_way_is_found_though_the_other_told_it(way: str) -> None:
    due = [one for one in DUE if local(one.at).day != 28 or one.way != way]
    [fault] = judge([LIAISON], due).faults
    assert fault == f"a.liaison never learned by {way} of 2026-12-28"


def test_a_number_that_is_refused_is_owed_nothing_by_that_way() -> None:
    refused = replace(LIAISON, refused=frozenset({"sms"}))
    judged = judge([refused], [one for one in DUE if one.way != "sms"])
    assert (judged.faults, judged.refused) == ((), {"sms": 4})
    assert "got what sms refuses" in judge([refused], DUE).faults[0]


def test_who_reports_while_a_way_is_down_need_not_have_been_told_by_it() -> None:
    outage = Outage("email", at("2026-12-28 08:00"), at("2026-12-29 16:00"))
    due = [one for one in DUE if local(one.at).day != 28 or one.way != "email"]
    judged = judge([LIAISON], due, [outage])
    assert (judged.faults, judged.spared) == ((), {"email": 1})
    assert judge([LIAISON], due, [replace(outage, until=at("2026-12-29 14:00"))]).faults


def test_who_reports_within_the_hour_need_not_have_been_told() -> None:
    quick = replace(LIAISON, submitted=at("2026-12-28 09:20"))
    judged = judge([quick], [one for one in DUE if local(one.at).day < 28])
    assert (judged.faults, judged.spared) == ((), {"email": 1, "sms": 1})
