"""SQLite's own way to the disk, with somebody in between who may fail, or die, at each write, sync,
truncation and removal.

It is SQLite's interface for this (https://www.sqlite.org/vfs.html): whoever opens a file is handed
one whose methods ask first. A write counts twice, before it and half-way, as a page may be torn.
"""

import ctypes
import errno
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast
from typing import Any

from pysqlite3 import _sqlite3

Ask = Callable[[str], None]
"""Told of what is about to be done; raises OSError where it cannot be."""

_FULL = 13
_IOERR = {"write": 778, "sync": 1034, "truncate": 1546, "remove": 2570}

_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_OPEN = CFUNCTYPE(
    c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p
)  # it keeps the name's address
_REMOVE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)


class _Methods(Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", c_void_p),
        ("truncate", c_void_p),
        ("sync", c_void_p),
        ("others", c_void_p * 13),
    )


class _File(Structure):
    """sqlite3_file."""

    _fields_ = (("methods", POINTER(_Methods)),)


class _Vfs(Structure):
    """sqlite3_vfs as far as it is needed."""

    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
        ("remove", c_void_p),
    )


_kept: list[Any] = []
"""What SQLite may still call: a file keeps its methods until it is closed."""


def step_between(ask: Ask) -> Callable[[], None]:
    """Have whatever is opened from now on ask first, until the function that is returned is called;
    what is open already does not ask.
    """
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    proper_open, proper_remove = vfs.open, vfs.remove
    asking: dict[int, Any] = {}  # by the address of the methods that they stand for

    def open_(vfs: int, name: int, file: int, flags: int, out: int) -> int:
        code = _OPEN(proper_open)(vfs, name, file, flags, out)
        opened = cast(file, POINTER(_File)).contents
        if code == 0 and opened.methods:
            at = ctypes.addressof(opened.methods.contents)
            if at not in asking:
                asking[at] = ctypes.pointer(_asking(opened.methods.contents, ask))
            opened.methods = asking[at]
        return int(code)

    def remove(vfs: int, name: int, sync: int) -> int:
        return _tried("remove", ask, lambda: _REMOVE(proper_remove)(vfs, name, sync))

    ours = _OPEN(open_), _REMOVE(remove)
    _kept.append((ours, asking))
    vfs.open, vfs.remove = (cast(one, c_void_p).value for one in ours)

    def step_aside() -> None:
        vfs.open, vfs.remove = proper_open, proper_remove

    return step_aside


def _asking(proper: _Methods, ask: Ask) -> _Methods:
    """The methods of a file, which ask first."""

    def write(file: int, data: int, size: int, offset: int) -> int:
        half = size // 2
        put = _WRITE(proper.write)
        code = _tried("write", ask, lambda: put(file, data, half, offset))
        if code == 0:
            rest = data + half, size - half, offset + half
            code = _tried("write", ask, lambda: put(file, *rest))
        return code

    def truncate(file: int, size: int) -> int:
        return _tried("truncate", ask, lambda: _TRUNCATE(proper.truncate)(file, size))

    def sync(file: int, flags: int) -> int:
        return _tried("sync", ask, lambda: _SYNC(proper.sync)(file, flags))

    ours = _WRITE(write), _TRUNCATE(truncate), _SYNC(sync)
    made = _Methods.from_buffer_copy(proper)
    made.write, made.truncate, made.sync = (cast(one, c_void_p).value for one in ours)
    _kept.append((ours, proper))
    return made


def _tried(what: str, ask: Ask, do: Callable[[], int]) -> int:
    """SQLite's code for what was done, or why it could not be."""
    try:
        ask(what)
    except OSError as error:
        return _FULL if error.errno == errno.ENOSPC else _IOERR[what]
    return int(do())
