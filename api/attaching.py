"""Attachments on their way in and out: looked into, kept, and handed to whoever sees the case."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import PurePath

from fastapi import Response

from api.auth import Someone
from api.context import Duban
from api.downloads import sent
from api.gatekeeping.refused import record_refusal
from api.inspecting.child import ask_child
from api.inspecting.refusing import BadFile
from workflow import uploads
from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.casework import attachments
from workflow.store.casework.attachments import Attachment
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.sight.scope import check_scope
from workflow.uploads import NewFile

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_NAME = 80
PIXELS_TOGETHER = 3_000_000_000
"""Of pictures that come in one file: two minutes of a processor at the worst."""

_PIXELS_OF_A_CHILD, _MOST_OF_A_CHILD = 100_000_000, 64
"""Pictures that one child looks into: so many pixels, a few seconds of its twenty."""

_NO_PICTURE = "只接收 JPG、PNG、WebP 图片，请另存为其中一种"
_PIXELS_OF_TOO_MUCH = 40_000_000
"""What a picture counts for on which a child has failed."""

_SUFFIX = {
    "image/jpeg": ".jpg",
    "application/pdf": ".pdf",
    "application/ofd": ".ofd",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}


class FileRefused(InvalidInput):
    """A file that is not taken; `data` says which, `code` why."""

    code = "file_refused"

    def __init__(self, name: str, bad: BadFile) -> None:
        super().__init__(f"“{name}”：{bad.sentence}", {"file": name})
        self.code = bad.code


def receive(duban: Duban, someone: Someone, name: str, content: bytes) -> Attachment:
    """Look into a file and keep what is fit to be kept; raises FileRefused, QuotaExceeded,
    TooBusy.
    """
    shown = safe_name(name)
    try:
        new = _looked_into(shown, content, someone.person)
    except BadFile as bad:
        _note_refusal(duban, someone.person, bad)
        raise FileRefused(shown, bad) from None
    return keep(duban, someone.person, new)


def keep(duban: Duban, person: int, new: NewFile) -> Attachment:
    """Keep what has been looked into, as brought by somebody; raises QuotaExceeded."""
    return uploads.upload(
        duban.database,
        duban.files,
        new,
        person=person,
        most=_most(duban),
        now=duban.clock(),
    )


def check_room(duban: Duban, person: int, size: int) -> None:
    """Raise QuotaExceeded where several files together are too much, before the first is kept."""
    with duban.database.reading() as connection:
        attachments.check_quota(connection, person, size, _most(duban), duban.clock())


def room_left(duban: Duban, person: int) -> int:
    """How many bytes somebody may still bring today."""
    with duban.database.reading() as connection:
        return attachments.room_left(connection, person, _most(duban), duban.clock())


def _most(duban: Duban) -> int:
    return duban.settings.files_gb * 1024**3


def _looked_into(name: str, content: bytes, person: int) -> NewFile:
    if not content:
        raise BadFile("file_empty", "文件是空的，请换一个文件")
    if len(content) > LARGEST_FILE:
        sentence = f"每个文件不超过 {LARGEST_FILE // 1024 // 1024} 兆，请压缩后再试"
        raise BadFile("file_too_large", sentence)
    mime, drawn = ask_child("attachment", content, person)
    named = PurePath(name).stem + _SUFFIX[mime]
    if drawn:
        picture, preview = drawn
        return NewFile(named, mime, picture, preview)
    return NewFile(named, mime, content)


Sized = tuple[bytes, int]
"""A picture, and the pixels that its header speaks of: what it costs, whatever comes of it."""


def look_into_pictures(
    duban: Duban, person: int, pictures: Iterable[Sized]
) -> Iterator[NewFile | BadFile]:
    """Pictures that came in one file, several to a child: each as it is kept, still without a name,
    or why it is not; raises TooBusy.

    No more are drawn than are asked for, and of those that were none is held here.
    """
    room = PIXELS_TOGETHER
    for batch in _batches(pictures):
        for one, cost in _together(batch, person) if room > 0 else _without_room(batch):
            room -= cost
            if isinstance(one, BadFile):
                _note_refusal(duban, person, one)
            yield one


def _batches(pictures: Iterable[Sized]) -> Iterator[list[Sized]]:
    batch: list[Sized] = []
    together = 0
    for content, pixels in pictures:
        together += pixels
        if batch and (together > _PIXELS_OF_A_CHILD or len(batch) == _MOST_OF_A_CHILD):
            yield batch
            batch, together = [], pixels
        batch.append((content, pixels))
    if batch:
        yield batch


def _together(batch: Sequence[Sized], person: int) -> Iterator[tuple[NewFile | BadFile, int]]:
    """Each with its cost; where one of them is too much for a child, the others are not to
    suffer.
    """
    contents = [content for content, _ in batch]
    lengths = json.dumps([*map(len, contents)]).encode()
    try:
        answers, made = ask_child("attachments", b"\n".join((lengths, b"".join(contents))), person)
    except BadFile as bad:
        if len(batch) == 1:
            yield bad, max(batch[0][1], _PIXELS_OF_TOO_MUCH)
            return
        half = len(batch) // 2
        yield from _together(batch[:half], person)
        yield from _together(batch[half:], person)
        return
    parts = iter(made)
    for (_, pixels), (mime, many, code, sentence) in zip(batch, answers, strict=True):
        drawn = tuple(islice(parts, many))
        if drawn:
            yield NewFile("", mime, *drawn), pixels
        else:
            is_none = code in ("", "file_type")  # an honest file, or none that we know
            yield BadFile("file_type", _NO_PICTURE) if is_none else BadFile(code, sentence), pixels


def _without_room(batch: Sequence[Sized]) -> Iterator[tuple[NewFile | BadFile, int]]:
    yield from ((BadFile("file_too_much", "图片合计太大，请分成几个文件"), 0) for _ in batch)


def _note_refusal(duban: Duban, person: int, bad: BadFile) -> None:
    data = {"act": "upload", "code": bad.code}
    record_refusal(duban, Act("attachment", person, None, "refused", data), "attachment")


def safe_name(name: str) -> str:
    """The last part of a name, in characters that can be seen: nothing in it turns the line round
    or leads to another folder.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in unicodedata.normalize("NFC", last) if c.isprintable())
    path = PurePath(seen.strip(" ."))
    stem = path.stem[: LONGEST_NAME - len(path.suffix[:8])].strip(" .") or "附件"
    return stem + path.suffix[:8]


def hand_out(
    duban: Duban, someone: Someone, case_id: int, attachment_id: int, *, preview: bool
) -> Response:
    """A file of a case to somebody who sees the case; raises NotFound to everybody else.

    Who takes one away stands in the log; a preview is part of the page that shows it.
    """
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        found = attachments.one_of_case(connection, case_id, attachment_id)
    small = duban.files.preview_path(found.sha256)
    path = small if preview and small.is_file() else duban.files.path(found.sha256)
    if not path.is_file():
        raise NotFound("附件的内容丢失，请联系系统管理员运行体检", {"attachment": attachment_id})
    if not preview:
        _note_download(duban, someone, case_id, attachment_id)
    return sent(path, found.name, found.mime)


def _note_download(duban: Duban, someone: Someone, case_id: int, attachment_id: int) -> None:
    about = ("attachment", attachment_id)
    act = Act("attachment", someone.person, about, data={"act": "download", "case": case_id})
    with duban.database.unit_of_work() as connection:
        audit.record(connection, act, duban.clock())
