"""The parent's side: hand a file to a child, wait for what it says, never longer than agreed."""

import json
import logging
import os
import subprocess
import sys
import threading
from typing import Any

from api.inspecting.refusing import BadFile, too_much
from workflow.engine.errors import Refusal

TIME_SECONDS = 30
"""By the wall; a child's processor time is limited more tightly, see `__main__`."""

MOST_AT_ONCE = 2
LONGEST_WAIT_SECONDS = 30

_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""All that a child is told of its environment: settings hold passwords."""

_places = threading.BoundedSemaphore(MOST_AT_ONCE)
_log = logging.getLogger("duban.inspecting")


class TooBusy(Refusal):
    """Too many files are being looked into at this moment."""

    code = "too_busy"


def ask_child(task: str, content: bytes) -> tuple[Any, list[bytes]]:
    """What a child found: plain values, and bytes it has made; raises BadFile, TooBusy."""
    if not _places.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise TooBusy("同时上传的文件太多，请过一会儿再试")
    try:
        return _understood(_run(task, content))
    finally:
        _places.release()


def _run(task: str, content: bytes) -> bytes:
    command = [sys.executable, "-I", "-m", "api.inspecting", task]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(
            command,
            input=content,
            capture_output=True,
            timeout=TIME_SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:  # it has been killed
        raise too_much() from None
    if done.returncode:  # killed by a limit, or worse: no file is worth more than a line in the log
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        _log.warning("a child that looked into a file ended with %s: %s", done.returncode, last)
        raise too_much()
    return done.stdout


def _understood(said: bytes) -> tuple[Any, list[bytes]]:
    begins = said.index(b"\n") + 1
    answer = json.loads(said[:begins])
    if "refused" in answer:
        raise BadFile(answer["code"], answer["refused"])
    parts = []
    for length in answer["parts"]:
        parts.append(said[begins : begins + length])
        begins += length
    return answer["found"], parts
