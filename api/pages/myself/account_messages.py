"""消息设置: by which way messages come, and when, within what the definition allows."""

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import Posted, text_in
from api.pages.rendering import account_masthead, show
from api.presenting.fields import Option
from api.presenting.preferences import Kind, hour_options, kinds
from api.presenting.trial import lines_of
from api.presenting.wording import in_full
from notifications.channels import Outcome
from notifications.trying import Trial
from notifications.ways import MAILBOX_URL
from workflow.engine.errors import InvalidInput, Refusal
from workflow.engine.pace import Hours
from workflow.store.offices import preferences
from workflow.store.offices.preferences import BEGINS, CHOICES, ENDS, Preferences
from workflow.store.people import feeds, robots

router = APIRouter()

HERE, CALENDAR = "/account/messages", "/account/calendar"
_DONE = {
    "saved": "设置已保存",
    "revoked": "日历地址已作废",
    "robot": "群机器人已保存，请试发一条",
    "forgotten": "群机器人已停用",
}


@dataclass(frozen=True, slots=True)
class MessageSettingsPage:
    """消息设置: `feed` is the address of a new calendar, shown this once; `robot` is masked, and
    empty where there is none; `said` is what a trial of it brought; `pasted` stands in the form of
    one that was refused.
    """

    kinds: tuple[Kind, ...]
    begins: tuple[Option, ...]
    ends: tuple[Option, ...]
    robot: str = ""
    pasted: str = ""
    signed: bool = False
    local: bool = False
    said: tuple[str, ...] = ()
    meaning: str = ""
    well: bool = False
    feed_since: str = ""
    feed: str = ""
    done: str = ""
    problem: str = ""


@router.get(HERE)
def message_settings(duban: Installation, someone: SignedInPage, done: str = "") -> Response:
    """What the reader chose."""
    return settings_page(duban, someone, done=_DONE.get(done, ""))


@router.post(HERE)
def choose(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Choose anew."""
    typed = None
    try:
        only = {kind: way for kind in CHOICES if (way := text_in(form, kind))}
        hours = Hours(_hour(text_in(form, "begins")), _hour(text_in(form, "ends")))
        typed = Preferences(only, hours)
        with duban.database.unit_of_work() as connection:
            preferences.choose(connection, someone.person, typed)
    except Refusal as refused:
        return settings_page(duban, someone, refused=refused, typed=typed)
    return RedirectResponse(f"{HERE}?done=saved", 303)


@router.post(CALENDAR)
def make_feed(duban: Installation, someone: SignedInForm) -> Response:
    """Make an address of one's calendar and show it; the one before it is worthless."""
    with duban.database.unit_of_work() as connection:
        token = feeds.make_feed(connection, someone.person, duban.clock())
    return settings_page(duban, someone, feed=f"{duban.settings.base_url}/calendar/{token}.ics")


@router.post(CALENDAR + "/revoke")
def revoke_feed(duban: Installation, someone: SignedInForm) -> Response:
    """Make the address worthless."""
    with duban.database.unit_of_work() as connection:
        feeds.revoke_feed(connection, someone.person, duban.clock())
    return RedirectResponse(f"{HERE}?done=revoked", 303)


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise InvalidInput("请选择接收消息的时间", {"hour": text[:10]})
    return int(text)


def settings_page(
    duban: Duban,
    someone: Someone,
    *,
    done: str = "",
    feed: str = "",
    trial: Trial | None = None,
    refused: Refusal | None = None,
    pasted: str = "",
    typed: Preferences | None = None,
) -> Response:
    """The page, after what was just done; what was `typed` and refused stands in its form."""
    with duban.database.reading() as connection:
        since = feeds.feed_since(connection, someone.person)
        chosen = typed or preferences.preferences_of(connection, someone.person)
        kept = robots.robot_of(connection, someone.person)
    page = MessageSettingsPage(
        kinds=kinds(chosen, robot=kept is not None),
        begins=hour_options(BEGINS, chosen.hours.begins),
        ends=hour_options(ENDS, chosen.hours.ends),
        robot=kept.robot.masked if kept else "",
        pasted=pasted,
        signed=kept is not None and kept.signed,
        local=duban.settings.chat == MAILBOX_URL,
        said=lines_of(trial, str(kept.robot)) if trial and kept else (),
        meaning=trial.meaning if trial else "",
        well=trial is not None and trial.receipt.outcome is Outcome.ACCEPTED,
        feed_since=in_full(since) if since else "",
        feed=feed,
        done=done,
        problem=refused.sentence if refused else "",
    )
    return show("account_messages.html", page, account_masthead(duban, someone), refused=refused)
