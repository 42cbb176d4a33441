"""Signatures by the scheme of Standard Webhooks: HMAC-SHA256 over id, instant and body.

    webhook-id: msg_2KWPBgLlAfxdpx2AI54pPJ85f4W
    webhook-timestamp: 1767340800
    webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

Several signatures stand in one header, divided by spaces, while keys change. The body is signed as
it came, byte by byte, before anybody reads it.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflow.engine.errors import Refusal
from workflow.store.people.sources import KEY_PREFIX

TOLERANCE_SECONDS = 300
"""How far the sender's clock may be off, either way, and how long a call is on its way at most."""

MOST_SIGNATURES = 10
_ID = re.compile(r"[A-Za-z0-9_:-]{1,80}")
_INSTANT = re.compile(r"[0-9]{1,12}")


class Unsigned(Refusal):
    """The headers of a signature are missing or are none."""

    code = "unsigned"


class BadSignature(Refusal):
    """No valid key of this source made the signature, or there is no such source."""

    code = "bad_signature"


class OldSignature(Refusal):
    """The signature is right, and too old, or from the future."""

    code = "old_signature"


@dataclass(frozen=True, slots=True)
class Signed:
    """The headers of a signed call."""

    id: str
    instant: str
    signatures: tuple[str, ...]


def signed_by(headers: Mapping[str, str]) -> Signed:
    """What the headers say; raises Unsigned."""
    id_ = headers.get("webhook-id", "")
    instant = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "").split(" ")[:MOST_SIGNATURES]
    known = tuple(one.removeprefix("v1,") for one in signatures if one.startswith("v1,"))
    if not (_ID.fullmatch(id_) and _INSTANT.fullmatch(instant) and known):
        raise Unsigned("缺少签名，或 webhook-id、webhook-timestamp、webhook-signature 写法不对")
    return Signed(id_, instant, known)


def sign(key: str, id_: str, instant: str, body: bytes) -> str:
    """The signature that a key makes, without its version."""
    secret = base64.b64decode(key.removeprefix(KEY_PREFIX))
    said = f"{id_}.{instant}.".encode() + body
    return base64.b64encode(hmac.digest(secret, said, "sha256")).decode()


def check(signed: Signed, keys: Iterable[str], body: bytes, now: datetime) -> None:
    """Raise BadSignature unless a key made one of the signatures, OldSignature unless just now."""
    wanted = [sign(key, signed.id, signed.instant, body) for key in keys]
    matches = [
        hmac.compare_digest(one.encode(), given.encode("utf-8", "replace"))
        for one in wanted
        for given in signed.signatures
    ]
    if not any(matches):
        raise BadSignature("签名不对，或没有这个来源")
    if abs(int(now.timestamp()) - int(signed.instant)) > TOLERANCE_SECONDS:
        minutes = TOLERANCE_SECONDS // 60
        raise OldSignature(f"签名时间与本系统相差超过 {minutes} 分钟，请校准时钟后重新签名")
