"""Carry what is owed outside: lease, count the attempt, send, mark – in this order, at least once.

A message is sent between two transactions, never inside one. Whoever dies in between has counted
the attempt; the lease runs out, and the message goes once more under the same id. No outcome stops
the other messages, and none is lost: what is given up is listed with its reason and can be resent.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection

from notifications.channels import (
    Channel,
    Envelope,
    Outcome,
    Receipt,
    Sender,
    count_parts,
)
from notifications.digest import (
    INSISTENT,
    case_link,
    compose,
    fold_due,
    settings_link,
)
from notifications.discretion import DISCREET, discreet_items, is_confidential
from notifications.fallback import ORDER, Fallback, fallback_of
from notifications.pacing import FREE, Pace, had_enough, room, tomorrow
from notifications.rendering import CannotRender, UnknownTemplate, render
from notifications.sending_mark import SendingMark
from workflow.engine.calendar import Calendar
from workflow.engine.errors import Refusal
from workflow.engine.pace import may_go_again_at, may_go_at, within
from workflow.engine.remaining import due_in_words, left_in_words
from workflow.store.database import Database
from workflow.store.outgoing import bad_addresses, folding, outbox, replacing, reports
from workflow.store.outgoing.outbox import Addressee, Leased, Sent
from workflow.store.people.sealing import CannotUnseal

BATCH = 50
LEASE = timedelta(minutes=15)
"""Longer than any single sending; it is renewed before each."""

MOST_ATTEMPTS = 8
THROTTLED_FOR = timedelta(minutes=10)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
BACK_OFF = (
    _MINUTE, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR, 24 * _HOUR,
)  # fmt: skip
"""How long to wait after the first, second … attempt; together about two days."""

_UNCERTAIN = "对方是否收到不能确定"
_NO_ADDRESS = {
    "email": "通讯录里没有邮箱地址", "sms": "通讯录里没有手机号码", "chat": "本人没有设置群机器人",
}  # fmt: skip
_BAD_ADDRESS = {"email": "邮箱地址", "sms": "手机号码", "chat": "群机器人"}

Unseal = Callable[[str, int], str]
"""Opens the sealed secret of a person's robot; raises Refusal where its key is missing."""

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
) -> Delivered:
    """Fold the digests that are due and send one batch; call again until nothing was leased.

    `order` is the order of the ways that stand in for one that failed; empty means none. Nothing is
    done while the outbox is held (`mark`).
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
    if due:
        mark.step_on(now)
    fallback = fallback_of(ways, calendar, order)
    round_ = _Round(database, calendar, now, base_url, fallback, pace, unseal)
    for way, messages in groupby(sorted(due, key=lambda message: message.way), _way):
        with ways[way].connect() as sender:
            for message in messages:
                round_.deliver(sender, message)
    done = round_.done
    return Delivered(folded.digests, len(due), done["sent"], done["put_off"], done["dead"])


def _lease(
    database: Database, ways: list[str], now: datetime, most: int, pace: Pace, *, quiet: bool
) -> list[Leased]:
    """Claim what is immediate first, and of the rest as much of each way as its pace has room for;
    at quiet hours nothing of that.
    """
    with database.unit_of_work() as connection:
        due = outbox.lease_due(connection, now, most, LEASE, ways=ways, immediate_only=True)
        for way in ways if not quiet else ():
            free = room(connection, pace, way, now, most - len(due))
            if free > 0:
                due += outbox.lease_due(connection, now, free, LEASE, ways=[way])
    return due


def resend(database: Database, message: int, now: datetime) -> bool:
    """Let a message that failed go again (`replacing.resend`); False if there is nothing to do."""
    with database.unit_of_work() as connection:
        return replacing.resend(connection, message, now)


def _way(message: Leased) -> str:
    return message.way


@dataclass(frozen=True, slots=True)
class _Letter:
    """A message ready to go; an `insistent` one goes again when nobody knows whether it went."""

    envelope: Envelope
    insistent: bool


@dataclass(frozen=True, slots=True)
class _Hopeless:
    """A message that cannot go, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class _Nothing:
    """A message with nothing left to say, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class _Later:
    """A message that may not go now, when it may, and why not yet."""

    at: datetime
    why: str


_DONE = _Nothing("其中事项均已办理，没有发送")
_SAID = _Nothing("其后的提醒已经包含这一件，没有单独发送")

_Prepared = _Letter | _Hopeless | _Nothing | _Later


@dataclass(slots=True)
class _Round:
    """One batch: the same `now` for all of it; a stop-watch only renews leases."""

    database: Database
    calendar: Calendar
    now: datetime
    base_url: str
    fallback: Fallback
    pace: Pace
    unseal: Unseal | None
    done: Counter[str] = field(default_factory=Counter)
    _began: float = field(default_factory=time.monotonic)

    def deliver(self, sender: Sender, leased: Leased) -> None:
        """Count the attempt and prepare, send, mark."""
        with self.database.unit_of_work() as connection:
            message = outbox.count_attempt(connection, leased, self._until())
            if message is None:
                return  # another worker has taken it over
            prepared = self._prepare(connection, message)
            if not isinstance(prepared, _Letter):
                self._drop(connection, message, prepared)
                return
        receipt = _send(sender, prepared.envelope)
        self.database.meters.count("sends", way=message.way, outcome=receipt.outcome)
        with self.database.unit_of_work() as connection:
            self._mark(connection, message, prepared, receipt)

    def _until(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self._began) + LEASE

    # Before

    def _prepare(self, connection: Connection, message: Leased) -> _Prepared:
        if message.attempts > MOST_ATTEMPTS:  # its workers died, each time
            return _Hopeless(f"已尝试 {MOST_ATTEMPTS} 次，每次都中断，不再发送")
        to = outbox.addressee(connection, message.person)
        address = to.address(message.way) if to else None
        if to is None or to.disabled or not address:
            return _Hopeless(_why_unreachable(to, message.way))
        own = within(to.hours, self.calendar, message.urgency, self.now)
        if own > self.now:
            return _Later(own, "等到收件人愿意接收消息的时间")
        if message.urgency != "immediate" and had_enough(
            connection, self.pace, message.person or 0, message.way, self.now
        ):
            next_at = may_go_again_at(self.calendar, message.urgency, tomorrow(self.now))
            return _Later(next_at, "今天发给收件人的已经够多，下一个工作日再发")
        if why := bad_addresses.why_bad(connection, message.person or 0, message.way, address):
            return _Hopeless(f"{_BAD_ADDRESS.get(message.way, '地址')}不能用，没有发送：{why}")
        try:
            return self._letter(connection, message, to, address)
        except (UnknownTemplate, CannotRender, Refusal) as error:
            return _Hopeless(str(error))

    def _letter(
        self, connection: Connection, message: Leased, to: Addressee, address: str
    ) -> _Letter | _Nothing:
        if outbox.is_settled(connection, message.id):
            return _DONE
        if outbox.is_said_later(connection, message.id, self.now):
            return _SAID
        link = case_link(self.base_url, message.case)
        variables = {**message.variables, "person": to.name, "link": link}
        variables["settings"] = settings_link(self.base_url)
        insistent = message.urgency != outbox.DIGEST or message.template in INSISTENT
        if message.template == outbox.DIGEST:
            items = folding.items_of(connection, message.id, self.now)
            if message.way == "chat":
                items = discreet_items(connection, items)
            digest = compose(items, self.calendar, self.now, self.base_url)
            if not digest.sections:
                return _DONE
            variables["summary"], insistent = digest.summary, digest.insistent
            variables |= {"headline": digest.headline, "left": digest.left}
            rendered = render(
                message.template, message.way, variables, link, sections=digest.sections
            )
        else:
            variables |= self._true_now(connection, message)
            if message.way == "chat" and is_confidential(connection, message.case):
                variables |= DISCREET
            rendered = render(message.template, message.way, variables, link)
        envelope = Envelope(
            message.key, address, message.template, variables, rendered.subject, rendered.text,
            rendered.html, self._secret(message, to),
        )  # fmt: skip
        return _Letter(envelope, insistent)

    def _secret(self, message: Leased, to: Addressee) -> str:
        """What a robot wants a message signed with; raises Refusal."""
        if message.way != "chat" or to.chat_secret is None:
            return ""
        if self.unseal is None:
            raise CannotUnseal("这里没有密钥文件，群机器人的消息没有发送")
        return self.unseal(to.chat_secret, message.person or 0)

    def _true_now(self, connection: Connection, message: Leased) -> Mapping[str, str]:
        """A message that waited for the morning says how long is left in the morning."""
        unit, due_at = outbox.case_now(connection, message.case)
        if due_at is None or message.variables.get("due") != due_in_words(due_at):
            return {"unit": unit}
        return {"unit": unit, "left": left_in_words(self.calendar, due_at, self.now)}

    def _drop(
        self, connection: Connection, message: Leased, prepared: _Hopeless | _Nothing | _Later
    ) -> None:
        if isinstance(prepared, _Later):
            outbox.put_off(connection, message, prepared.at, None, prepared.why, counts=False)
            self.done["put_off"] += 1
        elif isinstance(prepared, _Nothing):
            outbox.mark_empty(connection, message, prepared.why + _tried_before(message))
        else:
            self.database.meters.count("sends", way=message.way, outcome="unsendable")
            self._give_up(connection, message, "unsendable", prepared.why)

    # After

    def _mark(
        self, connection: Connection, message: Leased, letter: _Letter, receipt: Receipt
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
        elif outcome is Outcome.THROTTLED:
            wait = max(receipt.retry_after or THROTTLED_FOR, _MINUTE)
            self._wait(connection, message, wait, receipt, counts=False)
        elif message.attempts >= MOST_ATTEMPTS:
            why = f"已尝试 {message.attempts} 次，不再发送：{receipt.detail}"
            self._give_up(connection, message, outcome, why)
        else:
            wait = BACK_OFF[message.attempts - 1]
            self._wait(connection, message, wait, receipt, counts=True)

    def _sent(
        self, connection: Connection, message: Leased, letter: _Letter, receipt: Receipt
    ) -> None:
        text = letter.envelope.text
        parts = count_parts(text) if message.way == "sms" else None
        sent = Sent(text, parts, receipt.provider_id)
        outbox.mark_sent(connection, message, self.now, receipt.outcome, receipt.detail, sent)
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
        wake_at = may_go_again_at(self.calendar, message.urgency, self.now + wait)
        outbox.put_off(connection, message, wake_at, receipt.outcome, receipt.detail, counts=counts)
        self.done["put_off"] += 1

    def _give_up(self, connection: Connection, message: Leased, outcome: str, why: str) -> None:
        outbox.mark_dead(connection, message, outcome, why)
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


def _why_unreachable(to: Addressee | None, way: str) -> str:
    if to is None:
        return "没有收件人，没有发送"
    if to.disabled:
        return f"{to.name}的账号已停用，没有发送"
    return f"{_NO_ADDRESS.get(way, '没有地址')}，没有发送；请在通讯录里补充"
