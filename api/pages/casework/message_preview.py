"""消息预览: what a message about a case would say, and in how many parts; nothing is sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.forms import CaseId
from api.pages.rendering import masthead_of, show
from api.presenting.case_page import headline_of
from api.presenting.fields import Option, options_of
from api.presenting.message_story import kind_of
from notifications.channels import count_parts
from notifications.channels.channel import Unsendable
from notifications.previewing import NothingToPreview, preview
from notifications.rendering import CannotRender, template_keys
from notifications.ways import open_ways
from workflow.engine.calendar import Calendar
from workflow.engine.case import Case, World
from workflow.engine.notices import variables
from workflow.engine.scene import Scene
from workflow.engine.terms import Duration, Unit
from workflow.store.casework.cases import case_in_scope

router = APIRouter()

BEFORE, AFTER = "reminder", "overdue"
"""What a ladder sends before a limit, and after it."""

_TICK, _TWO_DAYS = timedelta(microseconds=1), timedelta(days=2)


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """消息预览: a mail and a short message; `when` says as of when where that is not now, `problem`
    why there is none.
    """

    case: str
    number: str
    headline: str
    templates: tuple[Option, ...]
    subject: str = ""
    text: str = ""
    short: str = ""
    parts: int = 0
    when: str = ""
    problem: str = ""


@router.get("/cases/{case_id}/messages/preview")
def preview_of_case(
    case_id: CaseId, duban: Installation, someone: SignedInPage, template: str = ""
) -> Response:
    """The message of a template, made as if it went now."""
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        compiled, calendar = duban.catalog.version(case.definition), duban.catalog.calendar
        chosen = template if template in template_keys() else _usual(case, duban.clock())
        at, when = _moment(chosen, case, calendar, duban.clock())
        present = variables(Scene(compiled, case, World(calendar), at), "")
        del present["what"]  # what was last told of stands
        sms = open_ways(duban.database, duban.clock, **duban.settings.ways)["sms"]
        said: dict[str, str] = {}
        try:
            shown = preview(connection, case_id, chosen, duban.settings.base_url, sms, present)
            said = {"subject": shown.mail.subject, "text": shown.mail.text, "short": shown.short}
        except (NothingToPreview, CannotRender, Unsendable) as error:
            said = {"problem": str(error)}
    page = PreviewPage(
        case=f"/cases/{case_id}",
        number=case.number,
        headline=headline_of(case, compiled.definition),
        templates=options_of({key: kind_of(key) for key in sorted(template_keys())}, chosen),
        parts=count_parts(said["short"]) if "short" in said else 0,
        when=when,
        **said,
    )
    return show("message_preview.html", page, masthead_of(duban, someone, ""))


def _usual(case: Case, now: datetime) -> str:
    """The message that its ladder would send now."""
    return AFTER if case.due is not None and now >= case.due.at else BEFORE


def _moment(template: str, case: Case, calendar: Calendar, now: datetime) -> tuple[datetime, str]:
    """When such a message could go, and the sentence that says so where that is not now: nobody is
    reminded of a limit that is over, or warned of one that is not.
    """
    if case.due is None or template not in (BEFORE, AFTER):
        return now, ""
    due, late = case.due.at, now >= case.due.at
    if template == BEFORE and late:
        return due - _TWO_DAYS, "期限已经过了，不会再发这种提醒；这里是到期前一天的样子。"
    if template == AFTER and not late:
        first = calendar.add(Duration(1, Unit.WORKING_DAYS), due - _TICK).at - _TICK
        return first, "期限还没有过，这里是逾期 1 个工作日的样子。"
    return now, ""
