"""Carry what is owed outside: lease, count the attempt, send, mark – in this order, at least once.

A message is sent between two transactions, never inside one. Whoever dies in between has counted
the attempt; the lease runs out, and the message goes once more under the same id. No outcome stops
the other messages, and none is lost: what is given up is listed with its reason and can be resent.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from notifications.channels import (
    Channel,
    Envelope,
    Outcome,
    Receipt,
    Sender,
    count_parts,
)
from notifications.digest import fold_due
from notifications.fallback import ORDER, Fallback, fallback_of
from notifications.pacing import BY_DAY, FREE, Pace, room
from notifications.patience import MOST_ATTEMPTS, end_of_wait
from notifications.preparing import (
    Hopeless,
    Later,
    Letter,
    Nothing,
    Preparation,
    Prepared,
    Unseal,
    waited_enough,
)
from notifications.sending_mark import SendingMark
from notifications.turn import Turn
from workflow.engine.calendar import Calendar
from workflow.engine.pace import may_go_again_at, may_go_at
from workflow.store.database import Database
from workflow.store.outgoing import leases, outbox, outcomes, replacing, reports
from workflow.store.outgoing.leases import Leased
from workflow.store.outgoing.outcomes import Sent

BATCH = 50
"""Messages by a way that are claimed at once: a way that is slow takes nobody else's place."""

LEASE = timedelta(minutes=15)
"""Longer than any single sending; it is renewed before each."""

THROTTLED_FOR = timedelta(minutes=10)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
BACK_OFF = (
    _MINUTE, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR, 24 * _HOUR,
)  # fmt: skip
"""How long to wait after the first, second … attempt; together about two days."""

