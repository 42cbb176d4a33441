"""Secrets that must be read again, those of authenticators, lie sealed in the database: a copy of
it, or a backup, opens nobody's second factor. The key lies elsewhere.

AES-256-GCM by the `cryptography` package; the person's id is bound in, so that a sealed secret put
into another person's row does not open.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from workflow.engine.errors import Refusal
from workflow.store.tables.handles import FACTOR

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "sealed1:"
"""What a sealed secret begins with; one without it is from before there was a key."""

_NONCE = 12


class CannotUnseal(Refusal):
    """A secret was sealed with another key than the one that is here."""

    code = "cannot_unseal"


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens with one key."""

    key: bytes = field(repr=False)

    def seal(self, secret: str, person: int) -> str:
        """The secret as it is stored; each time another text."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher().encrypt(nonce, secret.encode(), _bound_to(person))
        return MARK + base64.b64encode(nonce + sealed).decode()

    def open(self, stored: str, person: int) -> str:
        """The secret again; raises CannotUnseal."""
        if not stored.startswith(MARK):
            return stored
        from cryptography.exceptions import InvalidTag

        raw = base64.b64decode(stored.removeprefix(MARK))
        try:
            found = self._cipher().decrypt(raw[:_NONCE], raw[_NONCE:], _bound_to(person))
        except InvalidTag:
            sentence = "二次验证的密钥文件与数据库不符，请联系系统管理员；可以先用恢复码登录"
            raise CannotUnseal(sentence) from None
        return found.decode()

    def _cipher(self) -> "AESGCM":
        # here, since it takes 6 MiB and only whoever gives a code needs it
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(hashlib.sha256(b"duban second factor\0" + self.key).digest())


def _bound_to(person: int) -> bytes:
    return f"second_factor {person}".encode()


def is_anything_sealed(connection: Connection) -> bool:
    """Whether a key is needed to read what is here."""
    sealed = select(FACTOR.c.person_id).where(FACTOR.c.secret.startswith(MARK))
    return connection.execute(sealed.limit(1)).first() is not None


def seal_all(connection: Connection, sealer: Sealer) -> int:
    """Seal the secrets that are from before there was a key; how many."""
    plain = select(FACTOR.c.person_id, FACTOR.c.secret).where(~FACTOR.c.secret.startswith(MARK))
    rows = connection.execute(plain.with_for_update()).all()
    for person, secret in rows:
        sealed = update(FACTOR).where(FACTOR.c.person_id == person)
        connection.execute(sealed.values(secret=sealer.seal(secret, person)))
    return len(rows)
