"""Workers that die, lag or race: nothing is lost, nothing sent twice but after a death."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from notifications.channels import Channel, Envelope, Receipt, Sender
from notifications.delivery import LEASE, deliver_due
from notifications.patience import MOST_ATTEMPTS
from notifications.preparing import Preparation, Prepared
from notifications.simulators.smtp_sink import SmtpSink
from tests.delivering import deliver_all_due
from tests.notifications.conftest import Desk, over_smtp
from tests.notifications.scripted import ACCEPTED, Scripted
from tests.prefecture import NOW
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.outgoing import leases, outbox, outcomes
from workflow.store.tables.handles import OUTBOX

pytestmark = pytest.mark.notify


class WorkerDied(BaseException):
    """What nothing catches, as when a process is killed."""


@pytest.mark.crash
def test_what_a_dead_worker_held_goes_once_more_under_the_same_id(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    for _ in range(3):
        desk.owe()
    with SmtpSink() as sink:
        ways = over_smtp(database, sink)
        with pytest.raises(WorkerDied):
            deliver_due(database, {"email": _DiesAfterSending(ways["email"])}, calendar, NOW)
        assert len(sink.messages) == 1
        assert deliver_all_due(database, ways, calendar, NOW + LEASE / 2).leased == 0
        assert deliver_all_due(database, ways, calendar, NOW + 2 * LEASE).sent == 3
        assert deliver_all_due(database, ways, calendar, NOW + 4 * LEASE).leased == 0
    copies = Counter(mail.message_id for mail in sink.messages)
    assert sorted(copies.values()) == [1, 1, 2]
    assert [row["attempts"] for row in desk.rows()] == [2, 1, 1]


@pytest.mark.crash
def test_what_is_moot_after_a_death_may_have_come_and_says_so(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    case = desk.case()
    message = desk.owe(case=case, template="task", urgency="immediate")
    with SmtpSink() as sink:
        ways = over_smtp(database, sink)
        with pytest.raises(WorkerDied):
            deliver_due(database, {"email": _DiesAfterSending(ways["email"])}, calendar, NOW)
        desk.close(case)
        assert deliver_all_due(database, ways, calendar, NOW + 2 * LEASE).sent == 0
        assert len(sink.messages) == 1
    row = desk.row(message)
    assert row["status"] == "cancelled"
    assert row["detail"] == "其中事项均已办理，没有发送（此前试过 1 次，可能已经送到）"


@dataclass
class _DiesAfterSending:
    """The message is with the provider; the worker dies before it can say so."""

    channel: Channel
    name: str = "dies"

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        with self.channel.connect() as self._sender:
            yield self

    def send(self, envelope: Envelope) -> Receipt:
        self._sender.send(envelope)
        raise WorkerDied


@pytest.mark.crash
def test_a_message_that_kills_every_worker_is_given_up_and_harms_no_other(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    poison = desk.owe(urgency="immediate")
    others = [desk.owe(urgency="immediate") for _ in range(3)]
    now, deaths = NOW, 0
    channel = _KilledBy(desk.row(poison)["key"])
    while desk.row(poison)["status"] != "dead":
        try:
            deliver_all_due(database, {"email": channel}, calendar, now)
        except WorkerDied:
            deaths += 1
        now += 2 * LEASE
    assert deaths == MOST_ATTEMPTS
    assert desk.row(poison)["detail"] == "已尝试 8 次，每次都中断，不再发送"
    assert [desk.row(other)["status"] for other in others] == ["sent"] * 3
    assert [desk.row(other)["attempts"] for other in others] == [1] * 3


def test_a_message_that_cannot_be_put_together_is_tried_later_and_harms_no_other(
    desk: Desk, database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, *others = (desk.owe() for _ in range(4))
    proper = Preparation.prepare

    def broken(self: Preparation, connection: Connection, message: leases.Leased) -> Prepared:
        if message.id == poison:
            raise KeyError("a mistake of ours")
        return proper(self, connection, message)

    ways: dict[str, Channel] = {"email": Scripted()}
    with monkeypatch.context() as patched:
        patched.setattr(Preparation, "prepare", broken)
        done = deliver_due(database, ways, calendar, NOW)
    assert (done.sent, done.put_off) == (3, 1)
    assert [desk.row(other)["status"] for other in others] == ["sent"] * 3
    row = desk.row(poison)
    assert (row["status"], row["attempts"]) == ("waiting", 1)
    assert row["detail"] == "系统出错，没有发送（KeyError）"
    assert deliver_due(database, ways, calendar, row["wake_at"]).sent == 1, "once it is mended"


class Unanswered(OperationalError):
    """What the database says that does not do what it was asked."""

    def __init__(self) -> None:
        super().__init__("not executed", None, TimeoutError("canceling statement"))


def refuse(patch: pytest.MonkeyPatch, where: Any, name: str, message: int) -> None:
    """Let the database fail in what is done there with one message."""
    proper = getattr(where, name)

    def failing(self: Any, leased: Any, *rest: Any) -> Any:
        held = leased if isinstance(leased, leases.Leased) else rest[0]
        if held.id == message:
            raise Unanswered
        return proper(self, leased, *rest)

    patch.setattr(where, name, failing)


@pytest.mark.crash
@pytest.mark.parametrize(
    ("where", "name", "copies"),
    [(Preparation, "prepare", 1), (outcomes, "mark_sent", 2)],
    ids=["before it goes", "when it has gone"],
)
def test_where_the_database_fails_only_the_message_in_hand_waits_for_its_lease(
    desk: Desk,
    database: Database,
    calendar: Calendar,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    name: str,
    copies: int,
) -> None:
    """The others of the batch waited as long, a quarter of an hour."""
    first, stuck, *others = (desk.owe() for _ in range(5))
    channel = Scripted()
    ways: dict[str, Channel] = {"email": channel}
    with monkeypatch.context() as patched:
        refuse(patched, where, name, stuck)
        with pytest.raises(Unanswered):
            deliver_due(database, ways, calendar, NOW)
    assert [desk.row(other)["attempts"] for other in others] == [0] * 3
    assert deliver_due(database, ways, calendar, NOW).sent == 3
    assert [desk.row(one)["attempts"] for one in (first, *others)] == [1] * 4
    assert desk.row(stuck)["status"] == "leased", "it may have gone"
    assert deliver_due(database, ways, calendar, NOW + LEASE / 2).leased == 0
    assert deliver_due(database, ways, calendar, NOW + 2 * LEASE).sent == 1
    got = Counter(envelope.key for envelope in channel.got)
    assert got.pop(desk.row(stuck)["key"]) == copies
    assert sorted(got.values()) == [1] * 4


@pytest.mark.crash
def test_what_may_have_gone_before_is_let_go_without_forgetting_it(
    desk: Desk, database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = desk.case()
    moot = desk.owe(case=case)
    with pytest.raises(WorkerDied):
        deliver_due(database, {"email": _DiesAfterSending(Scripted())}, calendar, NOW)
    stuck, later = desk.owe(wake_at=NOW), NOW + 2 * LEASE
    ways: dict[str, Channel] = {"email": Scripted()}
    with monkeypatch.context() as patched:
        refuse(patched, Preparation, "prepare", stuck)
        with pytest.raises(Unanswered):
            deliver_due(database, ways, calendar, later)
    desk.close(case)
    assert deliver_due(database, ways, calendar, later).sent == 0
    row = desk.row(moot)
    assert (row["status"], row["attempts"]) == ("cancelled", 2)
    assert row["detail"] == "其中事项均已办理，没有发送（此前试过 1 次，可能已经送到）"


@pytest.mark.crash
def test_a_database_that_is_away_says_so_and_leases_end_by_themselves(
    desk: Desk, database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = desk.owe(), desk.owe()
    ways: dict[str, Channel] = {"email": Scripted()}

    def away(*_: Any) -> None:
        raise Unanswered

    with monkeypatch.context() as patched:
        refuse(patched, Preparation, "prepare", stuck)
        patched.setattr(leases, "give_back", away)
        with pytest.raises(Unanswered):
            deliver_due(database, ways, calendar, NOW)
    assert desk.row(other)["status"] == "leased"
    assert deliver_due(database, ways, calendar, NOW + 2 * LEASE).sent == 2


@pytest.mark.crash
def test_a_mistake_of_ours_amid_a_batch_holds_up_no_other(
    desk: Desk, database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others waited for a quarter of an hour here, too, and then seemed to be younger."""
    owed = [NOW - timedelta(minutes=ago) for ago in (4, 3, 2, 1)]
    stuck, *others = (desk.owe(wake_at=at) for at in owed)
    proper = outcomes.mark_sent

    def mistaken(connection: Connection, message: leases.Leased, *rest: Any) -> None:
        if message.id == stuck:
            raise KeyError("a mistake of ours")
        proper(connection, message, *rest)

    ways: dict[str, Channel] = {"email": Scripted()}
    with monkeypatch.context() as patched:
        patched.setattr(outcomes, "mark_sent", mistaken)
        with pytest.raises(KeyError):
            deliver_due(database, ways, calendar, NOW)
    assert [desk.row(other)["wake_at"] for other in others] == owed[1:]
    assert deliver_due(database, ways, calendar, NOW).sent == 3
    assert desk.row(stuck)["status"] == "leased", "it may have gone"


