"""Where a chat robot (群机器人) takes messages, as it is kept: who provides it, and its key.

    wecom:693a91f6-7xxx        https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx
    dingtalk:566cc69da782      https://oapi.dingtalk.com/robot/send?access_token=566cc69da782
    feishu:c0ffee00-93xx       https://open.feishu.cn/open-apis/bot/v2/hook/c0ffee00-93xx

People paste the address that the provider shows them; only its key is kept. The host that messages
go to is the installation's choice, so that nobody can make our server call another one.
"""

import re
from dataclasses import dataclass

PROVIDERS = {"wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书"}

_KEY = r"[A-Za-z0-9_-]{8,100}"
_MORE = r"(?:&[^\s#]*)?"
_SHORT = re.compile(rf"(wecom|dingtalk|feishu):({_KEY})")
_PASTED = {
    "wecom": re.compile(
        rf"https?://[^\s?#]+/cgi-bin/webhook/send\?(?:[^\s#]*&)?key=({_KEY}){_MORE}"
    ),
    "dingtalk": re.compile(
        rf"https?://[^\s?#]+/robot/send\?(?:[^\s#]*&)?access_token=({_KEY}){_MORE}"
    ),
    "feishu": re.compile(rf"https?://[^\s?#]+/open-apis/bot/v2/hook/({_KEY})/?"),
}


class NoRobot(ValueError):
    """A text that names no robot; the text of the error is a Chinese sentence without the key."""

    def __init__(self) -> None:
        words = "、".join(PROVIDERS.values())
        super().__init__(f"请粘贴{words}群机器人的完整网址")


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot of one chat group."""

    provider: str
    key: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.key}"

    @property
    def masked(self) -> str:
        """The robot as everybody reads it: whoever knows the key can write to the group."""
        return f"{PROVIDERS[self.provider]}机器人 ****{self.key[-4:]}"


def parse_robot(text: str) -> Robot:
    """The robot that a pasted address or a kept one names; raises NoRobot."""
    text = text.strip()
    if found := _SHORT.fullmatch(text):
        return Robot(found[1], found[2])
    for provider, pattern in _PASTED.items():
        if found := pattern.fullmatch(text):
            return Robot(provider, found[1])
    raise NoRobot


def is_robot(kept: str) -> bool:
    """Whether a text is an address as it is kept."""
    return _SHORT.fullmatch(kept) is not None


def masked_robot(kept: str) -> str:
    """A kept address as everybody but the program reads it."""
    return parse_robot(kept).masked


def as_kept(text: str) -> str:
    """An address as it is kept, where the text names a robot; else the text itself."""
    try:
        return str(parse_robot(text))
    except NoRobot:
        return text
