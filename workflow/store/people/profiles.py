"""How strictly people sign in: two profiles, because two rule books contradict each other.

GB/T 22239-2019 8.1.4.1 a) asks for mixed passwords that are changed regularly; ASVS 5.0 forbids
both (6.2.5, 6.2.10) and asks for length instead. An installation chooses one profile, whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto


class Whom(StrEnum):
    """Of whom a second factor is demanded; everybody else may have one."""

    NOBODY = auto()
    ADMINISTRATORS = auto()
    EVERYBODY = auto()


@dataclass(frozen=True, slots=True)
class Throttle:
    """How failures cost time: `free` of them cost nothing, the next one `first`, each further one
    twice as long, at most `longest`; `forgotten_after` so long without a failure they count no
    more.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgotten_after: timedelta


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of signing in, each a value of its own.

    `shortest_password` is in characters; `kinds` is how many of upper case, lower case, digits and
    other characters it must mix; `earlier` is how many earlier passwords may not come again;
    `longest_age` is None where a password is never changed for its age. `per_account` holds for
    each login name (and for each browser known to belong to somebody), `per_address` for each
    address. `confirmed_for` is how long a confirmation by password or code is fresh enough to sign.
    """

    name: str
    shortest_password: int
    kinds: int
    earlier: int
    longest_age: timedelta | None
    per_account: Throttle
    per_address: Throttle
    idle: timedelta
    longest_session: timedelta
    second_factor: Whom
    confirmed_for: timedelta


_SLOWER = Throttle(5, timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=1))
_LOCK_OUT = Throttle(5, timedelta(minutes=30), timedelta(minutes=30), timedelta(minutes=30))
_BY_ADDRESS = Throttle(30, timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=1))
"""An office shares one address."""

DENGBAO3 = Profile(
    name="dengbao3",
    shortest_password=8,
    kinds=3,
    earlier=5,
    longest_age=timedelta(days=90),
    per_account=_LOCK_OUT,
    per_address=_BY_ADDRESS,
    idle=timedelta(minutes=30),
    longest_session=timedelta(hours=12),
    second_factor=Whom.ADMINISTRATORS,
    confirmed_for=timedelta(minutes=10),
)
"""等级保护三级, GB/T 22239-2019 8.1.4.1 a), b), d), with the figures that assessors look for."""

ASVS = Profile(
    name="asvs",
    shortest_password=15,
    kinds=1,
    earlier=0,
    longest_age=None,
    per_account=_SLOWER,
    per_address=_BY_ADDRESS,
    idle=timedelta(minutes=30),
    longest_session=timedelta(hours=12),
    second_factor=Whom.ADMINISTRATORS,
    confirmed_for=timedelta(minutes=10),
)
"""OWASP ASVS 5.0, level 2: 6.2.1, 6.2.4, 6.2.5, 6.2.10, 6.3.1, 7.3.1, 7.3.2."""

PROFILES: Mapping[str, Profile] = {one.name: one for one in (DENGBAO3, ASVS)}
