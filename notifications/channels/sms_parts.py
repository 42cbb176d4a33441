"""How a text becomes short messages: how many, and where it is cut.

Chinese goes as UCS-2: 70 units in a single message, 67 in each part of a longer one; a character
outside the basic plane (emoji, rare names) is two units and is never cut in half.
"""

SINGLE_UNITS, PART_UNITS = 70, 67
SINGLE_PLAIN, PART_PLAIN = 160, 153

SHORTEST_HEADLINE = 8
"""Characters of what a case is about that remain, whatever room there is."""

# The characters that ASCII and the GSM alphabet give the same number. The others of either one
# ("@" and "_" among them) arrive wrong at some providers, so a text with them goes as UCS-2.
_PLAIN = frozenset(
    "\n\r !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


def short(text: str, longest: int) -> str:
    """At most so many characters, the last an ellipsis where something was cut."""
    if len(text) <= longest:
        return text
    return text[: longest - 1] + "…" if longest > 0 else ""


def units_in(text: str) -> int:
    """How long a text is for a telephone that reads Chinese."""
    return sum(map(_units, text))


def is_plain(text: str) -> bool:
    """Whether the text can go in the 7-bit alphabet."""
    return _PLAIN.issuperset(text)


def count_parts(text: str) -> int:
    """How many short messages the text costs; an empty text costs one."""
    return len(split_parts(text))


def split_parts(text: str) -> list[str]:
    """Cut the text into short messages."""
    plain = is_plain(text)
    single, part = (SINGLE_PLAIN, PART_PLAIN) if plain else (SINGLE_UNITS, PART_UNITS)
    if units_in(text) <= single:
        return [text]
    return _cut(text, part)


def _cut(text: str, most_units: int) -> list[str]:
    parts, start, used = [], 0, 0
    for position, char in enumerate(text):
        if used + _units(char) > most_units:
            parts.append(text[start:position])
            start, used = position, 0
        used += _units(char)
    return [*parts, text[start:]]


def _units(char: str) -> int:
    return 2 if ord(char) > 0xFFFF else 1
