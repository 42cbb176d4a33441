"""Numbers that are a person's, found in a text however they were typed: in wide digits, in groups,
with hyphens, dashes, dots or spaces between.

What a document may not say and what a public page hides is the same, so both look here.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

IDENTITY, ACCOUNT, MOBILE = "身份证号", "银行账号", "手机号"
LONG = "号码"
"""As long as one of them, and perhaps something else: a credit code, a document's number."""

_SIGN = r"[ \t\-–—‐‑‒―−.·•・]"  # no line break: a table's cells stand on lines of their own
_GAP = rf"{_SIGN}{{0,3}}"


def _spaced(*signs: str) -> str:
    return _GAP.join(signs)


def _digits(count: int) -> tuple[str, ...]:
    return (r"\d",) * count


_BIRTHDAY = rf"(?:{_spaced('1', '9')}|{_spaced('2', '0')}){_GAP}" + _spaced(
    *_digits(2),
    rf"(?:{_spaced('0', '[1-9]')}|{_spaced('1', '[0-2]')})",
    rf"(?:{_spaced('0', '[1-9]')}|{_spaced('[12]', '[0-9]')}|{_spaced('3', '[01]')})",
)
_GROUPS = (
    *((11,), (3, 8), (7, 4), (3, 4, 4), (4, 3, 4), (4, 4, 3), (3, 3, 5)),
    *((3, 2, 2, 4), (3, 2, 2, 2, 2), (1,) * 11),
)
"""How people split a mobile's number: in any groups whatever, amounts and days would be found."""
_MOBILES = "|".join(
    rf"{_SIGN}{{1,3}}".join(rf"\d{{{size}}}" for size in sizes) for sizes in _GROUPS
)
_YEAR = r"(?:19|20)\d{2}"
_YEARS = rf"(?:{_YEAR}[ -]){{3}}{_YEAR}(?!\d)"
_PATTERNS = {
    IDENTITY: rf"{_spaced('[1-9]', *_digits(5), _BIRTHDAY, *_digits(3), '[0-9Xx]')}(?!\d)",
    ACCOUNT: rf"(?:[3-6]\d{{3}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?"
    rf"|{_spaced('6', '2')}(?:{_GAP}\d){{14,17}})(?!\d)",
    MOBILE: rf"(?:\+?86{_GAP})?(?={_spaced('1', '[3-9]')})(?:{_MOBILES})(?!\d)",
    LONG: r"\d[\dXx]{10,}|\d{6}[ -]\d{8}[ -]?\d{3}[\dXx]"
    rf"|(?!{_YEARS})\d{{4}}(?:[ -]\d{{4}}){{3}}(?:[ -]?\d{{1,3}})?(?!\d)",
}
_NUMBER = re.compile(
    "(?<![0-9])(?:" + "|".join(f"(?P<{kind}>{one})" for kind, one in _PATTERNS.items()) + ")"
)


@dataclass(frozen=True, slots=True)
class Number:
    """Where in the text a number stands, and whose it looks like."""

    start: int
    end: int
    kind: str


def numbers_in(text: str) -> Iterator[Number]:
    """Every number that may be a person's, in the order of the text."""
    for found in _NUMBER.finditer("".join(map(_narrow, text))):
        yield Number(found.start(), found.end(), str(found.lastgroup))


def _narrow(sign: str) -> str:
    """A digit or a sign as a keyboard has it; one for one, so that places stay what they are."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    narrow = unicodedata.normalize("NFKC", sign)
    if len(narrow) != 1 or narrow.isdecimal():
        return sign  # ② and ² are no digit of the number that follows
    return narrow
