"""The ways outside of one installation: each by its URL, `mailbox:` where there is no server."""

from collections.abc import Mapping

from notifications.channels import (
    CHANNELS,
    Channel,
    Clock,
    UnknownChannel,
    open_channel,
)
from notifications.channels.bounce_mailbox import open_bounce_mailbox
from notifications.channels.channel_url import MalformedUrl
from notifications.channels.mailbox import LocalMailbox
from workflow.store.database import Database

MAILBOX_URL = "mailbox:"

SCHEMES: Mapping[str, frozenset[str]] = {
    "email": frozenset({"smtp", "smtps"}),
    "sms": frozenset(CHANNELS) - {"smtp", "smtps", "robots"},
    "chat": frozenset({"robots"}),
}
"""What each way may be; the names of the ways are those of `by:` in a definition."""

TITLES: Mapping[str, str] = {"email": "邮件", "sms": "短信", "chat": "群机器人"}
ADDRESSES: Mapping[str, str] = {"email": "邮箱地址", "sms": "手机号码", "chat": "群机器人"}
"""What people call a way, and where it leads."""


class UnusableWay(ValueError):
    """A way's URL cannot be used; the text is a Chinese sentence that names the way."""


def open_ways(
    database: Database,
    now: Clock,
    *,
    email: str = MAILBOX_URL,
    sms: str = MAILBOX_URL,
    chat: str = MAILBOX_URL,
) -> dict[str, Channel]:
    """A channel for each way, not yet connected; raises UnusableWay."""
    urls = {"email": email, "sms": sms, "chat": chat}
    return {way: _open(database, now, way, url.strip()) for way, url in urls.items()}


def report_sources(ways: Mapping[str, Channel], bounces: str = "") -> dict[str, list[object]]:
    """Who can be asked what became of the messages of each way; raises UnusableWay.

    `bounces` is the URL of the mailbox that undeliverable mail returns to; empty means none.
    """
    sources: dict[str, list[object]] = {way: [channel] for way, channel in ways.items()}
    if bounces:
        try:
            sources["email"].append(open_bounce_mailbox(bounces))
        except MalformedUrl as malformed:
            raise UnusableWay(f"退信信箱的地址不能用：{malformed}") from None
    return sources


def open_server(way: str, url: str, now: Clock) -> Channel:
    """The channel of a way's server, not yet connected; raises UnknownChannel with what to write
    instead.
    """
    try:
        return open_channel(url, now=now, among=SCHEMES[way])
    except UnknownChannel as unknown:
        raise UnknownChannel(f"{unknown}；不接外部服务器时写 {MAILBOX_URL}") from None


def _open(database: Database, now: Clock, way: str, url: str) -> Channel:
    if url == MAILBOX_URL:
        return LocalMailbox(database, way, now)
    try:
        return open_server(way, url, now)
    except UnknownChannel as unknown:
        raise UnusableWay(f"{TITLES[way]}：{unknown}") from None
