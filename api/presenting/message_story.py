"""A message's story in words: why it was owed, when it went, whether it arrived, what is next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.presenting.wording import machine_readable, to_the_minute
from notifications.patience import IN_WORDS
from notifications.ways import TITLES
from workflow.engine.calendar import Calendar
from workflow.engine.pace import may_go_at
from workflow.store.outgoing.messages import Message
from workflow.store.outgoing.proofs import Proof
from workflow.store.outgoing.reports import Fate

WAYS = {**TITLES, "in_app": "站内"}
TEMPLATES = {
    "task": "待办",
    "told": "告知",
    "reminder": "提醒",
    "overdue": "逾期提醒",
    "urged": "催办",
    "digest": "每日摘要",
}
_REPLACED = {
    "failed": "这条没有发出，改由{way}发送",
    "undelivered": "这条没有送达，改由{way}发送",
    "unread": "两个工作日没有打开，加发{way}",
    "resent": "已有人重发，由{way}再发一次",
}
_STANDS_FOR = {
    "failed": "代替没有发出的{way}",
    "undelivered": "代替没有送达的{way}",
    "unread": "{way}发出后两个工作日没有打开，加发这条",
    "resent": "由人重发没有送达的{way}",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of a story; `when` is empty where no instant belongs to it."""

    label: str
    words: str
    when: str = ""
    iso: str = ""


def kind_of(template: str) -> str:
    """What a message is, in a word."""
    return TEMPLATES.get(template, "通知")


def way_in_words(way: str) -> str:
    """The way of a message, in a word."""
    return WAYS.get(way, "其他")


def story_of(message: Message, proof: Proof, calendar: Calendar) -> tuple[Moment, ...]:
    """What happened to a message so far, in order."""
    return (*_owed(message, proof, calendar), *_went(message, proof), *_arrived(proof))


def _owed(message: Message, proof: Proof, calendar: Calendar) -> Iterator[Moment]:
    what = message.variables.get("what", "")
    yield _at(
        message.created_at, "应发", f"{kind_of(message.template)}{'：' if what else ''}{what}"
    )
    if proof.stands_for is not None:
        link = proof.stands_for
        yield _at(link.at, "来由", _STANDS_FOR[link.why].format(way=way_in_words(link.way)))
    elif message.way != "in_app":
        usual = may_go_at(calendar, message.urgency, message.created_at)
        planned = message.planned_at or usual
        yield _at(planned, "计划", "并入当天的摘要" if message.urgency == "digest" else "单独发送")


def _went(message: Message, proof: Proof) -> Iterator[Moment]:
    carrier = proof.carrier or message
    if carrier.status == "sent" and carrier.sent_at is not None:
        handed = "放进站内消息" if carrier.way == "in_app" else "已交给对方服务器"
        by = f"随摘要由{way_in_words(carrier.way)}送出" if proof.carrier else handed
        yield _at(carrier.sent_at, "送出", _with(by, carrier.detail))
    elif carrier.status in ("dead", "cancelled"):
        yield Moment("未发" if carrier.status == "cancelled" else "失败", carrier.detail or "")
    elif carrier.attempts and carrier.detail:
        yield Moment("试过", f"{carrier.attempts} 次：{carrier.detail}")
    elif carrier.put_off_since is not None:
        yield _at(carrier.put_off_since, "推迟", carrier.detail or "")


def _arrived(proof: Proof) -> Iterator[Moment]:
    story = proof.story
    labels = {Fate.DELIVERED: "送达", Fate.UNDELIVERED: "未送达", Fate.DELAYED: "延迟"}
    if story is not None and story.fate in labels and story.at is not None:
        yield _at(story.at, labels[story.fate], story.detail)
    if proof.read_at is not None:
        yield _at(proof.read_at, "已读", "收件人在系统里打开")
    if proof.replaced_by is not None:
        link = proof.replaced_by
        yield _at(link.at, "代替", _REPLACED[link.why].format(way=way_in_words(link.way)))


def next_of(message: Message, proof: Proof) -> str:
    """What happens next, in one sentence."""
    if proof.replaced_by is not None:
        return f"以{way_in_words(proof.replaced_by.way)}那一条为准。"
    if message.status == "dead" and message.person_id is None:
        return "岗位补上人以后，新的消息会发给他；这一条请用别的办法告诉该单位。"
    carrier = proof.carrier or message
    lost = proof.story is not None and proof.story.fate is Fate.UNDELIVERED
    if carrier.status == "dead" or lost:
        return _after_failing(proof)
    if proof.read_at is not None:
        return "对方已经知道，不必再做什么。"
    if carrier.status == "sent":
        return _after_sending(carrier, proof)
    return _before_sending(carrier)


def _after_failing(proof: Proof) -> str:
    if proof.went_by:
        ways = "、".join(map(way_in_words, proof.went_by))
        return f"同一件事已由{ways}送出，不必重发。"
    return "不再自动发送，本人登录后能在站内看到；改好联系方式以后可以重发。"


def _after_sending(carrier: Message, proof: Proof) -> str:
    if carrier.way == "in_app":
        return "等对方登录后打开。"
    if carrier.way == "chat":
        return "已经发到群里；群机器人不报告谁看过，等对方登录后打开。"
    if proof.story is None or proof.story.fate is Fate.UNKNOWN:
        waits = "退信" if carrier.way == "email" else "回执"
        return f"对方服务器已经收下；如有{waits}，会记在这里。"
    if proof.story.fate is Fate.DELAYED:
        return "对方服务器还在尝试。"
    return "已经送达，等对方打开。"


def _before_sending(carrier: Message) -> str:
    if carrier.status == "cancelled":
        return "不必再发。"
    if carrier.status == "leased":
        return "正在发送。"
    when = to_the_minute(carrier.wake_at) if carrier.wake_at else ""
    if carrier.put_off_since is not None and not carrier.attempts:
        return f"{when} 再试；等满{IN_WORDS[carrier.urgency]}仍发不出，改用别的方式。"
    again = f"再试，这是第 {carrier.attempts + 1} 次。" if carrier.attempts else "发出。"
    return f"{when} {again}"


def _at(at: datetime, label: str, words: str) -> Moment:
    return Moment(label, words, to_the_minute(at), machine_readable(at))


def _with(words: str, detail: str | None) -> str:
    return f"{words}（{detail.rstrip('。')}）" if detail else words
