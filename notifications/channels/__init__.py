"""The ways outside: one file each, all listed in CHANNELS.

To add one: write a file with a class that takes (ChannelUrl, Clock) and is a Channel, list its
schemes here, and give it a test against a real server.
"""

from collections.abc import Callable, Collection

from notifications.channels.aliyun import AliyunChannel
from notifications.channels.channel import Channel, Clock, Envelope, Outcome, Receipt, Sender
from notifications.channels.channel_url import ChannelUrl, MalformedUrl, parse_url
from notifications.channels.http_gateway import HttpGatewayChannel
from notifications.channels.robots import RobotsChannel
from notifications.channels.smpp import SmppChannel
from notifications.channels.sms_parts import count_parts
from notifications.channels.smtp import SmtpChannel
from notifications.channels.tencent import TencentChannel

__all__ = [
    "CHANNELS",
    "Channel",
    "Clock",
    "Envelope",
    "Outcome",
    "Receipt",
    "Sender",
    "UnknownChannel",
    "count_parts",
    "open_channel",
    "written",
]

CHANNELS: dict[str, Callable[[ChannelUrl, Clock], Channel]] = {
    "smtp": SmtpChannel,
    "smtps": SmtpChannel,
    "smpp": SmppChannel,
    "sms+http": HttpGatewayChannel,
    "sms+https": HttpGatewayChannel,
    "aliyun": AliyunChannel,
    "tencent": TencentChannel,
    "robots": RobotsChannel,
}

_WITHOUT_HOST = frozenset({"robots"})


class UnknownChannel(ValueError):
    """A channel's URL that cannot be used; the text is a Chinese sentence without any password."""


def written(scheme: str) -> str:
    """How the URLs of a channel begin."""
    return f"{scheme}:" if scheme in _WITHOUT_HOST else f"{scheme}://"


def open_channel(url: str, *, now: Clock, among: Collection[str] = frozenset(CHANNELS)) -> Channel:
    """The channel of a URL, not yet connected; raises UnknownChannel. `now` dates the messages.

    The URL begins with a scheme that is `among` those wanted: this is looked at before the rest.
    """
    try:
        parsed = parse_url(url)
        if parsed.scheme not in among:
            known = parsed.scheme in CHANNELS
            raise MalformedUrl(f"不能走 {written(parsed.scheme)}" if known else "没有这种开头")
        if not parsed.host and parsed.scheme not in _WITHOUT_HOST:
            raise MalformedUrl("没有写主机")
        return CHANNELS[parsed.scheme](parsed, now)
    except MalformedUrl as malformed:
        schemes = "、".join(written(one) for one in CHANNELS if one in among)
        why = f"消息渠道的地址不能用：{malformed}。可用的开头有 {schemes}"
        raise UnknownChannel(why) from None
