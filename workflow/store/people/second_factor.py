"""The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes in its place.

The secret lies sealed in the database (`sealing.py`). A code counts once: its time step is noted by
an update that a second use cannot make again.
"""

import secrets
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import Connection, delete, func, insert, select, update

from workflow.store.people.hashing import hash_of
from workflow.store.people.passwords import random_password
from workflow.store.people.sealing import Sealer
from workflow.store.tables.handles import FACTOR, RECOVERY

STEP_SECONDS = 30
_STEPS_OFF = 1
"""A clock may be half a minute off, either way."""

RECOVERY_CODES = 8
ISSUER = "督办"


def begin_set_up(connection: Connection, sealer: Sealer, person: int) -> str | None:
    """A new secret for somebody who has none in use, to be shown this once; None if one has."""
    connection.execute(delete(FACTOR).where(_mine(person), FACTOR.c.confirmed_at.is_(None)))
    if connection.execute(select(FACTOR.c.person_id).where(_mine(person))).first():
        return None
    secret = pyotp.random_base32()
    sealed = sealer.seal(secret, person)
    connection.execute(insert(FACTOR).values(person_id=person, secret=sealed, last_step=0))
    return secret


def secret_being_set_up(connection: Connection, sealer: Sealer, person: int) -> str | None:
    """The secret that waits for its first code; one in use is never told."""
    waiting = (_mine(person), FACTOR.c.confirmed_at.is_(None))
    sealed = connection.execute(select(FACTOR.c.secret).where(*waiting)).scalar()
    return None if sealed is None else sealer.open(sealed, person)


def address_of(secret: str, username: str) -> str:
    """What an authenticator reads from a QR code (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def finish_set_up(
    connection: Connection, sealer: Sealer, person: int, code: str, now: datetime
) -> tuple[str, ...] | None:
    """Take the second factor into use by its first code; recovery codes, to be shown this once.

    None when the code is wrong or nothing is being set up.
    """
    secret = secret_being_set_up(connection, sealer, person)
    if secret is None or not _use(connection, person, secret, code, now):
        return None
    connection.execute(update(FACTOR).where(_mine(person)).values(confirmed_at=now))
    return _new_recovery_codes(connection, person)


def code_is_right(
    connection: Connection, sealer: Sealer, person: int, code: str, now: datetime
) -> bool:
    """Whether it is a code that counts now, or a recovery code; either is used up by this."""
    in_use = select(FACTOR.c.secret).where(_mine(person), FACTOR.c.confirmed_at.is_not(None))
    sealed = connection.execute(in_use).scalar()
    if sealed is None:
        return False
    if _is_code(code):
        return _use(connection, person, sealer.open(sealed, person), code, now)
    return _use_recovery_code(connection, person, code.strip().lower(), now)


def remove(connection: Connection, person: int) -> bool:
    """Sign in without a second factor from now on; whether there was one."""
    connection.execute(delete(RECOVERY).where(RECOVERY.c.person_id == person))
    return bool(connection.execute(delete(FACTOR).where(_mine(person))).rowcount)


def recovery_codes_left(connection: Connection, person: int) -> int:
    """How many recovery codes somebody has not used."""
    unused = (RECOVERY.c.person_id == person, RECOVERY.c.used_at.is_(None))
    counted = connection.execute(select(func.count()).select_from(RECOVERY).where(*unused))
    return int(counted.scalar_one())


def _is_code(text: str) -> bool:
    digits = text.replace(" ", "")
    return len(digits) == 6 and digits.isascii() and digits.isdigit()


def _mine(person: int) -> Any:
    return FACTOR.c.person_id == person


def _use(connection: Connection, person: int, secret: str, code: str, now: datetime) -> bool:
    """Whether the code is right and newer than the last one that counted; then it is the last."""
    if not _is_code(code):
        return False
    given, totp = code.replace(" ", ""), pyotp.TOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present - _STEPS_OFF, present + _STEPS_OFF + 1):
        if secrets.compare_digest(totp.generate_otp(step), given):
            newer = update(FACTOR).where(_mine(person), FACTOR.c.last_step < step)
            return bool(connection.execute(newer.values(last_step=step)).rowcount)
    return False


def _use_recovery_code(connection: Connection, person: int, code: str, now: datetime) -> bool:
    unused = update(RECOVERY).where(
        RECOVERY.c.person_id == person,
        RECOVERY.c.code_hash == hash_of(code),
        RECOVERY.c.used_at.is_(None),
    )
    return bool(connection.execute(unused.values(used_at=now)).rowcount)


def _new_recovery_codes(connection: Connection, person: int) -> tuple[str, ...]:
    connection.execute(delete(RECOVERY).where(RECOVERY.c.person_id == person))
    codes = tuple(random_password() for _ in range(RECOVERY_CODES))
    rows = [{"code_hash": hash_of(code), "person_id": person} for code in codes]
    connection.execute(insert(RECOVERY), rows)
    return codes