@dataclass
class _KilledBy:
    key: str
    name: str = "killed"

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        yield self

    def send(self, envelope: Envelope) -> Receipt:
        if envelope.key == self.key:
            raise WorkerDied
        return ACCEPTED


def claimed(connection: Connection, now: datetime, most: int = 9) -> list[leases.Leased]:
    """What a worker takes on of the day's mails."""
    by_day = ("urgent", outbox.DIGEST)
    return leases.lease_due(connection, now, most, LEASE, urgencies=by_day, ways=["email"])


def test_what_has_waited_longest_goes_first_however_urgent_the_rest_is(
    desk: Desk, database: Database
) -> None:
    """A notice that moves a thousand limits must not keep the morning's digests until night."""
    minutes = [timedelta(minutes=one) for one in (1, 2, 3)]
    last, middle = (desk.owe(wake_at=NOW - ago) for ago in minutes[:2])
    digest = desk.owe(wake_at=NOW - minutes[2], urgency=outbox.DIGEST, template=outbox.DIGEST)
    with database.unit_of_work() as connection:
        assert [one.id for one in claimed(connection, NOW, most=2)] == [digest, middle]
        assert [one.id for one in claimed(connection, NOW)] == [last]


@pytest.mark.crash
def test_a_slow_worker_leaves_alone_what_another_has_taken_over(
    desk: Desk, database: Database
) -> None:
    message = desk.owe()
    with database.unit_of_work() as connection:
        [slow] = claimed(connection, NOW)
        assert claimed(connection, NOW) == []
        [quick] = claimed(connection, NOW + LEASE)
        begun = leases.count_attempt(connection, quick, NOW + 3 * LEASE)
        assert begun is not None
        assert leases.count_attempt(connection, slow, NOW + 4 * LEASE) is None
        outcomes.put_off(connection, slow, NOW, "failed", "…", counts=True, since=NOW)
        outcomes.mark_dead(connection, slow, "failed", "…")
        assert leases.count_attempt(connection, begun, NOW + 5 * LEASE) is not None
    assert (desk.row(message)["status"], desk.row(message)["attempts"]) == ("leased", 2)


@pytest.mark.race
def test_workers_at_once_send_every_message_once(
    desk: Desk, database: Database, calendar: Calendar
) -> None:
    case, count = desk.case(), 120
    for n in range(count):
        desk.owe(case=case, seq=n + 1, way=("email", "sms")[n % 2])
    channels = [Scripted() for _ in range(4)]
    start = threading.Barrier(4)

    def work(channel: Scripted) -> None:
        start.wait()
        ways: dict[str, Channel] = {"email": channel, "sms": channel}
        while deliver_due(database, ways, calendar, NOW, most=7).leased:
            pass

    workers = [threading.Thread(target=work, args=(channel,)) for channel in channels]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    keys = Counter(envelope.key for channel in channels for envelope in channel.got)
    assert len(keys) == count
    assert set(keys.values()) == {1}
    assert len(desk.rows(OUTBOX.c.status == "sent")) == count
    print(f"figure: messages_sent_twice_by_four_workers = {sum(keys.values()) - count}")
