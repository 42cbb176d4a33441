"""Tokens of forms under a veil that is new on every page.

A page is sent compressed, and how well it compresses tells an eavesdropper who can put words into
it what else stands there (BREACH). So no two pages carry the same token, and it tells nothing.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode


def veiled(token: str) -> str:
    """The token as a page carries it."""
    bare = token.encode()
    veil = secrets.token_bytes(len(bare))
    return urlsafe_b64encode(veil + _mixed(bare, veil)).decode()


def unveiled(given: str, length: int) -> str:
    """The token of so many characters under a veil; what bears none is given back as it is."""
    try:
        raw = urlsafe_b64decode(given.encode())
    except ValueError:
        return given
    if len(raw) != 2 * length:
        return given
    return _mixed(raw[length:], raw[:length]).decode("utf-8", "replace")


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
