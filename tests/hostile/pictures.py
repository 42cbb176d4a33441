"""Pictures: huge, broken, two things at once, with more in them than can be seen."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.api.files import PDF, archive, photographed, picture
from tests.hostile.corpus import TAKEN, Content, Hostile, as_attachment, files

_PNG = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def _png(width: int, height: int, *more: bytes, depth: int = 1, colour: int = 0) -> bytes:
    """A black picture of any size; what it unpacks to is nowhere whole."""
    pack, channels = zlib.compressobj(6), {0: 1, 2: 3, 6: 4}[colour]
    size = height * (1 + (width * depth * channels + 7) // 8)
    rows = [pack.compress(bytes(min(2**20, size - at))) for at in range(0, size, 2**20)]
    rows.append(pack.flush())
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"".join(
        (_PNG, _chunk(b"IHDR", head), *more, _chunk(b"IDAT", b"".join(rows)), _chunk(b"IEND", b""))
    )


def _declared(width: int, height: int) -> bytes:
    """A small picture that says it is another size."""
    content = _png(8, 8)
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return _PNG + head + content[8 + len(head) :]


def _jpeg_declared(width: int, height: int) -> bytes:
    content = bytearray(picture())
    at = content.find(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def _frames(count: int) -> bytes:
    """An animation."""
    moving = [_chunk(b"acTL", struct.pack(">II", count, 0))]
    control = struct.pack(">IIIIIHHBB", 0, 8, 8, 0, 0, 1, 10, 0, 0)
    moving += [_chunk(b"fcTL", control) for _ in range(count)]
    return _png(8, 8, *moving)


def _text_bomb() -> bytes:
    """300 MB of text beside a picture."""
    pack = zlib.compressobj(9)
    text = b"".join(pack.compress(b" " * 2**20) for _ in range(300)) + pack.flush()
    return _png(8, 8, _chunk(b"zTXt", b"Comment\x00\x00" + text))


def _profile_bomb() -> bytes:
    pack = zlib.compressobj(9)
    profile = b"".join(pack.compress(bytes(2**20)) for _ in range(100)) + pack.flush()
    return _png(8, 8, _chunk(b"iCCP", b"x\x00\x00" + profile))


def _exif(value: int) -> bytes:
    out, image = io.BytesIO(), Image.new("RGB", (64, 48), "teal")
    exif = image.getexif()
    exif[0x0112] = value
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _of(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, kind)
    return out.getvalue()


def _with_app1(body: bytes) -> bytes:
    """A JPEG with a segment of somebody else's."""
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + picture()[2:]


def _loop_in_exif() -> bytes:
    """A directory of tags whose next directory is itself."""
    tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<HHHIII", 1, 0x8769, 4, 1, 8, 8)
    return _with_app1(b"Exif\x00\x00" + tiff)


def _cut(content: bytes) -> Iterator[tuple[str, tuple[Content, str]]]:
    for share in (0.3, 0.5, 0.7):
        yield f"cut after {share:.0%}", (content[: int(len(content) * share)], "file_unreadable")


_SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
_PAGE = b"<html><script>alert(1)</script></html>"

