"""The child: limits itself, reads a file from its input, answers on its output.

    python -I -m api.inspecting TASK  <file  >answer

The answer is a line of JSON, `{"found": …, "parts": [lengths]}` or `{"refused": sentence, "code":
…}`, and after it the parts.
"""

import io
import json
import sys
from collections.abc import Iterable

from api.inspecting.refusing import BadFile, too_much

MEMORY_BYTES = 512 * 1024 * 1024
TIME_SECONDS = 20


def main(task: str) -> None:
    """Do one task for one file."""
    _limit_ourselves()
    parts: list[bytes] = []
    answer: dict[str, object]
    try:
        found, parts = _do(task, sys.stdin.buffer.read())
        answer = {"found": found, "parts": [len(part) for part in parts]}
    except BadFile as bad:
        answer = _refusal(bad)
    except (MemoryError, RecursionError):
        answer = _refusal(too_much())
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)


def _refusal(bad: BadFile) -> dict[str, object]:
    return {"refused": bad.sentence, "code": bad.code}


def _do(task: str, content: bytes) -> tuple[object, list[bytes]]:
    # imported as needed: a child lives for one file
    if task in ("table", "list"):
        from api.inspecting.tables import MOST_LINES, MOST_ROWS, rows_of

        rows = rows_of(content, MOST_LINES if task == "list" else MOST_ROWS)
        return None, [_as_lines(rows)]
    if task == "preview":
        from api.papers.preview import pdf_of

        return None, [pdf_of(content)]
    if task == "pictures":
        from api.inspecting.sheet_pictures import pictures_of

        return pictures_of(content)
    from api.inspecting.attachments import examined, examined_all

    return examined_all(content) if task == "attachments" else examined(content)


def _as_lines(rows: Iterable[object]) -> bytes:
    """Each row as a line of JSON: a tenth of the room that the rows of a province take as lists."""
    lines = io.BytesIO()
    for row in rows:
        lines.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return lines.getvalue()


def _limit_ourselves() -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows: the parent's time limit and the scans remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_SECONDS, TIME_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing is written anywhere
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(sys.argv[1])
