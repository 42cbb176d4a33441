"""The form of a request, read once: for its CSRF token, and then for what it says.

Files that are too much together are left out while they arrive, and the form says so: what was
typed beside them is shown again, and nobody types a field record twice for the sake of a photo.
"""

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

MOST_FIELDS = 5000
"""Fields of one form: a table of two hundred rows has many."""

MOST_FILES = 60
"""Files of one form, unchosen ones counted."""

MOST_TAKEN = 64 * 1024 * 1024
"""Bytes of all files of one form: the photos of a whole inspection."""

WITH_FILES = ("/events", "/cases/new")
"""Ends of the addresses to which pages send files beside what was typed."""


class Cut(FormData):
    """A form without its files, which were too much together; `chosen` are the fields that had
    some.
    """

    def __init__(self, form: FormData) -> None:
        items = form.multi_items()
        super().__init__([(name, one) for name, one in items if isinstance(one, str)])
        self.chosen = frozenset(
            name for name, one in items if isinstance(one, UploadFile) and one.filename
        )


async def form_of(request: Request) -> FormData:
    """The form that a page sent; raises HTTPException for what is none."""
    if not hasattr(request.state, "form"):
        request.state.form = await _read(request)
    form: FormData = request.state.form
    return form


async def _read(request: Request) -> FormData:
    in_parts = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    if not (in_parts and request.scope["path"].endswith(WITH_FILES)):
        return await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES)
    parser = _Sparing(
        request.headers, request.stream(), max_fields=MOST_FIELDS, max_files=MOST_FILES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from None
    if parser.taken <= MOST_TAKEN:
        return form
    await form.close()
    return Cut(form)


class _Sparing(MultiPartParser):
    """Keeps no more of the files of a form than all of them may have."""

    taken = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is not None:
            self.taken += end - start
            if self.taken > MOST_TAKEN:
                return
        super().on_part_data(data, start, end)
