"""消息设置: by which way messages come, and when, within what the definition allows."""

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.errors import status_of
from api.pages.forms import Posted, text_in
from api.pages.rendering import account_masthead, show
from api.presenting.fields import Option
from api.presenting.preferences import Kind, hour_options, kinds
from workflow.engine.errors import InvalidInput, Refusal
from workflow.engine.pace import Hours
from workflow.store.people import preferences
from workflow.store.people.preferences import BEGINS, CHOICES, ENDS, Preferences

router = APIRouter()

HERE = "/account/messages"


@dataclass(frozen=True, slots=True)
class MessageSettingsPage:
    """消息设置."""

    kinds: tuple[Kind, ...]
    begins: tuple[Option, ...]
    ends: tuple[Option, ...]
    done: str = ""
    problem: str = ""


@router.get(HERE)
def message_settings(duban: Installation, someone: SignedInPage, done: str = "") -> Response:
    """What the reader chose."""
    return _page(duban, someone, done="设置已保存" if done else "")


@router.post(HERE)
def choose(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Choose anew."""
    try:
        only = {kind: way for kind in CHOICES if (way := text_in(form, kind))}
        hours = Hours(_hour(text_in(form, "begins")), _hour(text_in(form, "ends")))
        with duban.database.unit_of_work() as connection:
            preferences.choose(connection, someone.person, Preferences(only, hours))
    except Refusal as refused:
        return _page(duban, someone, refused=refused)
    return RedirectResponse(f"{HERE}?done=1", 303)


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise InvalidInput("请选择接收消息的时间", {"hour": text[:10]})
    return int(text)


def _page(
    duban: Duban, someone: Someone, *, done: str = "", refused: Refusal | None = None
) -> Response:
    with duban.database.reading() as connection:
        chosen = preferences.preferences_of(connection, someone.person)
    page = MessageSettingsPage(
        kinds=kinds(chosen),
        begins=hour_options(BEGINS, chosen.hours.begins),
        ends=hour_options(ENDS, chosen.hours.ends),
        done=done,
        problem=refused.sentence if refused else "",
    )
    status = status_of(refused) if refused else 200
    return show("account_messages.html", page, account_masthead(duban, someone), status=status)
