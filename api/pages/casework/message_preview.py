"""消息预览: what a message about a case would say, and in how many parts; nothing is sent."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.forms import CaseId
from api.pages.rendering import masthead_of, show
from api.presenting.case_page import headline_of
from api.presenting.fields import Option
from api.presenting.message_story import kind_of
from notifications.channels import count_parts
from notifications.channels.channel import Unsendable
from notifications.previewing import NothingToPreview, preview
from notifications.rendering import CannotRender, template_keys
from notifications.ways import open_ways
from workflow.store.casework.cases import case_in_scope

router = APIRouter()

USUAL = "reminder"


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """消息预览: a mail and a short message; `problem` says why there is none."""

    case: str
    number: str
    headline: str
    templates: tuple[Option, ...]
    subject: str = ""
    text: str = ""
    short: str = ""
    parts: int = 0
    problem: str = ""


@router.get("/cases/{case_id}/messages/preview")
def preview_of_case(
    case_id: CaseId, duban: Installation, someone: SignedInPage, template: str = USUAL
) -> Response:
    """The message of a template, made as if it went now."""
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        chosen = template if template in template_keys() else USUAL
        sms = open_ways(duban.database, duban.clock, **duban.settings.ways)["sms"]
        said: dict[str, str] = {}
        try:
            shown = preview(connection, case_id, chosen, duban.settings.base_url, sms)
            said = {"subject": shown.mail.subject, "text": shown.mail.text, "short": shown.short}
        except (NothingToPreview, CannotRender, Unsendable) as error:
            said = {"problem": str(error)}
    page = PreviewPage(
        case=f"/cases/{case_id}",
        number=case.number,
        headline=headline_of(case, duban.catalog.version(case.definition).definition),
        templates=tuple(
            Option(key, kind_of(key), key == chosen) for key in sorted(template_keys())
        ),
        parts=count_parts(said["short"]) if "short" in said else 0,
        **said,
    )
    return show("message_preview.html", page, masthead_of(duban, someone, ""))
