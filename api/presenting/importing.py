"""The page on which a table is turned into cases."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What became of a row of the file; `errors` are sentences by column."""

    row: int
    ok: bool
    url: str
    number: str
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The form, and once a file was `looked` at or its rows `committed`, what became of them.

    `kept` is the file that the next form sends, in base64; empty when it has to be chosen again.
    """

    workflow: str
    title: str
    template: str
    problem: str
    looked: bool
    committed: bool
    wrong: int
    rows: tuple[ImportRow, ...]
    kept: str
