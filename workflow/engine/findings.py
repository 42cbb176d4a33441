"""A mistake in a definition before its place in the file is known."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from workflow.engine.sentences import SENTENCES

Path = tuple[str | int, ...]

MOST_NAMES = 40
"""How many names a hint lists; a longer list helps nobody."""

MOST_COMPARED = 500
"""How many names are searched for a similar one; more would take long."""


_KEY = re.compile(r"[\w ./-]*")
"""What could be meant as a key: words, in whatever language, but no piece of an expression."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at a path of the definition, and what would be right."""

    path: Path
    code: str
    problem: str
    hint: str = ""


class Unreadable(ValueError):
    """A value that cannot be read into its type, with findings whose paths begin at that value."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.problem for finding in findings))


def found(code: str, path: Path, hint: str = "", **words: object) -> Finding:
    """The finding `code` at `path`, its sentence completed with `words`."""
    said = {name: short(word) for name, word in words.items()}
    return Finding(path, code, SENTENCES[code].format_map(said), hint)


def unknown(code: str, path: Path, name: str, known: Collection[str]) -> Iterator[Finding]:
    """A finding if `name` is not one of `known`."""
    if name not in known:
        yield found(code, path, nearest(name, known), name=name)


def key_hint(key: str, known: Collection[str]) -> str:
    """The keys that are allowed; where it is a piece of a condition, that this needs quotes."""
    if _KEY.fullmatch(key):
        return nearest(key, known)
    return "花括号里的条件含有逗号时，要把整个条件放进单引号"


def nearest(name: str, known: Collection[str]) -> str:
    """What is allowed, and the nearest right name where there is one."""
    if not known:
        return "这里没有可用的名称"
    listed = sorted(known)
    more = f" 等 {len(listed)} 个" if len(listed) > MOST_NAMES else ""
    allowed = f"允许：{', '.join(listed[:MOST_NAMES])}{more}"
    close = closest(name, known)
    return f"{allowed}；是否想写 {close}？" if close else allowed


def closest(name: str, known: Collection[str]) -> str | None:
    """The one of `known` that `name` was probably meant to be."""
    close = get_close_matches(name[:60], known, n=1) if len(known) <= MOST_COMPARED else []
    return close[0] if close else None


def meant(name: str, known: Collection[str]) -> str | None:
    """The name itself if it is known, else what it was probably meant to be."""
    return name if name in known else closest(name, known)


def short(word: object) -> str:
    """A word as a sentence quotes it: on one line and not too long."""
    text = " ".join(str(word).split())
    return text if len(text) <= 60 else f"{text[:57]}…"
