"""Zip archives that are, or say they are, Office files."""

import io
import stat
import struct
import zipfile
import zlib

from tests.api.files import CONTENT_TYPES, DOCUMENT, archive, docx
from tests.api.sheets import HEADER, ROW, far_corners, many_parts, xlsx
from tests.hostile.corpus import Content, Hostile, as_attachment, as_table, files

_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def _related(kind: str, target: str, mode: str = "External") -> bytes:
    """A document with a relation to elsewhere."""
    text = _RELATIONS.format(kind=_KIND + kind, target=target, mode=mode)
    return docx(word___rels__document_dot_xml_dot_rels=text)


def _big(size: int) -> bytes:
    """Spaces in a row, deflated a megabyte at a time: nobody here holds them all."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = b" " * 2**20
    return b"".join(pack.compress(block) for _ in range(size // 2**20)) + pack.flush()


def _entry(name: str, packed: bytes, size: int, crc: int = 0) -> bytes:
    """An archive of one deflated part, by hand."""
    raw = name.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed), size, len(raw), 0)
    local = b"PK\x03\x04" + common + raw + packed
    central = b"PK\x01\x02" + b"\x14\x00" + common + bytes(10) + bytes(4) + raw
    tail = struct.pack("<4xHHIIH", 1, 1, len(central), len(local), 0)
    return local + central + b"PK\x05\x06" + tail


def _bomb(said: int | None = None) -> bytes:
    size = 300 * 2**20
    return _entry("word/document.xml", _big(size), size if said is None else said)


def _special(name: str, mode: int = 0, **more: str) -> bytes:
    """A document with one more part, of any name and kind."""
    out = io.BytesIO(docx(**more))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as made:
        part = zipfile.ZipInfo("placeholder")
        part.filename = part.orig_filename = name
        part.external_attr = mode << 16
        made.writestr(part, "/etc/passwd")
    return out.getvalue()


def _patched(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new)


def _flagged(bit: int) -> bytes:
    """Every part marked with a bit: encrypted, or strongly so."""
    content = bytearray(docx())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := content.find(magic, start + 1)) >= 0:
            content[start + at] |= bit
    return bytes(content)


def _twice() -> bytes:
    return _patched(_special("word/documenT.xml"), b"documenT", b"document")


def _damaged() -> bytes:
    content = bytearray(archive({"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": "x"}))
    at = content.find(b"PK\x01\x02")
    content[at + 16] ^= 0xFF
    return bytes(content)


def _xml(body: str) -> bytes:
    return docx(word__document_dot_xml=body)


def _laughs(levels: int = 12) -> str:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(levels))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><x>&l{levels};</x>'


def _shared_strings(body: str) -> bytes:
    """A workbook whose shared strings are replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(HEADER, ROW))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for part in good.namelist():
            bad.writestr(part, body if part.endswith("sharedStrings.xml") else good.read(part))
    return out.getvalue()


_NESTED = archive({"a.zip": archive({"b.zip": archive({"c.txt": "x"})})})

