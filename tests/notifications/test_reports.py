"""What providers report later: kept once, matched in any order, never turning back what arrived."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from notifications.channels.reporting import CannotCollect, Keep, Outstanding
from notifications.collecting import collect_reports
from tests.notifications.conftest import Desk
from tests.prefecture import NOW
from workflow.store.outgoing import bad_addresses, reports
from workflow.store.outgoing.reports import Fate, Report
from workflow.store.tables.handles import HANDOVER, REPORT

PHONE = "13800138000"
LATER = NOW + timedelta(minutes=3)


def hand_over(desk: Desk, message: int, *ids: str, to: str = PHONE, at: datetime = NOW) -> None:
    with desk.database.unit_of_work() as connection:
        reports.record_handover(connection, message, "sms", to, ids, at)


def hear(desk: Desk, *said: Report, at: datetime = LATER) -> int:
    with desk.database.unit_of_work() as connection:
        return reports.keep(connection, "sms", said, at)


def fate(desk: Desk, message: int) -> Fate:
    with desk.database.reading() as connection:
        return reports.stories(connection, [message])[message].fate


def said(about: str, fate: Fate, **fields: object) -> Report:
    return Report(about, fate, "…", **fields)  # type: ignore[arg-type]


def test_a_text_has_arrived_when_all_its_parts_have(desk: Desk) -> None:
    message = desk.owe(way="sms")
    hand_over(desk, message, "a", "b", "c")
    fates = [fate(desk, message)]
    for part in "abc":
        hear(desk, said(part, Fate.DELIVERED))
        fates.append(fate(desk, message))
    assert fates == [Fate.UNKNOWN, Fate.UNKNOWN, Fate.UNKNOWN, Fate.DELIVERED]


def test_a_part_that_failed_fails_the_text(desk: Desk) -> None:
    message = desk.owe(way="sms")
    hand_over(desk, message, "a", "b")
    hear(desk, said("a", Fate.DELIVERED), said("b", Fate.UNDELIVERED))
    assert fate(desk, message) is Fate.UNDELIVERED


@pytest.mark.parametrize(
    "order", list(permutations([Fate.DELAYED, Fate.UNDELIVERED, Fate.DELIVERED]))
)
def test_delivered_once_is_delivered_in_whatever_order_it_is_said(
    desk: Desk, order: tuple[Fate, ...]
) -> None:
    message = desk.owe(way="sms")
    hand_over(desk, message, "a")
    hear(desk, *(said("a", one) for one in order))
    assert fate(desk, message) is Fate.DELIVERED


def test_of_two_tries_the_better_one_counts(desk: Desk) -> None:
    message = desk.owe(way="sms")
    hand_over(desk, message, "a")
    hand_over(desk, message, "b", at=LATER)
    hear(desk, said("a", Fate.UNDELIVERED))
    assert fate(desk, message) is Fate.UNKNOWN
    hear(desk, said("b", Fate.DELIVERED))
    assert fate(desk, message) is Fate.DELIVERED


def test_a_repeated_report_is_kept_once(desk: Desk) -> None:
    one = said("a", Fate.DELIVERED, happened_at=LATER)
    assert [hear(desk, one), hear(desk, one, one)] == [1, 0]


def test_a_report_may_come_before_the_handover_is_committed(desk: Desk) -> None:
    message = desk.owe(way="sms")
    hear(desk, said("a", Fate.DELIVERED))
    hand_over(desk, message, "a")
    assert fate(desk, message) is Fate.DELIVERED


def test_an_id_that_a_provider_uses_again_does_not_tell_of_the_old_message(desk: Desk) -> None:
    old, new = desk.owe(way="sms"), desk.owe(way="sms")
    much_later = NOW + timedelta(days=90)
    hand_over(desk, old, "a")
    hand_over(desk, new, "a", at=much_later)
    hear(desk, said("a", Fate.UNDELIVERED), at=much_later + timedelta(minutes=1))
    assert (fate(desk, old), fate(desk, new)) == (Fate.UNKNOWN, Fate.UNDELIVERED)


def test_only_what_is_open_and_recent_is_asked_for(desk: Desk) -> None:
    desk.change_person("wangmo.liaison", phone=PHONE)
    message = desk.owe(way="sms")
    hand_over(desk, message, "old", at=NOW - timedelta(days=4))
    hand_over(desk, message, "done")
    hand_over(desk, message, "open")
    hand_over(desk, message, "moved", to="13900139000")
    hear(desk, said("done", Fate.UNDELIVERED), said("open", Fate.DELAYED))
    with desk.database.reading() as connection:
        asked = reports.outstanding(connection, "sms", NOW, 10)
    assert [(one.about, one.to) for one in asked] == [("open", PHONE)]


@pytest.mark.tamper
@pytest.mark.parametrize("table", [HANDOVER, REPORT], ids=lambda table: table.name)
def test_nobody_changes_what_was_said(desk: Desk, table: object) -> None:
    message = desk.owe(way="sms")
    hand_over(desk, message, "a")
    hear(desk, said("a", Fate.UNDELIVERED))
    for change in (delete(table), update(table).values(provider_id="b")):  # type: ignore[arg-type]
        with (
            pytest.raises(DBAPIError, match=r"rule \w+_(no_delete|no_update|blanked)"),
            desk.database.unit_of_work() as connection,
        ):
            connection.execute(change)


# Addresses


def bad(desk: Desk, address: str = PHONE) -> str | None:
    with desk.database.reading() as connection:
        person = desk.prefecture.person("wangmo.liaison")
        return bad_addresses.why_bad(connection, person, "sms", address)


def mark(desk: Desk, at: datetime = LATER) -> int:
    with desk.database.unit_of_work() as connection:
        return bad_addresses.mark_bad_addresses(connection, at)


def test_an_address_that_does_not_exist_is_bad_until_it_is_changed_or_cleared(desk: Desk) -> None:
    person = desk.prefecture.person("wangmo.liaison")
    message = desk.owe(way="sms")
    hear(desk, Report("a", Fate.UNDELIVERED, "空号。", address_is_bad=True))
    assert mark(desk) == 0  # whose it is is not known yet
    hand_over(desk, message, "a")
    assert [mark(desk), mark(desk)] == [1, 0]
    assert (bad(desk), bad(desk, "13900139000")) == ("空号。", None)
    with desk.database.unit_of_work() as connection:
        assert bad_addresses.clear_bad_address(connection, person, "sms", LATER)
        assert not bad_addresses.clear_bad_address(connection, person, "sms", LATER)
    assert (mark(desk), bad(desk)) == (0, None)
    again = LATER + timedelta(hours=1)
    hear(desk, Report("a", Fate.UNDELIVERED, "仍是空号。", address_is_bad=True, code="9"), at=again)
    assert (mark(desk, again), bad(desk)) == (1, "仍是空号。")


def test_people_who_cannot_be_reached_are_listed_with_the_reason(desk: Desk) -> None:
    desk.change_person("wangmo.liaison", phone=PHONE, email=None)
    hand_over(desk, desk.owe(way="sms"), "a")
    hear(desk, Report("a", Fate.UNDELIVERED, "空号。", address_is_bad=True))
    mark(desk)
    unit = desk.prefecture.unit("522326")
    with desk.database.reading() as connection:
        found = bad_addresses.unreachable_people(connection, LATER, units=[unit])
    person = desk.prefecture.person("wangmo.liaison")
    assert {(one.way, one.reason) for one in found if one.person == person} == {
        ("email", None),
        ("sms", "空号。"),
    }


class Asked:
    """Somebody who can be asked what became of messages."""

    def __init__(self, *said: Report, error: Exception | None = None) -> None:
        self.said, self.error = said, error

    def collect(self, outstanding: Sequence[Outstanding], keep: Keep) -> None:
        if self.error is not None:
            raise self.error
        keep(self.said)


@pytest.mark.parametrize(
    "error", [CannotCollect("连接不上"), KeyError("a mistake of ours")], ids=["away", "broken"]
)
def test_one_that_cannot_be_asked_keeps_what_others_say_from_nobody(
    desk: Desk, error: Exception
) -> None:
    message = desk.owe(way="sms")
    hand_over(desk, message, "a")
    sources = {"email": [Asked(error=error)], "sms": [Asked(said("a", Fate.DELIVERED))]}
    done = collect_reports(desk.database, sources, lambda: LATER)
    assert (done.reports, done.failed) == (1, ("email",))
    assert fate(desk, message) is Fate.DELIVERED
