"""Telephone numbers as the SMS channels take them."""

import re

from notifications.channels.channel import Unsendable

_NUMBER = re.compile(r"\+?[0-9]{5,19}")


def telephone(to: str) -> str:
    """The number without spaces and hyphens, a leading plus kept; raises Unsendable."""
    number = re.sub(r"[ \-]", "", to)
    if not _NUMBER.fullmatch(number):
        raise Unsendable("手机号码不合规，没有发送；请系统管理员在“组织机构”里改正。")
    return number