_UNCERTAIN = "对方是否收到不能确定"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did. `leased` 0 means that nothing was due."""

    digests: int = 0
    leased: int = 0
    sent: int = 0
    put_off: int = 0
    dead: int = 0


def deliver_due(
    database: Database,
    ways: Mapping[str, Channel],
    calendar: Calendar,
    now: datetime,
    *,
    base_url: str = "",
    most: int = BATCH,
    order: Sequence[str] = ORDER,
    pace: Pace = FREE,
    mark: SendingMark | None = None,
    unseal: Unseal | None = None,
    going_on: Callable[[], bool] = lambda: True,
) -> Delivered:
    """Fold the digests that are due and send one batch; call again until nothing was leased.

    `order` is the order of the ways that stand in for one that failed; empty means none. Nothing is
    done while the outbox is held (`mark`). Before each message `going_on` is asked whether to send
    another.
    """
    mark = mark or SendingMark(database, None)
    if not mark.may_send(now):
        return Delivered()
    with database.reading() as connection:
        if not outbox.is_any_due(connection, now):
            return Delivered()  # most often; nobody's writing waits for it
    folded = fold_due(database, calendar, now)
    quiet = may_go_at(calendar, "urgent", now) > now
    due = _lease(database, list(ways), now, most, pace, quiet=quiet)
    fallback = fallback_of(ways, calendar, order)
    preparation = Preparation(calendar, now, base_url, pace, unseal)
    round_ = _Round(database, calendar, now, mark, preparation, fallback, going_on)
    if due:
        round_.deliver_all(ways, due)
    done = round_.done
    return Delivered(folded.digests, len(due), done["sent"], done["put_off"], done["dead"])


def _lease(
    database: Database, ways: list[str], now: datetime, most: int, pace: Pace, *, quiet: bool
) -> list[Leased]:
    """Claim what is immediate first, and of the rest as much of each way as its pace has room for,
    a whole batch of each, the ways without a pace together; at quiet hours nothing of that.
    """
    with database.unit_of_work() as connection:
        at_once = ("immediate",)
        due = leases.lease_due(connection, now, most, LEASE, urgencies=at_once, ways=ways)
        for some in _by_pace(ways, pace) if not quiet else ():
            free = room(connection, pace, some[0], now, most, LEASE)
            if free > 0:
                due += leases.lease_due(connection, now, free, LEASE, urgencies=BY_DAY, ways=some)
    return due


def _by_pace(ways: list[str], pace: Pace) -> list[list[str]]:
    """Each way that has a pace, and all others together."""
    paced = [[way] for way in ways if way in pace.a_minute]
    free = [way for way in ways if way not in pace.a_minute]
    return [*paced, free] if free else paced


def resend(database: Database, message: int, now: datetime) -> bool:
    """Let a message that failed go again (`replacing.resend`); False if there is nothing to do."""
    with database.unit_of_work() as connection:
        return replacing.resend(connection, message, now)


def _way(message: Leased) -> str:
    return message.way


@dataclass(slots=True)
class _Round:
    """One batch: the same `now` for all of it; a stop-watch only renews leases."""

    database: Database
    calendar: Calendar
    now: datetime
    mark: SendingMark
    preparation: Preparation
    fallback: Fallback
    going_on: Callable[[], bool]
    done: Counter[str] = field(default_factory=Counter)
    _began: float = field(default_factory=time.monotonic)

    def deliver_all(self, ways: Mapping[str, Channel], due: Sequence[Leased]) -> None:
        """One after the other, way by way, as long as it is wanted and no way takes too long. What
        was not tried is let go, also where something fails, the database or we: only the message
        in hand, which may have gone, waits for the end of its lease.
        """
        in_turn = sorted(due, key=_way)
        untried = {message.id: message for message in in_turn}
        try:
            self.mark.step_on(self.now)
            for way, messages in groupby(in_turn, _way):
                turn = Turn()
                with ways[way].connect() as sender:
                    for message in messages:
                        if self.going_on() and not turn.is_over():
                            del untried[message.id]
                            turn.note(self.deliver(sender, message))
        except Exception:
            self._give_back(untried.values())
            raise
        self._give_back(untried.values())

    def _give_back(self, untried: Collection[Leased]) -> None:
        if not untried:
            return
        try:
            with self.database.unit_of_work() as connection:
                leases.give_back(connection, untried)
        except SQLAlchemyError:  # it is away: their leases end by themselves
            _log.exception("%s messages wait for the end of their lease", len(untried))

    def deliver(self, sender: Sender, leased: Leased) -> Outcome | None:
        """Count the attempt and prepare, send, mark; what came of it, None where it did not go."""
        with self.database.unit_of_work() as connection:
            message = leases.count_attempt(connection, leased, self._until())
            if message is None:
                return None  # another worker has taken it over
            prepared = self._prepare(connection, message)
            if prepared is None:
                return None  # put off
            if not isinstance(prepared, Letter):
                self._drop(connection, message, prepared)
                return None
        receipt = _send(sender, prepared.envelope)
        self.database.meters.count("sends", way=message.way, outcome=receipt.outcome)
        with self.database.unit_of_work() as connection:
            self._mark(connection, message, prepared, receipt)
        return receipt.outcome

    def _prepare(self, connection: Connection, message: Leased) -> Prepared | None:
        """What becomes of a message; one that we cannot put together is tried again later, and
        keeps no other waiting.
        """
        try:
            return self.preparation.prepare(connection, message)
        except SQLAlchemyError:
            raise
        except Exception as error:
            _log.exception("message %s could not be put together", message.key)
            failed = Receipt(Outcome.FAILED, f"系统出错，没有发送（{type(error).__name__}）")
            self._try_again(connection, message, failed)
            return None

    def _until(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self._began) + LEASE

    def _drop(
        self, connection: Connection, message: Leased, prepared: Hopeless | Nothing | Later
    ) -> None:
        if isinstance(prepared, Later):
            since = None if prepared.wanted else self.now
            outcomes.put_off(
                connection, message, prepared.at, None, prepared.why, counts=False, since=since
            )
            self.done["put_off"] += 1
            if prepared.alike:
                self.done["put_off"] += outcomes.put_off_alike(
                    connection, message, prepared.at, prepared.why, self.now
                )
        elif isinstance(prepared, Nothing):
            outcomes.mark_empty(connection, message, prepared.why + _tried_before(message))
        else:
            self.database.meters.count("sends", way=message.way, outcome="unsendable")
            self._give_up(connection, message, "unsendable", prepared.why)

    def _mark(
        self, connection: Connection, message: Leased, letter: Letter, receipt: Receipt
    ) -> None:
        outcome = receipt.outcome
        reports.record_handover(
            connection, message.id, message.way, letter.envelope.to, receipt.report_ids, self.now
        )
        if outcome is Outcome.AMBIGUOUS and not letter.insistent:
            receipt = replace(receipt, detail=f"{_UNCERTAIN}：{receipt.detail}")
            self._sent(connection, message, letter, receipt)
        elif outcome is Outcome.ACCEPTED:
            self._sent(connection, message, letter, receipt)
        elif outcome is Outcome.REFUSED:
            self._give_up(connection, message, outcome, receipt.detail)
        elif outcome is Outcome.THROTTLED and self.preparation.is_overdue(message):
            self._give_up(connection, message, outcome, waited_enough(message, receipt.detail))
        elif outcome is Outcome.THROTTLED:
            wait = max(receipt.retry_after or THROTTLED_FOR, _MINUTE)
            self._wait(connection, message, wait, receipt, counts=False)
        else:
            self._try_again(connection, message, receipt)

    def _try_again(self, connection: Connection, message: Leased, receipt: Receipt) -> None:
        if message.attempts >= MOST_ATTEMPTS:
            why = f"已尝试 {message.attempts} 次，不再发送：{receipt.detail}"
            self._give_up(connection, message, receipt.outcome, why)
        else:
            wait = BACK_OFF[message.attempts - 1]
            self._wait(connection, message, wait, receipt, counts=True)

    def _sent(
        self, connection: Connection, message: Leased, letter: Letter, receipt: Receipt
    ) -> None:
        text = receipt.text or letter.envelope.text
        parts = count_parts(text) if message.way == "sms" else None
        sent = Sent(text, parts, receipt.provider_id)
        outcomes.mark_sent(connection, message, self.now, receipt.outcome, receipt.detail, sent)
        self.done["sent"] += 1

    def _wait(
        self,
        connection: Connection,
        message: Leased,
        wait: timedelta,
        receipt: Receipt,
        *,
        counts: bool,
    ) -> None:
        since = message.put_off_since or self.now
        latest = end_of_wait(self.calendar, message.urgency, since)
        again = self.now + wait if counts else min(self.now + wait, latest)
        wake_at = may_go_again_at(self.calendar, message.urgency, again)
        outcomes.put_off(
            connection, message, wake_at, receipt.outcome, receipt.detail,
            counts=counts, since=None if counts else self.now,
        )  # fmt: skip
        self.done["put_off"] += 1

    def _give_up(self, connection: Connection, message: Leased, outcome: str, why: str) -> None:
        outcomes.mark_dead(connection, message, outcome, why)
        self.fallback.stand_in(connection, message.id, "failed", self.now)
        self.done["dead"] += 1
        _log.error("message %s by %s given up: %s", message.key, message.way, outcome)


def _send(sender: Sender, envelope: Envelope) -> Receipt:
    """A channel answers with a receipt; should it fail to, the other messages still go."""
    try:
        return sender.send(envelope)
    except Exception as error:
        _log.exception("channel failed on message %s", envelope.key)
        return Receipt(Outcome.FAILED, f"发送时程序出错（{type(error).__name__}）")


def _tried_before(message: Leased) -> str:
    """A worker may have died between sending and saying so: what was tried may have come."""
    before = message.attempts - 1
    return f"（此前试过 {before} 次，可能已经送到）" if before and message.unsaid else ""
