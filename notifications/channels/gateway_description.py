"""An HTTP gateway described in a file: what it is sent, how that is signed, how its answers read.

    method: POST                     # or GET: the fields go into the address
    content: json                    # or form
    headers: {X-App: "{key}"}
    fields: {mobile: "{phone}", content: "{text}", time: "{timestamp}", id: "{out_id}"}
    signature:
      over: "{key}{timestamp}{phone}"           # or "{body}": what is sent, without the signature
      algorithm: hmac-sha256                    # or hmac-sha1, hmac-md5
      encoding: hex                             # or base64
      field: sign                               # or header: X-Signature
    templates: /path/sms.yaml        # where it takes registered templates: {template}, {signature},
                                     # and {variables}, an object
    answer:                          # the first that fits counts
      accepted: {field: code, is: ["0"]}
      throttled: {field: code, is: ["LIMIT"], status: [429]}
      refused: {field: code, is: ["BAD_NUMBER"]}
      id: data.id                    # how it names the message
      words: message
      wait: retry_after              # seconds
    receipts:                        # what it sends to /receipts/TOKEN later
      about: id                      # the name of the message; out_id or what `answer.id` gave
      state: status
      delivered: ["DELIVRD"]
      undelivered: ["UNDELIV", "EXPIRED"]

A file is refused with a sentence for each mistake.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notifications.channels.channel_url import MalformedUrl
from notifications.channels.sms_templates import SmsTemplates, read_mapping

ALWAYS = frozenset({"phone", "text", "key", "secret", "out_id", "timestamp", "timestamp_ms"})
"""What can be written into every field."""

REGISTERED = frozenset({"template", "signature", "variables"})
"""What can be written where there are registered templates."""

PLACE = re.compile(r"\{(\w+)\}")
ALGORITHMS = {"hmac-sha256": "sha256", "hmac-sha1": "sha1", "hmac-md5": "md5"}


@dataclass(frozen=True, slots=True)
class Signature:
    """How a request is signed, with the secret of the URL."""

    over: str
    algorithm: str
    encoding: str
    header: str
    field: str


@dataclass(frozen=True, slots=True)
class Match:
    """When an answer means something: by its HTTP status, or by the value of a field."""

    status: frozenset[int] = frozenset()
    field: str = ""
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answers:
    """How an answer reads; paths with dots go into objects."""

    accepted: Match
    throttled: Match
    refused: Match
    id: str
    words: str
    wait: str


@dataclass(frozen=True, slots=True)
class Receipts:
    """How a receipt reads that the gateway sends by itself."""

    about: str
    state: str
    delivered: frozenset[str]
    undelivered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Description:
    """A gateway, as its file describes it."""

    method: str
    content: str
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    signature: Signature | None
    templates: SmsTemplates | None
    answers: Answers
    receipts: Receipts | None


def read_description(path: Path) -> Description:
    """The gateway of a file; raises MalformedUrl with a sentence for each mistake."""
    reader = _Reader(read_mapping(path, "短信网关描述文件"))
    found = reader.description()
    if reader.mistakes:
        raise MalformedUrl(f"短信网关描述文件 {path} 有错：{'；'.join(reader.mistakes)}")
    return found


class _Reader:
    """Reads a file's content and gathers its mistakes."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self.mistakes: list[str] = []

    def description(self) -> Description:
        top = self._part("", self._content, {
            "method", "content", "headers", "fields", "signature", "templates", "answer", "receipts"
        })  # fmt: skip
        templates = self._templates(top.get("templates"))
        known = ALWAYS | (REGISTERED if templates else frozenset())
        fields = self._part("fields", top.get("fields"), None, needed=True)
        headers = self._part("headers", top.get("headers"), None)
        self._places("fields", fields, known)
        self._places("headers", headers, known - {"variables", "secret"})
        return Description(
            self._choice("method", top.get("method", "POST"), ("POST", "GET")),
            self._choice("content", top.get("content", "json"), ("json", "form")),
            {name: str(value) for name, value in headers.items()},
            fields,
            self._signature(top.get("signature"), known),
            templates,
            self._answers(top.get("answer")),
            self._receipts(top.get("receipts")),
        )

    def _signature(self, given: object, known: frozenset[str]) -> Signature | None:
        if given is None:
            return None
        part = self._part("signature", given, {"over", "algorithm", "encoding", "header", "field"})
        over = str(part.get("over", ""))
        if not over:
            self.mistakes.append("signature.over 要写对什么签名")
        self._places("signature", {"over": over}, known | {"body"})
        if bool(part.get("header")) == bool(part.get("field")):
            self.mistakes.append("signature 要写 header 或 field 之一，签名放在那里")
        algorithm = part.get("algorithm", "hmac-sha256")
        return Signature(
            over,
            ALGORITHMS.get(self._choice("signature.algorithm", algorithm, tuple(ALGORITHMS)), ""),
            self._choice("signature.encoding", part.get("encoding", "hex"), ("hex", "base64")),
            str(part.get("header") or ""),
            str(part.get("field") or ""),
        )

    def _templates(self, given: object) -> SmsTemplates | None:
        try:
            return SmsTemplates(Path(str(given))) if given else None
        except MalformedUrl as malformed:
            self.mistakes.append(str(malformed))
            return None

    def _answers(self, given: object) -> Answers:
        known = {"accepted", "throttled", "refused", "id", "words", "wait"}
        part = self._part("answer", given, known, needed=True)
        if "accepted" not in part:
            self.mistakes.append("answer.accepted 要写怎样算接收")
        return Answers(
            accepted=self._match("accepted", part.get("accepted")),
            throttled=self._match("throttled", part.get("throttled")),
            refused=self._match("refused", part.get("refused")),
            id=str(part.get("id") or ""),
            words=str(part.get("words") or ""),
            wait=str(part.get("wait") or ""),
        )

    def _match(self, name: str, given: object) -> Match:
        part = self._part(f"answer.{name}", given, {"status", "field", "is"})
        status, values = part.get("status", []), part.get("is", [])
        if not isinstance(status, list) or not all(type(one) is int for one in status):
            self.mistakes.append(f"answer.{name}.status 要写成 [200, 202]")
            status = []
        if bool(part.get("field")) != bool(values) or not isinstance(values, list):
            self.mistakes.append(f"answer.{name} 的 field 和 is 要一起写，is 写成 [值, 值]")
            values = []
        return Match(frozenset(status), str(part.get("field") or ""), frozenset(map(str, values)))

    def _receipts(self, given: object) -> Receipts | None:
        if given is None:
            return None
        part = self._part("receipts", given, {"about", "state", "delivered", "undelivered"})
        for name in ("about", "state", "delivered"):
            if not part.get(name):
                self.mistakes.append(f"receipts.{name} 要写")
        values = [part.get(name) or [] for name in ("delivered", "undelivered")]
        if not all(isinstance(one, list) for one in values):
            self.mistakes.append("receipts 的 delivered 和 undelivered 要写成 [值, 值]")
            values = [[], []]
        texts = [frozenset(map(str, one)) for one in values]
        return Receipts(str(part.get("about")), str(part.get("state")), texts[0], texts[1])

    def _part(
        self, name: str, given: object, known: set[str] | None, *, needed: bool = False
    ) -> dict[str, Any]:
        """A mapping with these keys; empty where there is none or it is wrong."""
        if given is None and not needed:
            return {}
        if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
            self.mistakes.append(f"{name} 要写成 名称: 内容")
            return {}
        for key in given.keys() - (known if known is not None else given.keys()):
            self.mistakes.append(f"多了 {name}.{key}".replace(" .", " "))
        return dict(given)

    def _choice(self, name: str, given: object, choices: tuple[str, ...]) -> str:
        if given not in choices:
            self.mistakes.append(f"{name} 只能是 {'、'.join(choices)}")
            return choices[0]
        return str(given)

    def _places(self, name: str, values: Mapping[str, Any], known: frozenset[str]) -> None:
        usable = "、".join(sorted(known))
        for text in _texts(values):
            for place in sorted(set(PLACE.findall(text)) - known):
                self.mistakes.append(f"{name} 里不能用 {{{place}}}，可用的有 {usable}")


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    return [str(value)]


def fill(value: object, known: Mapping[str, Any]) -> Any:
    """A template of the file with its places filled; a text that is one place becomes its value."""
    if isinstance(value, Mapping):
        return {name: fill(one, known) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    if (whole := PLACE.fullmatch(value)) and whole[1] in known:
        return known[whole[1]]
    return PLACE.sub(lambda place: str(known[place[1]]), value)
