"""What an attachment really is: by its first bytes, never by its name; runs in the child."""

import json
from collections.abc import Iterator

from api.inspecting import archives, images, pdfs
from api.inspecting.refusing import BadFile

JPEG = "image/jpeg"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OFD = "application/ofd"

_OLD = b"\xd0\xcf\x11\xe0"
_HEART = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX, "OFD.xml": OFD}
"""The part without which an archive is no workbook, no document, no OFD (GB/T 33190)."""


def examined(content: bytes) -> tuple[str, list[bytes]]:
    """The media type, and for a picture the new one and its preview; raises BadFile."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_webp(content):
        return JPEG, list(images.redrawn(content))
    if content.startswith(pdfs.MAGIC):
        pdfs.check_pdf(content)
        return PDF, []
    if content.startswith(archives.MAGIC):
        return _office(content), []
    if content.startswith(_OLD):
        raise BadFile(
            "file_old_format", "这是旧版 doc、xls 或加了密码的文件，请另存为不加密的 docx、xlsx"
        )
    raise BadFile("file_type", "只接收 JPG、PNG、WebP 图片和 PDF、OFD、docx、xlsx 文件")


Examined = tuple[str, int, str, str]
"""Of one file among several: its media type, how many parts were made of it; or why it is refused,
as code and sentence.
"""


def examined_all(content: bytes) -> tuple[list[Examined], list[bytes]]:
    """Several files, each looked at as if it came alone; a line of lengths stands before them."""
    found, made = [], []
    for one in _apart(content):
        try:
            mime, parts = examined(one)
            found.append((mime, len(parts), "", ""))
            made += parts
        except BadFile as bad:
            found.append(("", 0, bad.code, bad.sentence))
    return found, made


def _apart(content: bytes) -> Iterator[bytes]:
    begins = content.index(b"\n") + 1
    for length in json.loads(content[:begins]):
        yield content[begins : begins + length]
        begins += length


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _office(content: bytes) -> str:
    names = archives.scan(content)
    found = {kind for part, kind in _HEART.items() if part in names}
    if len(found) != 1 or (found != {OFD} and "[Content_Types].xml" not in names):
        raise BadFile("file_type", "压缩包里不是 docx、xlsx 或 OFD，没有接收")
    return found.pop()
