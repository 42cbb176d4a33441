"""What becomes of a message when its turn comes: a letter, a later hour, or why it is not sent.

All is asked anew at that moment: where the person is reached, what the case has come to, how much
was said today.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from notifications.channels import Envelope
from notifications.digest import INSISTENT, case_link, compose, settings_link
from notifications.discretion import discreet, discreet_items
from notifications.pacing import Pace, had_enough, tomorrow
from notifications.patience import IN_WORDS, MOST_ATTEMPTS, end_of_wait, has_waited_enough
from notifications.rendering import DISCREET, CannotRender, Section, UnknownTemplate, render
from notifications.ways import ADDRESSES
from workflow.engine.calendar import Calendar
from workflow.engine.errors import Refusal
from workflow.engine.pace import may_go_again_at, within
from workflow.engine.remaining import due_in_words, left_in_words
from workflow.store.offices.preferences import CHOICES
from workflow.store.outgoing import addressees, bad_addresses, folding, outbox, relevance
from workflow.store.outgoing.addressees import Addressee
from workflow.store.outgoing.leases import Leased
from workflow.store.outgoing.relevance import CaseNow
from workflow.store.people.sealing import CannotUnseal

_ENOUGH = "今天发往这个号码的已经够多"
_BY_THE_OFFICE = "没有发送；请系统管理员在“组织机构”里补上"
_NO_ADDRESS = {
    "email": f"没有登记邮箱地址，{_BY_THE_OFFICE}",
    "sms": f"没有登记手机号码，{_BY_THE_OFFICE}",
    "chat": "没有填写群机器人，没有发送；请本人在“消息设置”里填写",
}


Unseal = Callable[[str, int], str]
"""Opens the sealed secret of a person's robot; raises Refusal where its key is missing."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to go; an `insistent` one goes again when nobody knows whether it went."""

    envelope: Envelope
    insistent: bool


@dataclass(frozen=True, slots=True)
class Hopeless:
    """A message that cannot go, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """A message with nothing left to say, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """A message that may not go now, when it may, and why not yet; `wanted` by its person, or
    `alike` for all of its urgency that waits for the same person by the same way.
    """

    at: datetime
    why: str
    wanted: bool = False
    alike: bool = False


_DONE = Nothing("其中事项均已办理，没有发送")
_SAID = Nothing("其后的提醒已经包含这一件，没有单独发送")

Prepared = Letter | Hopeless | Nothing | Later


@dataclass(frozen=True, slots=True)
class Preparation:
    """What all letters of one batch are written with; the same `now` for all."""

    calendar: Calendar
    now: datetime
    base_url: str
    pace: Pace
    unseal: Unseal | None

    def prepare(self, connection: Connection, message: Leased) -> Prepared:
        """What becomes of a message now; the attempt is counted."""
        if message.attempts > MOST_ATTEMPTS:  # its workers died, each time
            return Hopeless(f"已尝试 {MOST_ATTEMPTS} 次，每次都中断，不再发送")
        to = addressees.addressee(connection, message.person)
        address = to.address(message.way) if to else None
        if to is None or to.disabled or not address:
            return Hopeless(_why_unreachable(to, message.way))
        own = within(to.hours, self.calendar, message.urgency, self.now)
        if own > self.now:
            return Later(own, "等到收件人愿意接收消息的时间", wanted=True)
        if message.urgency != "immediate" and had_enough(
            connection, self.pace, message.way, address, self.now
        ):
            return self._tomorrow(message)
        if why := bad_addresses.why_bad(connection, message.person or 0, message.way, address):
            return Hopeless(f"{ADDRESSES[message.way]}不能用，没有发送：{why}")
        try:
            return self._letter(connection, message, to, address)
        except (UnknownTemplate, CannotRender, Refusal) as error:
            return Hopeless(str(error))

    def _letter(
        self, connection: Connection, message: Leased, to: Addressee, address: str
    ) -> Letter | Nothing:
        if message.template in relevance.TO_DO:
            if relevance.is_settled(connection, message.id):
                return _DONE
            if relevance.is_said_later(connection, message.id, self.now):
                return _SAID
        link = case_link(self.base_url, message.case)
        variables = {**message.variables, "person": to.name, "link": link}
        if message.urgency != "immediate":  # of which nothing may be chosen
            variables["settings"] = settings_link(self.base_url)
        insistent = message.urgency != outbox.DIGEST or message.template in INSISTENT
        template, sections = message.template, tuple[Section, ...]()
        if message.template == outbox.DIGEST:
            items = folding.items_of(connection, message.id, self.now)
            items = discreet_items(message.way, items)
            digest = compose(items, self.calendar, self.now, self.base_url)
            if not digest.sections:
                return _DONE
            variables |= digest.variables
            sections, insistent = digest.sections, digest.insistent
        else:
            case = relevance.case_now(connection, message.case)
            variables |= self._true_now(message, case)
            if message.template not in CHOICES:
                variables["fixed"] = "1"
            if case.confidential:
                template, variables = DISCREET, discreet(message.way, variables)
        rendered = render(template, message.way, variables, link, sections=sections)
        envelope = Envelope(
            message.key, address, template, variables, rendered.subject, rendered.text,
            rendered.html, self._secret(message, to),
        )  # fmt: skip
        return Letter(envelope, insistent)

    def _tomorrow(self, message: Leased) -> Later | Hopeless:
        next_at = may_go_again_at(self.calendar, message.urgency, tomorrow(self.now))
        since = message.put_off_since or self.now
        if next_at > end_of_wait(self.calendar, message.urgency, since):
            return Hopeless(waited_enough(message, _ENOUGH))
        return Later(next_at, f"{_ENOUGH}，下一个工作日再发", alike=True)

    def _secret(self, message: Leased, to: Addressee) -> str:
        """What a robot wants a message signed with; raises Refusal."""
        if message.way != "chat" or to.chat_secret is None:
            return ""
        if self.unseal is None:
            raise CannotUnseal("这里没有密钥文件，群机器人的消息没有发送")
        return self.unseal(to.chat_secret, message.person or 0)

    def _true_now(self, message: Leased, case: CaseNow) -> Mapping[str, str]:
        """A message that waited for the morning says how long is left in the morning; of a case
        whose clock stands none says when it is due.
        """
        if case.stands:
            return {"unit": case.unit, "due": "", "why": "", "left": ""}
        if case.due_at is None or message.variables.get("due") != due_in_words(case.due_at):
            return {"unit": case.unit}
        return {"unit": case.unit, "left": left_in_words(self.calendar, case.due_at, self.now)}

    def is_overdue(self, message: Leased) -> bool:
        """Whether a message has been put off for long enough."""
        return has_waited_enough(self.calendar, message.urgency, message.put_off_since, self.now)


def waited_enough(message: Leased, why: str) -> str:
    """Why a message that was put off for long enough is given up, in a sentence."""
    return f"已等了{IN_WORDS[message.urgency]}，不再等：{why}"


def _why_unreachable(to: Addressee | None, way: str) -> str:
    if to is None:
        return "没有收件人，没有发送"
    if to.disabled:
        return f"{to.name}的账号已停用，没有发送"
    return _NO_ADDRESS.get(way, "没有地址，没有发送")
