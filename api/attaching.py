"""Attachments on their way in and out: looked into, kept, and handed to whoever sees the case."""

import unicodedata
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
        data = {"act": "upload", "code": bad.code}
        refused = Act("attachment", someone.person, None, "refused", data)
        record_refusal(duban, refused, "attachment")
        raise FileRefused(shown, bad) from None
    return uploads.upload(
        duban.database,
        duban.files,
        new,
        person=someone.person,
        most=duban.settings.files_gb * 1024**3,
        now=duban.clock(),
    )


def _looked_into(name: str, content: bytes, person: int) -> NewFile:
    if not content:
        raise BadFile("file_empty", "文件是空的")
    if len(content) > LARGEST_FILE:
        raise BadFile("file_too_large", f"超过 {LARGEST_FILE // 1024 // 1024} MB")
    mime, drawn = ask_child("attachment", content, person)
    named = PurePath(name).stem + _SUFFIX[mime]
    if drawn:
        picture, preview = drawn
        return NewFile(named, mime, picture, preview)
    return NewFile(named, mime, content)


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
        raise NotFound("附件的内容不见了，请告诉管理员运行体检", {"attachment": attachment_id})
    if not preview:
        _note_download(duban, someone, case_id, attachment_id)
    return sent(path, found.name, found.mime)


def _note_download(duban: Duban, someone: Someone, case_id: int, attachment_id: int) -> None:
    about = ("attachment", attachment_id)
    act = Act("attachment", someone.person, about, data={"act": "download", "case": case_id})
    with duban.database.unit_of_work() as connection:
        audit.record(connection, act, duban.clock())
