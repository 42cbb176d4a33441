"""The settings of an installation, read once from the environment; a bad one is refused with a
sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from api.clock import system_clock
from api.openid import CLAIM, OpenIdProvider, is_safe
from notifications.channels import UnknownChannel
from notifications.channels.bounce_mailbox import open_bounce_mailbox
from notifications.channels.channel_url import MalformedUrl
from notifications.fallback import ORDER
from notifications.pacing import FREE, Pace
from notifications.ways import MAILBOX_URL, SCHEMES, open_server
from workflow.engine.errors import DubanError
from workflow.store.evidence.chain import ALGORITHMS
from workflow.store.people.profiles import DENGBAO3, PROFILES, Profile

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[?[0-9A-Fa-f:]{2,45}\]?")

LOGS = ("auto", "text", "json")
"""How the log's lines look; `auto` is text on a terminal and JSON elsewhere."""

SHORTEST_KEY = 16
"""Bytes of a key, at least."""

_CODE = re.compile(r"[0-9A-Za-z-]{1,40}")

LONGEST_LINE = 200
"""Characters of a text that stands on a page as it is."""

SMS_A_DAY = 8
"""Short messages to one number: carriers take ten that are no advertising from a provider a day."""


class BadSetting(DubanError):
    """A setting that cannot be used; `sentence` is Chinese and says which and why, `code` is
    stable.
    """

    def __init__(self, name: str, why: str, code: str = "bad_setting") -> None:
        self.name, self.code = name, code
        self.sentence = f"环境变量 {name} 不能用：{why}"
        super().__init__(self.sentence)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation chooses; each has a default good for one machine."""

    data: Path = Path(".data")
    database_url: str = "sqlite:///.data/duban.db"
    email: str = MAILBOX_URL
    sms: str = MAILBOX_URL
    chat: str = MAILBOX_URL
    bounces: str = ""
    fallback: tuple[str, ...] = ORDER
    pace: Pace = FREE
    sending_mark: Path | None = None
    """The file that knows when the database was restored from a backup."""
    base_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    hosts: frozenset[str] = frozenset()
    """The hosts it answers to; none: every host."""
    secure_cookies: bool = False
    chain: str = ALGORITHMS[0]
    sign_in: Profile = DENGBAO3
    provider: OpenIdProvider | None = None
    files_gb: int = 50
    complaints: str = ""
    """How everybody reaches whoever hears objections to public notices: a telephone, an address."""
    complaints_at: Mapping[str, str] = field(default_factory=dict)
    """The same where a place has its own, by the code of the unit."""
    visits_a_month: int = 1
    """So many visits to a unit in a month are not too many."""
    checkpoints: Path | None = None
    checkpoint_key: Path | None = None
    own_secrets_key: Path | None = None
    """The file that DUBAN_SECRETS_KEY names; without one the key lies beside the data."""
    log: str = LOGS[0]
    metrics_key: bytes | None = field(default=None, repr=False)

    @property
    def ways(self) -> dict[str, str]:
        """Where each way goes, as `notifications.ways.open_ways` takes it."""
        return {"email": self.email, "sms": self.sms, "chat": self.chat}

    @property
    def secrets_key(self) -> Path:
        """The file with the key that seals secrets."""
        return self.own_secrets_key or self.data / "secrets.key"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in an environment; raises BadSetting."""
        given = {name: value.strip() for name, value in environment.items() if value.strip()}
        data = Path(given.get("DUBAN_DATA", ".data"))
        host = given.get("DUBAN_HOST", "127.0.0.1")
        port = _port(given.get("DUBAN_PORT", "8000"))
        base_url = _base_url(given.get("DUBAN_BASE_URL", f"http://{_in_url(host)}:{port}"))
        return cls(
            data=data,
            database_url=given.get("DATABASE_URL", f"sqlite:///{data / 'duban.db'}"),
            email=_channel(given, "DUBAN_EMAIL", "email"),
            sms=_channel(given, "DUBAN_SMS", "sms"),
            chat=_channel(given, "DUBAN_CHAT", "chat"),
            bounces=_bounces(given.get("DUBAN_BOUNCES", "")),
            fallback=_fallback(given.get("DUBAN_FALLBACK", ",".join(ORDER))),
            pace=_pace(given),
            sending_mark=data / "sending.mark",
            base_url=base_url,
            host=host,
            port=port,
            hosts=_hosts(given),
            secure_cookies=_yes_no(given, "DUBAN_SECURE_COOKIES", base_url.startswith("https:")),
            files_gb=_whole(given, "DUBAN_FILES_GB", 50, 100_000),
            complaints=_short(given, "DUBAN_COMPLAINTS"),
            complaints_at=_by_place(given, "DUBAN_COMPLAINTS_AT"),
            visits_a_month=_whole(given, "DUBAN_VISITS_A_MONTH", 1, 100),
            chain=_choice(given, "DUBAN_HASH", ALGORITHMS),
            provider=_provider(given),
            sign_in=PROFILES[_choice(given, "DUBAN_SIGN_IN", tuple(PROFILES))],
            checkpoints=Path(given.get("DUBAN_CHECKPOINTS", data / "checkpoints")),
            checkpoint_key=_key_file(given, "DUBAN_CHECKPOINT_KEY"),
            own_secrets_key=_key_file(given, "DUBAN_SECRETS_KEY"),
            log=_choice(given, "DUBAN_LOG", LOGS),
            metrics_key=_key(given, "DUBAN_METRICS_KEY"),
        )


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise BadSetting("DUBAN_PORT", "端口应是 1 至 65535 的整数")
    return int(text)


