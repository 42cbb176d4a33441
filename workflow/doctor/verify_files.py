"""Verify a folder of attachments against a dump of Duban, on any machine and without Duban.

    python3 verify_files.py dump.jsonl files/

A history holds the SHA-256 of every attachment that it accepted, and the bytes lie at `ab/cdef…` of
the folder. For each that is lost or changed the row that accepted it is named, and the exit code is
1. Whether the dump itself can be believed is `verify.py`'s question: ask it first.

This file needs Python 3.9 or newer and nothing else.
"""

from __future__ import annotations  # an auditor's Python may be an older one

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Row = Mapping[str, Any]

_REFERENCE = {"id", "name", "sha256", "size"}
_PART = 1 << 20


class Lost(NamedTuple):
    """An attachment whose bytes are not there, or are others: the row that accepted it."""

    case: int
    row: int
    wrong: str


def verify_files(lines: Iterable[Row], folder: Path) -> Iterator[Lost]:
    """Every attachment of the histories in a dump that the folder does not hold as accepted."""
    for line in lines:
        if line["row"] == "history" and '"sha256"' in line["inputs"]:
            for one in _references(json.loads(line["inputs"])):
                if wrong := _wrong_bytes(folder, one["sha256"]):
                    yield Lost(line["case_id"], line["seq"], f"附件“{one['name']}”的内容{wrong}")


def _references(inputs: Row) -> Iterator[Row]:
    for key in ("issued", "sealed"):  # documents, and those that came back under a seal
        if key in inputs:
            yield inputs[key]["file"]
    for value in inputs.get("facts", {}).values():
        for one in value if isinstance(value, list) else ():
            if isinstance(one, dict) and set(one) == _REFERENCE:
                yield one


def _wrong_bytes(folder: Path, sha256: str) -> str | None:
    found = hashlib.sha256()
    try:
        with (folder / sha256[:2] / sha256[2:]).open("rb") as opened:
            for part in iter(lambda: opened.read(_PART), b""):
                found.update(part)
    except OSError:
        return "丢失"
    return None if found.hexdigest() == sha256 else "被改动"


def main(arguments: Sequence[str] | None = None) -> int:
    """The program: 0 when nothing is wrong, 1 when something is."""
    parser = argparse.ArgumentParser(description="对照督办导出的历史，验证附件的内容")
    parser.add_argument("dump", type=Path, help="duban dump 导出的文件")
    parser.add_argument("folder", type=Path, help="附件所在的文件夹")
    given = parser.parse_args(arguments)
    with given.dump.open(encoding="utf-8") as opened:
        lost = list(verify_files(map(json.loads, opened), given.folder))
    for case, row, wrong in lost:
        sys.stdout.write(f"✗ 事项 {case} 历史第 {row} 行：{wrong}\n")
    sys.stdout.write(f"附件：有 {len(lost)} 处不符\n" if lost else "附件：一切相符\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
