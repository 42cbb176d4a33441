"""Messages in words: what was told to whom, by which way, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.presenting.message_story import WAYS, Moment, kind_of, next_of, story_of, way_in_words
from api.presenting.wording import Names, machine_readable, to_the_minute
from workflow.engine.calendar import Calendar
from workflow.store.outgoing.messages import InboxEntry, Message
from workflow.store.outgoing.proofs import Proof, may_resend
from workflow.store.outgoing.reports import Fate

STATUSES = {
    "waiting": "待发",
    "leased": "发送中",
    "sent": "已送出",
    "folded": "并入摘要",
    "dead": "未送达",
    "cancelled": "已取消",
}


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One thing the reader was told."""

    url: str
    kind: str
    what: str
    number: str
    headline: str
    due: str
    left: str
    when: str
    iso: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message to one person by one way, with its story; `resend` is where to send it again."""

    url: str
    to: str
    unit: str
    kind: str
    what: str
    number: str
    way: str
    status: str
    failed: bool
    when: str
    iso: str
    story: tuple[Moment, ...]
    next: str
    resend: str


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """消息: my inbox, and what could not be delivered, for those who look after it."""

    entries: tuple[InboxLine, ...]
    next: str
    failures: tuple[MessageLine, ...]
    more_failures: str
    sees_failures: bool
    held: str = ""
    done: str = ""


def inbox_line(entry: InboxEntry) -> InboxLine:
    """An inbox entry in words."""
    variables = entry.variables
    return InboxLine(
        url=f"/cases/{entry.case}",
        kind=kind_of(entry.template),
        what=variables.get("what", ""),
        number=variables.get("number", ""),
        headline=variables.get("headline", ""),
        due=variables.get("due", ""),
        left=variables.get("left", ""),
        when=to_the_minute(entry.created_at),
        iso=machine_readable(entry.created_at),
        ways=tuple(_way_and_status(entry.ways)),
    )


def _way_and_status(ways: Mapping[str, str]) -> list[str]:
    return [f"{WAYS.get(way, '其他')}{STATUSES.get(status, '')}" for way, status in ways.items()]


def message_line(
    message: Message, proof: Proof, names: Names, calendar: Calendar, *, resends: bool
) -> MessageLine:
    """A message in words; `resends` says whether the reader looks after what failed."""
    at = message.sent_at or message.created_at
    failed = message.status == "dead" or _fate(proof) is Fate.UNDELIVERED
    return MessageLine(
        url=f"/cases/{message.case_id}" if message.case_id is not None else "",
        to=message.person_name or "岗位空缺",
        unit=names.unit(message.unit_id) if message.unit_id else "",
        kind=kind_of(message.template),
        what=message.variables.get("what", ""),
        number=message.variables.get("number", ""),
        way=way_in_words(message.way),
        status=_status(message, proof),
        failed=failed and proof.replaced_by is None and not proof.went_by,
        when=to_the_minute(at),
        iso=machine_readable(at),
        story=story_of(message, proof, calendar),
        next=next_of(message, proof),
        resend=f"/messages/{message.id}/resend" if resends and may_resend(message, proof) else "",
    )


def _fate(proof: Proof) -> Fate | None:
    return proof.story.fate if proof.story else None


def _status(message: Message, proof: Proof) -> str:
    """In a word, the surest thing that is known."""
    if proof.read_at is not None:
        return "已读"
    known = {Fate.DELIVERED: "已送达", Fate.UNDELIVERED: "未送达"}.get(_fate(proof) or Fate.UNKNOWN)
    return known or STATUSES.get(message.status, "不明")
