"""Sessions and tokens in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.presenting.wording import machine_readable, to_the_minute
from workflow.store.people.tokens import Scope

SCOPES = {Scope.READ: "只能查看", Scope.WRITE: "查看和办理，不能签字"}

_BROWSERS = {
    # looked for in this order: the later ones' names also stand in what the earlier ones send
    "MicroMessenger": "微信",
    "DingTalk": "钉钉",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A signed-in browser; `here` is the one being looked at."""

    browser: str
    address: str
    began: str
    seen: str
    iso: str
    here: bool


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token that exists."""

    name: str
    scope: str
    until: str
    iso: str
    used: str
    expired: bool


def session_line(row: Mapping[str, Any]) -> SessionLine:
    """A row of `sessions_of`."""
    return SessionLine(
        browser=browser_in_words(row["browser"] or ""),
        address=row["address"] or "地址不明",
        began=to_the_minute(row["created_at"]),
        seen=to_the_minute(row["seen_at"]),
        iso=machine_readable(row["seen_at"]),
        here=bool(row["here"]),
    )


def token_line(row: Mapping[str, Any], now: datetime) -> TokenLine:
    """A row of `tokens_of`."""
    return TokenLine(
        name=row["name"],
        scope=SCOPES[Scope(row["scope"])],
        until=to_the_minute(row["expires_at"]),
        iso=machine_readable(row["expires_at"]),
        used=f"最近使用 {to_the_minute(row['used_at'])}" if row["used_at"] else "还没有用过",
        expired=row["expires_at"] <= now,
    )


def browser_in_words(sent: str) -> str:
    """What a browser says of itself, as people call it."""
    name = next((word for mark, word in _BROWSERS.items() if mark in sent), "其他浏览器或程序")
    system = next((word for mark, word in _SYSTEMS.items() if mark in sent), "")
    return f"{name}，{system}" if system else name
