"""Zip archives, looked through before anything opens them: what is in them, and how much.

Office files (xlsx, docx, ofd) are zip archives of XML. What an honest one never holds is refused:
too many parts or too much in them, encryption, document type declarations, links that fetch
something from elsewhere, macros, objects of other programs, names that lead out of a folder.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator

from api.inspecting.refusing import BadFile, too_much, unreadable

MAGIC = b"PK\x03\x04"
MOST_PARTS = 1000
LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 100
_SMALL = 1024 * 1024
"""Below this nothing is a bomb, however well it is packed."""

_AGAIN = "请用 Excel、WPS 或 Word 另存一次后再试"
_ODD_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")
_MACROS = re.compile(r"(^|/)vbaProject[^/]*\.bin$|(^|/)macrosheets/", re.IGNORECASE)
_OBJECTS = re.compile(r"(^|/)(activeX|embeddings|externalLinks)/", re.IGNORECASE)
_PACKAGE = re.compile(r"/embeddings/[^/]+\.(xlsx|docx)$", re.IGNORECASE)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE)
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']\s*External", re.IGNORECASE)
_CLICKED = re.compile(
    rb"(?=.*Type\s*=\s*[\"'][^\"']*/hyperlink[\"'])"
    rb"(?=.*Target\s*=\s*[\"'](?:https?://|mailto:)[^\"'\\]*[\"'])",
    re.DOTALL | re.IGNORECASE,
)
"""A link somebody may click on; it fetches nothing by itself."""


def scan(content: bytes, *, inside: bool = False) -> set[str]:
    """The names of an Office archive's parts; raises BadFile. `inside` is one within another."""
    parts = _directory(content)
    _check_names(parts)
    unpacked = 0
    for part in parts:
        if part.flag_bits & 0x41:
            raise BadFile("file_locked", "文件加了密码，请去掉密码后再试")
        room = max(min(LARGEST_UNPACKED, MOST_RATIO * len(content)), _SMALL) - unpacked
        body = _unpacked(content, part, room)
        unpacked += len(body)
        _check_part(part.filename, body, inside=inside)
    return {part.filename for part in parts}


def _directory(content: bytes) -> list[zipfile.ZipInfo]:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise unreadable(_AGAIN) from None
    if len(parts) > MOST_PARTS:
        raise too_much()
    return parts


def _check_names(parts: Collection[zipfile.ZipInfo]) -> None:
    names = [part.orig_filename for part in parts]
    links = any(stat.S_ISLNK(part.external_attr >> 16) for part in parts)
    if links or any(_ODD_NAME.search(name) for name in names):
        raise BadFile("file_odd_names", f"文件里有不正常的路径，没有接收；{_AGAIN}")
    if len({name.casefold() for name in names}) < len(names):
        raise BadFile("file_odd_names", f"文件里有重名的部分，没有接收；{_AGAIN}")
    if any(_MACROS.search(name) for name in names):
        raise BadFile("file_macros", "文件里有宏，没有接收；请另存为不含宏的 xlsx 或 docx")


def _unpacked(content: bytes, part: zipfile.ZipInfo, room: int) -> bytes:
    """What a part unpacks to, whatever its header says; raises BadFile when it is more than
    `room`.
    """
    head = content[part.header_offset : part.header_offset + 30]
    if len(head) < 30 or not head.startswith(MAGIC):
        raise unreadable(_AGAIN)
    lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    begin = part.header_offset + 30 + lengths
    packed = content[begin : begin + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        body = packed
    elif part.compress_type == zipfile.ZIP_DEFLATED:
        body = b"".join(_inflated(packed, room))
    else:
        raise unreadable(_AGAIN)
    if len(body) > room:
        raise too_much()
    if zlib.crc32(body) != part.CRC:
        raise unreadable(_AGAIN)
    return body


def _inflated(packed: bytes, room: int) -> Iterator[bytes]:
    inflate, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        while not inflate.eof and size <= room:
            out = inflate.decompress(packed, 1024 * 1024)
            packed = inflate.unconsumed_tail
            size += len(out)
            yield out
            if not out and not packed:
                return
    except zlib.error:
        raise unreadable(_AGAIN) from None


def _check_part(name: str, body: bytes, *, inside: bool) -> None:
    lower = name.lower()
    if body.startswith(MAGIC):
        if inside or not _PACKAGE.search("/" + name):
            raise BadFile("file_embedded", "文件里嵌着别的文件，没有接收；请删去后再试")
        scan(body, inside=True)
    elif _OBJECTS.search(name) and not lower.endswith((".rels", ".xml")):
        raise BadFile("file_embedded", "文件里嵌着别的程序的对象，没有接收；请删去后再试")
    elif lower.endswith((".xml", ".rels", ".vml")) or lower.startswith("[content_types]"):
        _check_xml(lower, body)


def _check_xml(name: str, body: bytes) -> None:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        body = body.decode("utf-16", "replace").encode()
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", body, re.IGNORECASE):
        raise BadFile("file_entities", f"文件里有不该有的实体声明，没有接收；{_AGAIN}")
    if name.startswith("[content_types]") and b"macroenabled" in body.lower():
        raise BadFile("file_macros", "文件里有宏，没有接收；请另存为不含宏的 xlsx 或 docx")
    if name.endswith(".rels"):
        for relation in _RELATION.findall(body):
            if _EXTERNAL.search(relation) and not _CLICKED.search(relation):
                raise BadFile(
                    "file_external",
                    "文件引用了外部的内容（模板、图片或别的工作簿），没有接收；请断开链接后再试",
                )
