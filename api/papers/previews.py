"""Previews as PDF, of a draft and of what was issued; drawn in a child that lives for one."""

from fastapi import Response

from api.auth import Someone
from api.context import Duban
from api.downloads import made
from api.inspecting.child import ask_child
from api.papers.issuing import proof
from workflow.engine.errors import NotFound
from workflow.store.casework import documents
from workflow.store.plain import dumps
from workflow.store.sight.scope import check_scope

PDF = "application/pdf"


def preview_of_draft(duban: Duban, someone: Someone, case_id: int, name: str) -> Response:
    """The PDF of a draft that somebody may issue; raises a Refusal."""
    draft = proof(duban, someone, case_id, name)
    return _drawn(dumps(draft.document.as_dict()), draft.document.title, someone)


def preview_of_issued(duban: Duban, someone: Someone, case_id: int, seq: int) -> Response:
    """The PDF of a document of a case that somebody sees; raises NotFound."""
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        found = documents.body_of(connection, case_id, seq)
    if found is None:
        raise NotFound("没有这份公文，或不在你的范围内", {"document": seq})
    title, body = found
    return _drawn(body, title, someone)


def _drawn(body: str, title: str, someone: Someone) -> Response:
    _, (pdf,) = ask_child("preview", body.encode(), someone.person)
    return made(pdf, f"预览 {title[:80]}.pdf", PDF)