def _whole(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise BadSetting(name, f"应是 1 至 {most:,} 的整数")
    return int(text)


def _short(given: Mapping[str, str], name: str) -> str:
    """A line that stands on a page."""
    text = given.get(name, "")
    if len(text) > LONGEST_LINE or not text.isprintable():
        raise BadSetting(name, f"应是一行文字，不超过 {LONGEST_LINE} 个字")
    return text


def _by_place(given: Mapping[str, str], name: str) -> dict[str, str]:
    """A line for each of some units: 522301=督查局 0859-3111111; 522302=…"""
    found: dict[str, str] = {}
    for entry in filter(None, re.split(r"[;；]\s*", given.get(name, "").strip(" ;；"))):
        code, _, line = (part.strip() for part in entry.partition("="))
        if not (_CODE.fullmatch(code) and line) or code in found:
            raise BadSetting(name, "应写成“单位编码=联系方式”，用分号分开，一个单位写一次")
        found[code] = _short({name: line}, name)
    return found


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.path.strip("/"):
        raise BadSetting("DUBAN_BASE_URL", "应写成 https://主机 或 http://主机:端口，后面不带路径")
    return text.rstrip("/")


def _hosts(given: Mapping[str, str]) -> frozenset[str]:
    """Those of the base URL and of DUBAN_HOSTS; none where neither is said."""
    named = re.split(r"[\s,，]+", given.get("DUBAN_HOSTS", "").strip(" ,，"))
    for host in filter(None, named):
        if not _HOST.fullmatch(host):
            raise BadSetting(
                "DUBAN_HOSTS", f"“{host[:40]}”不是主机名；写主机名，不带端口，用逗号分开"
            )
    own = urlsplit(given.get("DUBAN_BASE_URL", "")).hostname
    return frozenset(host.strip("[]").lower() for host in (*named, own or "") if host)


def _channel(given: Mapping[str, str], name: str, way: str) -> str:
    url = given.get(name, MAILBOX_URL)
    if url == MAILBOX_URL:
        return url
    try:
        open_server(way, url, system_clock)
    except UnknownChannel as unknown:
        raise BadSetting(name, str(unknown), "unknown_channel") from None
    return url


def _choice(given: Mapping[str, str], name: str, choices: Sequence[str]) -> str:
    """One of some words; the first where none is given."""
    text = given.get(name, choices[0]).lower()
    if text not in choices:
        raise BadSetting(name, f"应写成 {' 或 '.join(choices)}")
    return text


def _bounces(url: str) -> str:
    try:
        if url:
            open_bounce_mailbox(url)
    except MalformedUrl as malformed:
        raise BadSetting("DUBAN_BOUNCES", str(malformed), "unknown_channel") from None
    return url


def _fallback(text: str) -> tuple[str, ...]:
    """The order of the ways that stand in for one that failed; `none` is no other way."""
    if text == "none":
        return ()
    ways = tuple(way.strip() for way in text.split(","))
    if not set(ways) <= set(SCHEMES) or len(set(ways)) < len(ways):
        raise BadSetting("DUBAN_FALLBACK", f"应写成 {','.join(ORDER)}，次序可换，或写 none")
    return ways


def _pace(given: Mapping[str, str]) -> Pace:
    """How many messages a minute leave, and how many short ones and chat a day go to one number."""
    mails = _whole(given, "DUBAN_MAILS_A_MINUTE", 300, 100_000)
    short = _whole(given, "DUBAN_SMS_A_MINUTE", 100, 100_000)
    a_day = {
        "sms": _whole(given, "DUBAN_SMS_A_DAY", SMS_A_DAY, 1_000),
        "chat": _whole(given, "DUBAN_CHAT_A_DAY", 20, 1_000),
    }
    return Pace({"email": mails, "sms": short}, a_day)


def _provider(given: Mapping[str, str]) -> OpenIdProvider | None:
    """The OpenID provider, where one is named; all of it or nothing."""
    issuer = given.get("DUBAN_OIDC_ISSUER", "")
    if not issuer:
        return None
    if not is_safe(issuer):
        raise BadSetting("DUBAN_OIDC_ISSUER", "应以 https:// 开头（本机可用 http://）")
    for name in ("DUBAN_OIDC_CLIENT", "DUBAN_OIDC_SECRET"):
        if name not in given:
            raise BadSetting(name, "写了 DUBAN_OIDC_ISSUER 就要写这一项")
    claim = given.get("DUBAN_OIDC_CLAIM", CLAIM)
    return OpenIdProvider(issuer, given["DUBAN_OIDC_CLIENT"], given["DUBAN_OIDC_SECRET"], claim)


def _key_file(given: Mapping[str, str], name: str) -> Path | None:
    if name not in given:
        return None
    file = Path(given[name])
    try:
        key = file.read_bytes().strip()
    except OSError as error:
        raise BadSetting(name, f"读不了密钥文件（{error.strerror}）") from None
    if len(key) < SHORTEST_KEY:
        raise BadSetting(name, f"密钥太短，至少 {SHORTEST_KEY} 个字节")
    return file


def _key(given: Mapping[str, str], name: str) -> bytes | None:
    file = _key_file(given, name)
    return file.read_bytes().strip() if file else None


def _yes_no(given: Mapping[str, str], name: str, default: bool) -> bool:
    text = given.get(name, "").lower()
    if text and text not in _YES + _NO:
        raise BadSetting(name, f"应写成 {_YES[0]} 或 {_NO[0]}")
    return text in _YES if text else default
