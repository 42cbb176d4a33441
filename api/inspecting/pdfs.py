"""PDF files: whole, readable without a password, and with nothing in them that acts.

This looks, it does not interpret: names are compared after their escapes are undone, in the file
and in what its object streams unpack to. What slips through is still only ever downloaded.
"""

import re
import zlib
from collections.abc import Iterator

from api.inspecting.archives import LARGEST_UNPACKED
from api.inspecting.refusing import BadFile, too_much, unreadable

MAGIC = b"%PDF-"

_ACTS = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)(?![A-Za-z0-9])"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS = b"/ObjStm"
_BEGIN = re.compile(rb"stream\r?\n")
_END = b"endstream"
_FARTHEST = 400
"""Bytes between the type of a stream and its beginning."""


def check_pdf(content: bytes) -> None:
    """Raise BadFile for a PDF that is not taken."""
    if b"%%EOF" not in content[-2048:] or b"PK\x05\x06" in content[-66000:]:
        raise unreadable("PDF 不完整或夹带了别的内容，请另存一次后再试")
    if re.search(rb"/Encrypt\b", content):
        raise BadFile("file_locked", "PDF 加了密码或限制，请去掉后再试")
    for body in (content, *_object_streams(content)):
        if _ACTS.search(_ESCAPE.sub(_unescaped, body)):
            raise BadFile("pdf_active", "PDF 里有脚本、附件或会自动执行的内容，请打印成 PDF 后再试")


def _unescaped(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 16)])


def _object_streams(content: bytes) -> Iterator[bytes]:
    room = LARGEST_UNPACKED
    for stream in _streams(content):
        try:
            body = zlib.decompressobj().decompress(stream, room + 1)
        except zlib.error:
            continue  # packed in another way: seldom, and no reader of ours opens it
        room -= len(body)
        if room < 0:
            raise too_much()
        yield body


def _streams(content: bytes) -> Iterator[bytes]:
    """The packed object streams, found in one walk: a file of nothing but beginnings takes no
    longer than any other.
    """
    at = 0
    while (at := content.find(_OBJECTS, at)) >= 0:
        begin = _BEGIN.search(content, at, at + _FARTHEST)
        at += len(_OBJECTS)
        if begin is None:
            continue
        end = content.find(_END, begin.end())
        if end < 0:
            return
        yield content[begin.end() : end]
        at = end
