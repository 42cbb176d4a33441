"""The parent's side: hand a file to a child, wait for what it says, never longer than agreed."""

import json
import logging
import os
import subprocess
import sys
from typing import Any

from api.inspecting.places import Places
from api.inspecting.refusing import BadFile, too_much

TIME_SECONDS = 30
"""By the wall; a child's processor time is limited more tightly, see `__main__`."""

_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""All that a child is told of its environment: settings hold passwords."""

_places = Places()
_log = logging.getLogger("duban.inspecting")


def ask_child(task: str, content: bytes, person: int | None = None) -> tuple[Any, list[bytes]]:
    """What a child found: plain values, and bytes it has made; raises BadFile, TooBusy. `person` is
    for whom, where it is somebody's.
    """
    with _places.taken(person):
        said = _run(task, content)
    return _understood(said)


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