TABLE: dict[str, tuple[Content, str]] = {
    "400 million pixels": (lambda: _png(20_000, 20_000), "image_too_large"),
    "169 million pixels": (lambda: _png(13_000, 13_000), "image_too_large"),
    "41 million pixels in four colours": (
        lambda: _png(8200, 5000, depth=8, colour=6), "image_too_large"),
    "36 million pixels of 16 bits": (
        lambda: _png(6000, 6000, depth=16, colour=2), f"{TAKEN}|file_too_much|file_unreadable"),
    "one row, 30 million wide": (lambda: _png(30_000_000, 1), f"{TAKEN}|file_unreadable"),
    "one column, 30 million high": (
        lambda: _png(1, 30_000_000), f"{TAKEN}|file_unreadable|file_too_much"),
    "a size of 2³¹": (_declared(2**31 - 1, 2**31 - 1), "image_too_large"),
    "a size of nothing": (_declared(0, 0), "file_unreadable"),
    "a size with less in it": (_declared(6000, 6000), "file_unreadable"),
    "a JPEG of 65,535 by 65,535": (_jpeg_declared(65_535, 65_535), "image_too_large"),
    "a JPEG of 6,000 by 6,000 with 64 by 48 in it": (
        _jpeg_declared(6000, 6000), f"{TAKEN}|file_unreadable"),
    "a JPEG of no height": (_jpeg_declared(64, 0), "file_unreadable"),
    "10,000 frames": (lambda: _frames(10_000), f"{TAKEN}|file_unreadable"),
    "2³² frames": (_png(8, 8, _chunk(b"acTL", b"\xff" * 8)), f"{TAKEN}|file_unreadable"),
    "300 MB of text": (_text_bomb, f"{TAKEN}|file_unreadable|file_too_much"),
    "100 MB of colour profile": (_profile_bomb, f"{TAKEN}|file_unreadable|file_too_much"),
    "orientation 9": (_exif(9), TAKEN),
    "orientation 65,535": (_exif(65_535), TAKEN),
    "a place and an owner": (photographed(), TAKEN),
    "tags that lead back to themselves": (_loop_in_exif(), f"{TAKEN}|file_unreadable"),
    "tags that are rubbish": (_with_app1(b"Exif\x00\x00" + b"\xff" * 200), TAKEN),
    "a script in XMP": (
        _with_app1(b"http://ns.adobe.com/xap/1.0/\x00" + _SCRIPT), TAKEN),
    "a page behind it": (picture() + _PAGE, TAKEN),
    "a page in its comment": (
        b"\xff\xd8\xff\xfe" + struct.pack(">H", len(_PAGE) + 2) + _PAGE + picture()[2:], TAKEN),
    "an archive behind it": (picture() + archive({"a.txt": "x"}), TAKEN),
    "a PDF behind it": (picture() + PDF, TAKEN),
    "a script called PNG": (_SCRIPT, "file_type"),
    "a script behind PNG's first bytes": (_PNG + _SCRIPT, "file_unreadable"),
    "a page behind JPEG's first bytes": (b"\xff\xd8\xff" + _PAGE, "file_unreadable"),
    "a page behind GIF's first bytes": (b"GIF89a/*" + _PAGE + b"*/", "file_type"),
    "a GIF": (_of("GIF"), "file_type"),
    "a TIFF": (_of("TIFF"), "file_type"),
    "a TIFF that leads back to itself": (
        b"II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00", "file_type"),
    "a bitmap": (_of("BMP"), "file_type"),
    "an icon": (_of("ICO"), "file_type"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (w) file\n", "file_type"),
    "a video called WebP": (b"RIFF\x00\x00\x00\x00AVI LIST", "file_type"),
    "WebP without a picture": (b"RIFF\x04\x00\x00\x00WEBP", "file_unreadable"),
    "WebP that says it is 4 GB": (b"RIFF\xff\xff\xff\xffWEBPVP8 ", "file_unreadable"),
    "a chunk of 2 GB": (_PNG + b"\x7f\xff\xff\xffIDAT", "file_unreadable"),
    "ImageMagick's language": (b"push graphic-context\nimage over 0,0 0,0 '|id'\n", "file_type"),
    "nothing": (b"", "file_empty"),
    "one byte": (b"\xff", "file_type"),
    "a program": (b"MZ" + bytes(500), "file_type"),
    "a shell script": (b"#!/bin/sh\nid\n", "file_type"),
    "21 MB": (lambda: picture() + bytes(20 * 2**20), "file_too_large"),
    **{f"a PNG {name}": one for name, one in _cut(picture(kind="PNG"))},
    **{f"a JPEG {name}": one for name, one in _cut(picture())},
    **{f"a WebP {name}": one for name, one in _cut(picture(kind="WEBP"))},
}  # fmt: skip

INPUTS: list[Hostile] = files("picture", TABLE, as_attachment)
