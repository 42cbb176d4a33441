"""Servers that take their time, or never answer: they hold up neither the other ways nor a worker
that is to stop, and no message goes twice because of them.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from notifications import delivery, turn
from notifications.channels import Channel, Envelope, Outcome, Receipt, Sender
from notifications.channels.channel_url import LONGEST_TIMEOUT_SECONDS
from notifications.delivery import LEASE, deliver_due
from notifications.pacing import Pace
from tests.notifications.conftest import Desk
from tests.notifications.scripted import ACCEPTED, Scripted
from tests.prefecture import NOW
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.tables.handles import OUTBOX

pytestmark = pytest.mark.notify


def test_a_worker_that_is_to_stop_leaves_the_rest_of_its_batch_to_others(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    """Fifty mails to a slow server took longer than whoever ends a process waits for it."""
    owed = [NOW - timedelta(minutes=ago) for ago in (3, 2, 1)]
    messages = [desk.owe(wake_at=at) for at in owed]
    channel = Scripted()
    ways: dict[str, Channel] = {"email": channel}
    done = deliver_due(database, ways, calendar, NOW, going_on=lambda: not channel.got)
    assert (done.leased, done.sent) == (3, 1)
    rows = [desk.row(message) for message in messages]
    assert [row["status"] for row in rows] == ["sent", "waiting", "waiting"]
    assert [row["attempts"] for row in rows] == [1, 0, 0]
    assert [row["wake_at"] for row in rows[1:]] == owed[1:]
    assert deliver_due(database, ways, calendar, NOW).sent == 2
    assert len({envelope.key for envelope in channel.got}) == len(channel.got) == 3


@dataclass
class _Slow:
    """A server that takes its time for every message, or hangs at the first."""

    seconds: float
    hangs: bool = False
    got: list[str] = field(default_factory=list)
    name: str = "slow"

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        yield self

    def send(self, envelope: Envelope) -> Receipt:
        if not self.hangs or not self.got:
            time.sleep(self.seconds)
        self.got.append(envelope.key)
        return Receipt(Outcome.FAILED, "没有应答。") if self.hangs else ACCEPTED


def test_a_slow_server_holds_up_no_other_way(
    desk: Desk, database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A morning's mails, older than the short message, filled every batch to the last place."""
    monkeypatch.setattr(turn, "LONGEST_SECONDS", 0.1)
    case = desk.case()
    for n in range(delivery.BATCH + 1):
        desk.owe(case=case, seq=n + 1, wake_at=NOW - timedelta(minutes=1))
    last = desk.owe(way="sms")
    slow, quick = _Slow(0.2), Scripted()
    ways: dict[str, Channel] = {"email": slow, "sms": quick}
    done = deliver_due(database, ways, calendar, NOW, pace=Pace({"email": 300, "sms": 100}))
    assert (len(slow.got), len(quick.got), done.sent) == (1, 1, 2)
    assert desk.row(last)["status"] == "sent"
    left = desk.rows(OUTBOX.c.status == "waiting")
    assert len(left) == delivery.BATCH
    assert {row["attempts"] for row in left} == {0}


def test_a_server_that_hangs_costs_a_batch_one_wait_and_all_are_told(
    desk: Desk, database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line rests: what follows fails at once, and another way may stand in for it in time."""
    monkeypatch.setattr(turn, "LONGEST_SECONDS", 0.1)
    messages = [desk.owe() for _ in range(5)]
    ways: dict[str, Channel] = {"email": _Slow(1.2, hangs=True)}
    assert deliver_due(database, ways, calendar, NOW).put_off == 5
    rows = [desk.row(message) for message in messages]
    assert [(row["attempts"], row["detail"]) for row in rows] == [(1, "没有应答。")] * 5


def test_what_need_not_go_any_more_wakes_no_line_that_rests(
    desk: Desk, database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those behind it were left to the next batch, which waited anew, and were told nothing."""
    monkeypatch.setattr(turn, "LONGEST_SECONDS", 0.1)
    case = desk.case()
    moot = [desk.owe(), desk.owe(case=case), desk.owe(), desk.owe()][1]
    desk.close(case)
    ways: dict[str, Channel] = {"email": _Slow(1.2, hangs=True)}
    assert deliver_due(database, ways, calendar, NOW).put_off == 3
    assert desk.row(moot)["status"] == "cancelled"


def test_the_longest_sending_ends_before_its_lease() -> None:
    """Connect, greet, secure, log in, from, to, text: where each takes as long as it may, a second
    worker must not have begun.
    """
    assert LEASE > 12 * timedelta(seconds=LONGEST_TIMEOUT_SECONDS)
