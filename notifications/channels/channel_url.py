"""Reading a channel's URL strictly: whatever is not understood is refused with a sentence.

No error text repeats the URL or a part of it that could be the password.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

LONGEST_TIMEOUT_SECONDS = 60.0
"""A message is a dozen answers, each of which may take so long, and all must come before its lease
ends: or another worker would send it a second time.
"""


class MalformedUrl(ValueError):
    """A channel's URL that cannot be used; `open_channel` turns it into an UnknownChannel."""


@dataclass(frozen=True, slots=True)
class ChannelUrl:
    """The parts of a channel's URL, percent-decoded."""

    scheme: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int | None
    path: str
    options: Mapping[str, str]

    @property
    def timeout_seconds(self) -> float:
        """The longest wait for one answer, from `timeout=`."""
        try:
            seconds = float(self.options.get("timeout", "30"))
        except ValueError:
            raise MalformedUrl("timeout 要写秒数") from None
        if not 0 < seconds <= LONGEST_TIMEOUT_SECONDS:
            raise MalformedUrl(f"timeout 要在 0 到 {LONGEST_TIMEOUT_SECONDS:.0f} 秒之间")
        return seconds

    def need(self, option: str) -> str:
        """The value of an option that has no default."""
        value = self.options.get(option, "").strip()
        if not value:
            raise MalformedUrl(f"缺少 {option}=")
        return value

    def choose(self, option: str, *values: str) -> str:
        """The value of an option that is one of these, the first by default."""
        value = self.options.get(option, values[0])
        if value not in values:
            raise MalformedUrl(f"{option} 只能是 {'、'.join(values)}")
        return value

    def allow(self, *names: str) -> None:
        """Refuse options that the channel does not know: a misspelt one must not be ignored."""
        for name in self.options:
            if name not in names:
                raise MalformedUrl(f"没有 {name} 这个选项，可用的有 {'、'.join(names)}")

    def tls_context(self) -> ssl.SSLContext:
        """Checks the server's certificate, against the file in `ca=` where one is named."""
        try:
            return ssl.create_default_context(cafile=self.options.get("ca"))
        except OSError:  # SSLError is one too
            raise MalformedUrl(f"读不了证书文件 {self.options.get('ca')}") from None


def parse_url(url: str) -> ChannelUrl:
    """Take a URL apart, or raise MalformedUrl."""
    if any(ord(char) < 32 for char in url):
        raise MalformedUrl("地址里有控制字符")  # urlsplit would silently remove some of them
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # from None: the error's text may hold a piece of the password.
        raise MalformedUrl("主机或端口写错了；口令里的特殊字符要写成 %xx") from None
    if parts.fragment:
        raise MalformedUrl("地址里的 # 要写成 %23")
    try:
        (parts.hostname or "").encode("idna")  # or every connect would raise UnicodeError
    except UnicodeError:
        raise MalformedUrl("主机名不合规") from None
    return ChannelUrl(
        scheme=parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=parts.hostname or "",
        port=port,
        path=parts.path,
        options=_options(parts.query),
    )


def _options(query: str) -> dict[str, str]:
    """Like parse_qs, but a plus sign stays one (it is common in mail addresses), and no repeats."""
    options: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name in options:
            raise MalformedUrl(f"选项 {name} 写了两次")
        options[unquote(name)] = unquote(value)
    return options
