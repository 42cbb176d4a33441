"""Files to bring: honest pictures, PDFs and Office files, small."""

import io
import zipfile
from collections.abc import Mapping

from PIL import Image

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
DOCUMENT = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>已整改</w:t></w:r></w:p></w:body></w:document>"
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def picture(
    size: tuple[int, int] = (64, 48),
    kind: str = "JPEG",
    colour: str = "teal",
    **more: object,
) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


def photographed(orientation: int = 6) -> bytes:
    """A picture with what cameras write into it: a place, an owner, a serial number."""
    image = Image.new("RGB", (64, 48), "teal")
    exif = image.getexif()
    exif[0x0112] = orientation
    exif[0x013B] = "OWNER-NAME"
    exif[0xA431] = "SERIAL-4711"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip archive with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return out.getvalue()


def docx(**parts: str | bytes) -> bytes:
    """A Word file; further parts by name, `__` for a slash and `_dot_` for a point."""
    more = {n.replace("__", "/").replace("_dot_", "."): body for n, body in parts.items()}
    return archive(
        {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": DOCUMENT} | dict(more)
    )
