"""PDF files that act, hide something, or are something else as well."""

import zlib

from tests.api.files import PDF, archive
from tests.hostile.corpus import TAKEN, Content, Hostile, as_attachment, files


def _holding(body: bytes) -> bytes:
    return PDF.replace(b"/Type/Catalog", b"/Type/Catalog" + body)


def _packed(body: bytes, said: bytes = b"/FlateDecode") -> bytes:
    stream = b"9 0 obj<</Type/ObjStm/Filter" + said + b">>stream\n" + body + b"\nendstream\n"
    return PDF.replace(b"trailer", stream + b"endobj\ntrailer")


def _bomb() -> bytes:
    pack = zlib.compressobj(9)
    return _packed(b"".join(pack.compress(b" " * 2**20) for _ in range(300)) + pack.flush())


TABLE: dict[str, tuple[Content, str]] = {
    "a script that opens with it": (
        _holding(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "pdf_active"),
    "a script under another spelling": (
        _holding(b"/OpenAction<</S/J#61vaScript/JS(1)>>"), "pdf_active"),
    "a script in a packed object": (
        _packed(zlib.compress(b"<</S/JavaScript/JS(1)>>")), "pdf_active"),
    "a program that starts": (_holding(b"/OpenAction<</S/Launch/F(cmd.exe)>>"), "pdf_active"),
    "an attached file": (_holding(b"/Names<</EmbeddedFiles 3 0 R>>"), "pdf_active"),
    "a form that sends": (_holding(b"/AA<</S/SubmitForm/F(http://10.0.0.1)>>"), "pdf_active"),
    "a form that reads": (_holding(b"/AA<</S/ImportData/F(/etc/passwd)>>"), "pdf_active"),
    "a film": (_holding(b"/Subtype/RichMedia"), "pdf_active"),
    "a password": (_holding(b"/Encrypt 4 0 R"), "file_locked"),
    "300 MB in a packed object": (_bomb, "file_too_much"),
    "a packed object that is not packed": (_packed(b"rubbish"), TAKEN),
    "an archive behind it": (PDF + archive({"a.txt": "x"}), "file_unreadable"),
    "a page behind it": (PDF + b"<script>alert(1)</script>", TAKEN),
    "no end": (PDF[:-7], "file_unreadable"),
    "only a beginning": (b"%PDF-", "file_unreadable"),
    "a million openings of streams": (
        lambda: PDF.replace(b"trailer", b"/ObjStm stream\n" * 1_000_000 + b"trailer"),
        f"{TAKEN}|file_too_much"),
}  # fmt: skip

INPUTS: list[Hostile] = files("PDF", TABLE, as_attachment)
