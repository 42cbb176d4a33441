"""Whether messages go out, in words."""

from datetime import datetime

from sqlalchemy import Connection

from api.presenting.wording import to_the_minute
from workflow.store.outgoing import sending
from workflow.store.outgoing.sending import Hold

_BECAUSE = {
    "restored": "数据库是从备份恢复的：其中应发的消息，有的可能在恢复以前已经发出",
    "new_place": "本机没有发送记录：数据库可能是从备份恢复到这里的",
    "asked": "由管理员暂停",
}


def in_words(hold: Hold) -> str:
    """Since when nothing is sent, and why."""
    return f"消息自 {to_the_minute(hold.since)} 起暂停发送。{_BECAUSE[hold.because]}。"


def held_in_words(connection: Connection, now: datetime) -> str | None:
    """Since when nothing is sent, why, how much waits and who ends it; None while messages go."""
    hold = sending.read(connection).hold
    if hold is None:
        return None
    waiting = sending.waiting(connection, now)
    release = "由系统管理员在“消息发送”页或用 duban outbox release 放行"
    return f"{in_words(hold)}现在有 {waiting} 条应发未发，{release}。"
