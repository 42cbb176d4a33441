"""Whether messages go out, in words."""

from api.presenting.wording import to_the_minute
from workflow.store.outgoing.sending import Hold

_BECAUSE = {
    "restored": "数据库是从备份恢复的：其中应发的消息，有的可能在恢复以前已经发出",
    "new_place": "本机没有发送记录：数据库可能是从备份恢复到这里的",
    "asked": "由管理员暂停",
}


def in_words(hold: Hold) -> str:
    """Since when nothing is sent, and why."""
    return f"消息自 {to_the_minute(hold.since)} 起暂停发送。{_BECAUSE[hold.because]}。"
