"""A table that somebody looks over before it counts: chosen once, then kept in the page."""

import base64
import binascii

from starlette.datastructures import FormData, UploadFile

from api.pages.forms import text_in
from workflow.engine.errors import InvalidInput

MOST_KEPT = 600_000
"""Bytes that a page keeps; of a larger file the browser is asked again."""


def content_of(form: FormData) -> bytes:
    """The file chosen, or the one kept in the page; raises InvalidInput."""
    file = form.get("file")
    if isinstance(file, UploadFile) and (content := file.file.read()):
        return content
    try:
        kept = base64.b64decode(text_in(form, "kept"), validate=True)
    except binascii.Error:
        kept = b""
    if not kept:
        raise InvalidInput("请选择填好的表格文件")
    return kept


def kept_in(content: bytes) -> str:
    """A file as the next form sends it again."""
    return base64.b64encode(content).decode()