ATTACHED: dict[str, tuple[Content, str]] = {
    "a bomb of 300 MB in one part": (_bomb, "file_too_much"),
    "a bomb that says it is small": (lambda: _bomb(1000), "file_too_much"),
    "a bomb that says it is 4 GB": (lambda: _bomb(2**32 - 1), "file_too_much"),
    "1,500 parts": (many_parts, "file_too_much"),
    "an archive in an archive": (_NESTED, "file_embedded"),
    "entities that multiply": (_xml(_laughs()), "file_entities"),
    "one entity, long and often": (
        _xml(f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]><x>{"&a;" * 5000}</x>'), "file_entities"),
    "an entity from a file": (
        _xml('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'), "file_entities"),
    "an entity from the web": (
        _xml('<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]><x>&a;</x>'), "file_entities"),
    "a parameter entity": (
        _xml('<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]><x/>'), "file_entities"),
    "entities in UTF-16": (
        docx(word__document_dot_xml=_laughs().encode("utf-16")), "file_entities"),
    "entities in lower case": (_xml("<!doctype x><x/>"), "file_entities"),
    "entities in the properties": (docx(docProps__core_dot_xml=_laughs()), "file_entities"),
    "entities in a relation": (docx(word___rels__x_dot_rels=_laughs()), "file_entities"),
    "a template from the web": (
        _related("attachedTemplate", "http://10.0.0.1/a.dotm"), "file_external"),
    "a template from a share": (
        _related("attachedTemplate", r"\\10.0.0.1\a.dotm"), "file_external"),
    "a template from a file": (
        _related("attachedTemplate", "file:///etc/passwd"), "file_external"),
    "a picture from the web": (_related("image", "http://10.0.0.1/a.png"), "file_external"),
    "a frame from the web": (_related("frame", "https://10.0.0.1/"), "file_external"),
    "a program behind a link": (_related("hyperlink", "file:///bin/sh"), "file_external"),
    "a script behind a link": (_related("hyperlink", "javascript:alert(1)"), "file_external"),
    "a share behind a link": (_related("hyperlink", r"\\10.0.0.1\c$"), "file_external"),
    "an external mode in capitals": (
        _related("image", "http://10.0.0.1/a.png", "EXTERNAL"), "file_external"),
    "a name that climbs": (_special("../../etc/cron.d/x"), "file_odd_names"),
    "a name that climbs in the middle": (_special("word/../../x"), "file_odd_names"),
    "a name from the root": (_special("/etc/cron.d/x"), "file_odd_names"),
    "a name from a drive": (_special("C:/Windows/x"), "file_odd_names"),
    "a name with back slashes": (_special("..\\..\\x"), "file_odd_names"),
    "a name with a NUL": (_special("word/a\x00.xml"), "file_odd_names"),
    "a name with a line break": (_special("word/a\r\nb.xml"), "file_odd_names"),
    "a link as a part": (_special("word/link", stat.S_IFLNK | 0o777), "file_odd_names"),
    "the same name twice": (_twice, "file_odd_names"),
    "the same name in capitals": (_special("WORD/DOCUMENT.XML"), "file_odd_names"),
    "macros": (docx(word__vbaProject_dot_bin=b"\xd0\xcf\x11\xe0"), "file_macros"),
    "macros elsewhere": (docx(custom__vbaProject2_dot_bin=b"x"), "file_macros"),
    "macro sheets": (docx(xl__macrosheets__sheet1_dot_xml="<x/>"), "file_macros"),
    "a type with macros": (
        archive({"[Content_Types].xml": CONTENT_TYPES.replace(
            "application/xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
            "word/document.xml": DOCUMENT}), "file_macros"),
    "an object of another program": (
        docx(word__embeddings__oleObject1_dot_bin=b"\xd0\xcf\x11\xe0"), "file_embedded"),
    "a control": (docx(word__activeX__activeX1_dot_bin=b"x"), "file_embedded"),
    "a program as a part": (docx(word__embeddings__a_dot_exe=b"MZ"), "file_embedded"),
    "an archive called a picture": (docx(word__media__a_dot_png=_NESTED), "file_embedded"),
    "encryption": (lambda: _flagged(0x01), "file_locked|file_unreadable"),
    "strong encryption": (lambda: _flagged(0x40), "file_locked|file_unreadable"),
    "no types": (archive({"word/document.xml": DOCUMENT}), "file_type"),
    "a document and a workbook": (docx(xl__workbook_dot_xml="<x/>"), "file_type"),
    "nothing of Office": (archive({"a.txt": "x"}), "file_type"),
    "an empty archive": (b"PK\x05\x06" + bytes(18), "file_type"),
    "a cut archive": (docx()[:-40], "file_unreadable"),
    "a cut beginning": (b"PK\x03\x04", "file_unreadable"),
    "a checksum that is wrong": (_damaged, "file_unreadable"),
    "a directory that leads nowhere": (
        lambda: _patched(docx(), b"PK\x05\x06", b"PK\x05\x07"), "file_unreadable"),
    "bytes before the archive": (b"MZ" + docx(), "file_type"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + bytes(600), "file_old_format"),
}  # fmt: skip

IMPORTED: dict[str, tuple[Content, str]] = {
    "two cells in far corners": (far_corners, "unreadable_file"),
    "a bomb of 300 MB": (_bomb, "unreadable_file"),
    "entities in shared strings": (_shared_strings(_laughs()), "unreadable_file"),
    "an external entity in shared strings": (_shared_strings(
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst><si><t>&a;</t></si></sst>'),
        "unreadable_file"),
    "100,000 shared strings and no cell": (
        lambda: _shared_strings("<sst>" + "<si><t>x</t></si>" * 100_000 + "</sst>"),
        "unreadable_file"),
    "shared strings that say they are many": (
        _shared_strings('<sst count="4294967295" uniqueCount="4294967295"></sst>'),
        "unreadable_file"),
    "shared strings that are not XML": (_shared_strings("<sst><si"), "unreadable_file"),
    "a document for a table": (docx(), "unreadable_file"),
    "only a beginning": (b"PK\x03\x04", "unreadable_file"),
    "macros in a workbook": (lambda: _special("xl/vbaProject.bin"), "unreadable_file"),
    "an encrypted workbook": (lambda: _flagged(0x01), "unreadable_file"),
}  # fmt: skip

INPUTS: list[Hostile] = [
    *files("archive", ATTACHED, as_attachment),
    *files("workbook", IMPORTED, as_table),
]
