"""补录: an office's own ledger, how its columns are read, and what would become of every row."""

from dataclasses import dataclass

from api.presenting.fields import Option


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the file: its head, an example, and what it may stand for."""

    field: str
    head: str
    example: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class WordChoice:
    """A word in the column of states, and the states it may mean."""

    field: str
    word: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class PastLine:
    """What would become of a row; `left_out` tells of pictures in it that are not kept."""

    row: int
    ok: bool
    said: str
    errors: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file taken over before, and where it is undone; empty where it was."""

    file: str
    who: str
    when: str
    lines: int
    undo: str
    undone: str


@dataclass(frozen=True, slots=True)
class BackfillPage:
    """The form in its steps: choose a file, say how it is read, take it over.

    `kept` is the file in the page, empty where it is too large to stay there. `pictures` are those
    kept, `left_out` the rows of which some are not, `elsewhere` those that lie on no row,
    `unplaced` what is said of those that lie nobody can say where.
    """

    workflow: str
    title: str
    problem: str = ""
    done: str = ""
    file: str = ""
    kept: str = ""
    head: int = 0
    columns: tuple[ColumnChoice, ...] = ()
    words: tuple[WordChoice, ...] = ()
    states: tuple[Option, ...] = ()
    readings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    lines: tuple[PastLine, ...] = ()
    total: int = 0
    wrong: int = 0
    pictures: int = 0
    left_out: int = 0
    elsewhere: int = 0
    unplaced: str = ""
    skipped: str = ""
    ready: bool = False
    taken: tuple[TakenFile, ...] = ()
