"""The columns of an office's own ledger: what each may stand for, and the first guess at it, which
a person corrects.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.spreadsheets.reading import Cell, NumberedRow
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput

STATE, OPENED, ENTERED = "state", "opened_on", "entered_on"
MOST_HEADS = 10
"""Among so many rows from the top the heads are looked for: titles stand above them."""

_LIKE = 0.6
"""How alike two names must be to be taken for one another."""
_ALSO = {
    STATE: ("环节", "状态", "销号状态", "整改状态", "办理状态", "是否销号", "是否完成"),
    OPENED: ("登记日期", "立项日期", "交办日期", "交办时间"),
    ENTERED: ("进入现环节日期", "办结日期", "办结时间", "销号日期", "销号时间"),
}
_TITLES = {STATE: "现处环节", OPENED: "登记日期", ENTERED: "进入现环节（办结）日期"}
_SIGNED = {"person": ("人", "签字人", "签字"), "unit": ("单位",), "day": ("日期", "时间")}
_NOISE = re.compile(r"[\s*＊]|[（(][^）)]*[）)]")


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may stand for: `key` says it to programs, `names` are how ledgers call it."""

    key: str
    title: str
    names: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a ledger is read: the row of its heads, what each column stands for by its head, the
    words for states, and the state of rows that say none.
    """

    head: int
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    state: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The reading as it is kept and sent."""
        return {
            "head": self.head,
            "columns": dict(self.columns),
            "words": dict(self.words),
            "state": self.state,
        }

    @classmethod
    def of(cls, plain: object) -> "Reading":
        """The reading that `as_dict` wrote; raises InvalidInput."""
        try:
            assert isinstance(plain, dict)
            head, state = int(plain.get("head", 1)), str(plain.get("state", ""))
            columns, words = (
                {str(key): str(value) for key, value in plain.get(name, {}).items()}
                for name in ("columns", "words")
            )
        except (AssertionError, AttributeError, TypeError, ValueError):
            raise InvalidInput("列的对应关系读不懂，请重新指定") from None
        return cls(head, columns, words, state)


def targets_of(definition: Definition) -> tuple[Target, ...]:
    """All that a column may stand for; raises InvalidInput for a workflow that takes none over."""
    if definition.backfill is None:
        raise InvalidInput(f"“{definition.title}”不接受补录")
    return tuple(_targets(definition))


def _targets(definition: Definition) -> Iterator[Target]:
    spec = definition.backfill
    assert spec is not None
    printed = _printed(definition)
    for name, party in definition.parties.items():
        if party.named or party.choice:
            names = (party.title, f"{party.title}（单位）", *spec.called.get(name, ()))
            needed = not (party.table or party.optional)
            yield Target(f"party.{name}", party.title, (*names, *printed.get(name, ())), needed)
    for key, title in _TITLES.items():
        yield Target(key, title, (title, *_ALSO[key]))
    for name in dict.fromkeys((*spec.needs, *spec.may)):
        fact = definition.facts[name]
        if fact.type not in ("documents", "people"):
            names = (fact.title, *spec.called.get(name, ()), *printed.get(name, ()))
            yield Target(f"fact.{name}", fact.title, names, name in spec.needs)
    for side, sign_off in definition.sign_offs.items():
        for part, words in _SIGNED.items():
            names = tuple(f"{sign_off.title}{word}" for word in words)
            yield Target(f"signed.{side}.{part}", names[0], names)


def _printed(definition: Definition) -> dict[str, list[str]]:
    """How the printed forms of a workflow call its facts and parties: ledgers are such forms."""
    found: dict[str, list[str]] = {}
    for form in definition.printed.values():
        for column in form.columns:
            root, _, rest = (column.shows or "").partition(".")
            if root in ("facts", "parties") and not column.under and not column.of:
                found.setdefault(rest.partition(".")[0], []).append(column.title)
    return found


# The heads


def heads_of(sheet: Sequence[NumberedRow], head: int) -> list[str]:
    """The heads in a row of the file, each once; a column without one is called by its place."""
    cells = next((cells for number, cells in sheet if number == head), [])
    width = max((len(cells) for _, cells in sheet[:200]), default=0)
    heads: list[str] = []
    for at in range(width):
        said = _said(cells[at]) if at < len(cells) else ""
        title = said or f"第 {at + 1} 列"
        while title in heads:
            title += "（又）"
        heads.append(title)
    return heads


def _said(cell: Cell) -> str:
    return " ".join(str(cell if cell is not None else "").split())[:60]


def guess(definition: Definition, sheet: Sequence[NumberedRow]) -> Reading:
    """How a ledger is probably meant to be read."""
    targets = targets_of(definition)
    if not sheet:
        raise InvalidInput("这个文件是空的，请换一个文件")
    exact = {_plain(name): one.key for one in targets for name in reversed(one.names)}
    top = sheet[:MOST_HEADS]
    fitting = [sum(_plain(_said(cell)) in exact for cell in cells) for _, cells in top]
    head = top[fitting.index(max(fitting))][0]
    heads = heads_of(sheet, head)
    known = _words_known(definition)
    columns = _guessed(heads, targets, _saying(sheet, head, heads, known))
    words = {word: known[word] for word in words_said(sheet, head, heads, columns) if word in known}
    return Reading(head, columns, words, "")


def _guessed(heads: Sequence[str], targets: Sequence[Target], state: str | None) -> dict[str, str]:
    """The column of states by what stands in it, exact names, then alike ones; every target is
    taken once.
    """
    found: dict[str, str] = {state: STATE} if state else {}
    for alike in (1.0, _LIKE):
        for head in heads:
            taken = {*found.values()}
            free = [one for one in targets if one.key not in taken]
            best = max(free, key=lambda one: _likeness(head, one), default=None)
            if head not in found and best and _likeness(head, best) >= alike:
                found[head] = best.key
    return found


def _likeness(head: str, target: Target) -> float:
    said = _plain(head)
    ratios = (difflib.SequenceMatcher(None, said, _plain(name)).ratio() for name in target.names)
    return max(ratios, default=0.0) if said else 0.0


def _plain(text: str) -> str:
    return _NOISE.sub("", text)


# The states


def words_said(
    sheet: Sequence[NumberedRow], head: int, heads: Sequence[str], columns: Mapping[str, str]
) -> list[str]:
    """The different words in the column of states, the most frequent first."""
    at = next((at for at, title in enumerate(heads) if columns.get(title) == STATE), None)
    if at is None:
        return []
    counts: dict[str, int] = {}
    for number, cells in sheet:
        if number > head and at < len(cells) and (word := _said(cells[at])):
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))[:60]


def _words_known(definition: Definition) -> dict[str, str]:
    """The words by which ledgers are known to call the states that may be entered."""
    spec = definition.backfill
    known: dict[str, str] = {}
    for state, words in spec.into.items() if spec else ():
        known |= dict.fromkeys((definition.states[state].title, *words), state)
    return known


def _saying(
    sheet: Sequence[NumberedRow], head: int, heads: Sequence[str], known: Mapping[str, str]
) -> str | None:
    """The head of the first column most of whose cells say a state."""
    below = [cells for number, cells in sheet if number > head][:200]
    for at, title in enumerate(heads):
        said = [word for cells in below if at < len(cells) and (word := _said(cells[at]))]
        if said and sum(word in known for word in said) * 2 > len(said):
            return title
    return None
