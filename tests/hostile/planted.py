"""Defects that a careless change could bring, put into a server on purpose: each must be found."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from api.attaching import receive
from workflow import uploads
from workflow.uploads import NewFile

_RECEIVED = "api.rest.attachments.receive"


def no_look_before_unpacking() -> None:
    """Archives are opened without the scan of what is in them, in the server itself."""
    from api.inspecting.__main__ import _do

    def names_only(content: bytes) -> set[str]:
        return set(zipfile.ZipFile(io.BytesIO(content)).namelist())

    patch("api.inspecting.archives.scan", names_only).start()
    patch("api.attaching.ask_child", lambda task, content, _: _do(task, content)).start()


def pages_believe_what_is_typed() -> None:
    """The templates put texts into pages as they are."""
    patch("api.pages.rendering._environment.autoescape", new=False).start()


def files_under_their_own_names() -> None:
    """What is brought is kept under the name it came with."""

    def kept(duban: Any, someone: Any, name: str, content: bytes) -> Any:
        (Path(duban.settings.data) / "files" / name).write_bytes(content)
        return receive(duban, someone, name, content)

    patch(_RECEIVED, kept).start()


def files_kept_before_they_are_looked_into() -> None:
    """A file is kept first, and refused afterwards."""

    def kept(duban: Any, someone: Any, name: str, content: bytes) -> Any:
        new = NewFile(name, "image/jpeg", content)
        for_whom = {"person": someone.person, "most": 10**12, "now": duban.clock()}
        uploads.upload(duban.database, duban.files, new, **for_whom)
        return receive(duban, someone, name, content)

    patch(_RECEIVED, kept).start()


def bodies_of_any_size() -> None:
    """Nobody counts what arrives."""
    patch("api.gatekeeping.limits._most", lambda scope: 2**40).start()


PLANTS: Mapping[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        no_look_before_unpacking,
        pages_believe_what_is_typed,
        files_under_their_own_names,
        files_kept_before_they_are_looked_into,
        bodies_of_any_size,
    )
}
