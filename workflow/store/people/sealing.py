"""Secrets that must be read again, of authenticators, signed doors and robots, lie sealed in the
database: a copy of it, or a backup, opens nobody's second factor. The key lies elsewhere.

AES-256-GCM by the `cryptography` package; whose it is, and what for, is bound in, so that a sealed
secret put into another row does not open.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from workflow.engine.errors import Refusal
from workflow.store.tables.handles import FACTOR, PERSON, SOURCE_KEY

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "sealed1:"
"""What a sealed secret begins with; one without it is from before there was a key."""

_NONCE = 12

SECOND_FACTOR = "second_factor"
_CANNOT = {
    SECOND_FACTOR: "二次验证的密钥文件与数据库不符，请联系系统管理员；可以先用恢复码登录",
    "": "密钥文件与数据库不符，封存的密钥打不开，请联系系统管理员",
}


class CannotUnseal(Refusal):
    """A secret was sealed with another key than the one that is here."""

    code = "cannot_unseal"


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens with one key."""

    key: bytes = field(repr=False)

    def seal(self, secret: str, owner: int, use: str = SECOND_FACTOR) -> str:
        """The secret as it is stored; each time another text."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher().encrypt(nonce, secret.encode(), _bound_to(owner, use))
        return MARK + base64.b64encode(nonce + sealed).decode()

    def open(self, stored: str, owner: int, use: str = SECOND_FACTOR) -> str:
        """The secret again; raises CannotUnseal."""
        if not stored.startswith(MARK):
            return stored
        from cryptography.exceptions import InvalidTag

        raw = base64.b64decode(stored.removeprefix(MARK))
        try:
            found = self._cipher().decrypt(raw[:_NONCE], raw[_NONCE:], _bound_to(owner, use))
        except InvalidTag:
            raise CannotUnseal(_CANNOT.get(use, _CANNOT[""])) from None
        return found.decode()

    def _cipher(self) -> "AESGCM":
        # here, since it takes 6 MiB and only whoever gives a code needs it
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(hashlib.sha256(b"duban second factor\0" + self.key).digest())


def _bound_to(owner: int, use: str) -> bytes:
    return f"{use} {owner}".encode()


def is_anything_sealed(connection: Connection) -> bool:
    """Whether a key is needed to read what is here."""
    sealed = select(FACTOR.c.person_id).where(FACTOR.c.secret.startswith(MARK)).limit(1)
    keys = select(SOURCE_KEY.c.id).limit(1)
    robots = select(PERSON.c.id).where(PERSON.c.chat_secret.is_not(None)).limit(1)
    return any(connection.execute(query).first() is not None for query in (sealed, keys, robots))


def seal_all(connection: Connection, sealer: Sealer) -> int:
    """Seal the secrets that are from before there was a key; how many."""
    plain = select(FACTOR.c.person_id, FACTOR.c.secret).where(~FACTOR.c.secret.startswith(MARK))
    rows = connection.execute(plain.with_for_update()).all()
    for person, secret in rows:
        sealed = update(FACTOR).where(FACTOR.c.person_id == person)
        connection.execute(sealed.values(secret=sealer.seal(secret, person)))
    return len(rows)
