"""Telephone numbers and mail addresses as everybody but their owner reads them.

    masked("13812341234")        138****1234
    masked("zhang@example.org")  zh***@example.org

Enough stays to tell two apart and to see a slip of the pen; the domain is an office's, not a
person's.
"""

import re

_MAIL = re.compile(r"[^\s<>\"',;:()（），；：。“”]+@[A-Za-z0-9.-]+")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")


def masked(address: str) -> str:
    """A telephone number, in whatever form, or a mail address with its middle hidden."""
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[: 2 if len(local) > 3 else 1]}***@{domain}"
    digits = re.sub(r"\D", "", address)
    if len(digits) < 11:  # a land line's number: two digits tell enough
        return f"****{digits[-2:]}" if len(digits) > 4 else "****"
    return f"{digits[-11:-8]}****{digits[-4:]}"


def masked_in(text: str) -> str:
    """A text with every mobile number and mail address in it masked: what a provider or a library
    said of them.
    """
    if "@" in text:
        text = _MAIL.sub(lambda found: masked(found[0]), text)
    return _MOBILE.sub(lambda found: masked(found[0]), text)
