"""The folder of files: bytes called by their SHA-256, `ab/cdef…`, written whole or not at all.

A file is written beside its place, forced to the disk and renamed, and the folder too is forced
to the disk, before anybody writes a row that speaks of it. Files never change; several machines on
one PostgreSQL share one folder.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_FOLDER, _NAME = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{62}")
_PREVIEW = ".preview"
_ARRIVING = "arriving"
_SWEPT = "swept"


def sha256_of(content: bytes) -> str:
    """The name by which bytes are known."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class Files:
    """A folder of files; it comes into being with the first."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Where these bytes lie, if they are there."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError("no SHA-256")
        return self.folder / sha256[:2] / sha256[2:]

    def preview_path(self, sha256: str) -> Path:
        """Where the small picture lies, if there is one."""
        return self.path(sha256).with_suffix(_PREVIEW)

    def small(self, sha256: str) -> bytes | None:
        """The small picture drawn when a photo came; None where there is none."""
        path = self.preview_path(sha256)
        return path.read_bytes() if path.is_file() else None

    def put(self, content: bytes, now: datetime, *, preview: bytes | None = None) -> str:
        """Keep bytes for good; their hash. What is there already is written anew, as new."""
        sha256 = sha256_of(content)
        if preview is not None:
            self._write(self.preview_path(sha256), preview, now)
        self._write(self.path(sha256), content, now)
        return sha256

    def has(self, sha256: str) -> bool:
        """Whether the bytes are there, unread."""
        return self.path(sha256).is_file()

    def read(self, sha256: str) -> bytes | None:
        """The bytes, if they are there."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def is_whole(self, sha256: str) -> bool | None:
        """Whether the bytes there are those of the hash; None when there are none."""
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return None

    def remove(self, sha256: str) -> None:
        """Forget bytes of which no row speaks."""
        self.path(sha256).unlink(missing_ok=True)
        self.preview_path(sha256).unlink(missing_ok=True)

    def hashes(self) -> Iterator[str]:
        """The hashes of all that lies here, unread."""
        for folder in os.listdir(self.folder) if self.folder.is_dir() else ():
            for name in os.listdir(self.folder / folder) if _FOLDER.fullmatch(folder) else ():
                if _NAME.fullmatch(stem := name.removesuffix(_PREVIEW)):
                    yield folder + stem

    def is_older_than(self, sha256: str, then: datetime) -> bool:
        """Whether all that lies there of these bytes came before a moment."""
        there = (self.path(sha256), self.preview_path(sha256))
        return all(_came(path) < then for path in there if path.exists())

    def clear_arriving(self, then: datetime) -> None:
        """Forget what was being written before a moment, and never finished."""
        for path in (self.folder / _ARRIVING).glob("*"):
            if _came(path) < then:
                path.unlink(missing_ok=True)

    def last_swept(self) -> datetime | None:
        """When somebody last looked for orphans here, on whichever machine."""
        try:
            return datetime.fromisoformat((self.folder / _SWEPT).read_text())
        except (OSError, ValueError):
            return None

    def note_swept(self, now: datetime) -> None:
        """Remember that somebody has looked; a note that is lost costs one look more."""
        if self.folder.is_dir():
            (self.folder / _SWEPT).write_text(now.isoformat())

    def _write(self, target: Path, content: bytes, now: datetime) -> None:
        arriving = self.folder / _ARRIVING
        for folder in (arriving, target.parent):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                to_disk(folder.parent)
        temporary = arriving / secrets.token_hex(16)
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.utime(temporary, (now.timestamp(), now.timestamp()))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        to_disk(target.parent)


def _came(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # somebody else was faster
        return datetime.max.replace(tzinfo=UTC)


def put_in_place(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, and force it to the disk: who reads it meanwhile reads what
    it was before. Any number may do so at once, also in containers, where all have one number.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with new.open("xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
    to_disk(file.parent)


def to_disk(folder: Path) -> None:
    """Force what a folder lists to the disk; Windows does it by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
