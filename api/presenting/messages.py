"""Messages in words: what was told to whom, by which way, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.presenting.wording import Names, machine_readable, to_the_minute
from workflow.store.messages import InboxEntry, Message

WAYS = {"email": "邮件", "sms": "短信", "in_app": "站内"}
STATUSES = {
    "waiting": "待发",
    "leased": "发送中",
    "sent": "已送出",
    "folded": "并入摘要",
    "dead": "未送达",
    "cancelled": "已取消",
}
TEMPLATES = {
    "task": "待办",
    "told": "告知",
    "reminder": "提醒",
    "overdue": "逾期提醒",
    "urged": "催办",
    "digest": "每日摘要",
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
    """One message to one person by one way."""

    url: str
    to: str
    unit: str
    kind: str
    what: str
    number: str
    way: str
    status: str
    failed: bool
    detail: str
    when: str
    iso: str


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """消息: my inbox, and what could not be delivered, for those who look after it."""

    entries: tuple[InboxLine, ...]
    next: str
    failures: tuple[MessageLine, ...]
    more_failures: str
    sees_failures: bool


def inbox_line(entry: InboxEntry) -> InboxLine:
    """An inbox entry in words."""
    variables = entry.variables
    return InboxLine(
        url=f"/cases/{entry.case}",
        kind=_kind(entry.template),
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


def message_line(message: Message, names: Names) -> MessageLine:
    """A message in words."""
    at = message.sent_at or message.created_at
    return MessageLine(
        url=f"/cases/{message.case_id}" if message.case_id is not None else "",
        to=message.person_name or "岗位空缺",
        unit=names.unit(message.unit_id) if message.unit_id else "",
        kind=_kind(message.template),
        what=message.variables.get("what", ""),
        number=message.variables.get("number", ""),
        way=WAYS.get(message.way, "其他"),
        status=STATUSES.get(message.status, "不明"),
        failed=message.status == "dead",
        detail=message.detail or "",
        when=to_the_minute(at),
        iso=machine_readable(at),
    )


def _kind(template: str) -> str:
    return TEMPLATES.get(template, "通知")
