"""Whether a password may be chosen: long enough, mixed as the profile asks, and not guessed early.

How early a password is guessed says zxcvbn: it brings the lists of common passwords and names,
knows rows of the keyboard and letters written as digits, and asks nobody.
"""

import re

from workflow.engine.errors import Refusal
from workflow.store.people.profiles import Profile

LONGEST_PASSWORD = 200
_LOOKED_AT = 64
"""Characters of a password that its strength is judged by; more would only take time."""

_LEAST_SCORE = 3
"""Of 4: more than 10^8 guesses, far beyond what throttling lets anybody try."""

_OURS = (
    "duban", "督办", "admin", "gov", "mima", "woaini", "aini", "520", "1314", "5201314", "1314520",
    "baobei", "zhongguo", "beijing", "renmin", "zhengfu", "fupin", "xiangcun", "zhenxing",
    "yuanyuan", "xiaoxiao", "laopo", "laogong", "asdf1234", "qwe123", "abc123", "aa123456",
)  # fmt: skip
"""What passwords are made of here; the lists of zxcvbn know English."""

_WORDS = re.compile(r"[^\W\d_]{3,}")
_DIGITS = "零一两三四"


class WeakPassword(Refusal):
    """A password that may not be chosen."""

    code = "weak_password"


def check_password(profile: Profile, password: str, *, about: tuple[str, ...]) -> None:
    """Raise WeakPassword with everything a password lacks in one sentence.

    `about` is what others know of its owner: login name, name.
    """
    if len(password) > LONGEST_PASSWORD or not password.isprintable():
        raise WeakPassword(f"口令应为可见字符，不超过 {LONGEST_PASSWORD} 个")
    if missing := _missing(profile, password):
        raise WeakPassword(f"口令不合要求：{'，'.join(missing)}")
    if any(part and part.lower() in password.lower() for part in about):
        raise WeakPassword("口令里不能有自己的登录名或姓名")
    if _score(password, about) < _LEAST_SCORE:
        raise WeakPassword("这个口令太常见、容易被猜中，请换一个")


def rules_of(profile: Profile) -> str:
    """What a password needs, said before somebody types it."""
    mixed = f"，含大写字母、小写字母、数字、其他字符中的{_DIGITS[profile.kinds]}种"
    return f"至少 {profile.shortest_password} 个字符{mixed if profile.kinds > 1 else ''}"


def _missing(profile: Profile, password: str) -> list[str]:
    missing = []
    if (short := profile.shortest_password - len(password)) > 0:
        missing.append(f"至少 {profile.shortest_password} 个字符，还差 {short} 个")
    if _kinds(password) < profile.kinds:
        missing.append(
            f"大写字母、小写字母、数字、其他字符要有{_DIGITS[profile.kinds]}种，"
            f"现在只有{_DIGITS[_kinds(password)]}种"
        )
    return missing


def _kinds(password: str) -> int:
    """How many kinds of characters are mixed; Chinese characters are of the last."""
    return len({_kind(character) for character in password})


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isupper():
        return "upper"
    return "lower" if character.islower() else "other"


def _score(password: str, about: tuple[str, ...]) -> int:
    from zxcvbn import zxcvbn  # its lists are 12 MiB, and wanted only where a password is chosen

    parts = [word for text in about for word in _WORDS.findall(text)]
    return int(zxcvbn(password[:_LOOKED_AT], user_inputs=[*about, *parts, *_OURS])["score"])
