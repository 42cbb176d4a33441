"""消息发送: whether messages go out; holding and releasing them, for the system administrator."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage
from api.pages.forms import Posted, minute_in, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.sending import in_words
from api.presenting.wording import to_the_minute
from workflow.engine.calendar import ZONE
from workflow.store.outgoing import sending

router = APIRouter()

HERE = "/administration/sending"
_DONE = {"held": "消息已暂停发送", "released": "消息已放行"}


@dataclass(frozen=True, slots=True)
class SendingPage:
    """消息发送: `held` is empty while messages go out. `until` is the instant until which messages
    may have gone out, as a form writes it, and `doubtful` how many those are.
    """

    held: str
    until: str
    until_in_words: str
    doubtful: int
    waiting: int
    last: str
    done: str


@router.get(HERE)
def sending_page(
    duban: Installation, someone: SignedInPage, done: str = "", until: str = ""
) -> Response:
    """Whether messages go out; how many were owed `until` an instant that somebody typed."""
    now = duban.clock()
    asked = minute_in({"until": until}, "until")
    with duban.database.reading() as connection:
        known = sending.read(connection)
        hold = known.hold
        instant = asked or _to_the_minute(hold.sent_until if hold is not None else now)
        doubtful = sending.waiting(connection, instant) if hold else 0
        waiting = sending.waiting(connection, now)
    page = SendingPage(
        held=in_words(hold) if hold else "",
        until=f"{instant.astimezone(ZONE):%Y-%m-%dT%H:%M}",
        until_in_words=to_the_minute(instant),
        doubtful=doubtful,
        waiting=waiting,
        last=to_the_minute(known.at) if known.number and known.at else "",
        done=_DONE.get(done, ""),
    )
    return show("sending.html", page, masthead_of(duban, someone, HERE))


def _to_the_minute(at: datetime) -> datetime:
    """The first whole minute at or after an instant."""
    return (at + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)


@router.post(HERE + "/hold")
def hold(duban: Installation, someone: SignedInForm) -> Response:
    """Send nothing until somebody releases it; a second click changes nothing."""
    with duban.database.unit_of_work() as connection:
        sending.hold(connection, "asked", duban.clock(), by=someone.person)
    return RedirectResponse(f"{HERE}?done=held", 303)


@router.post(HERE + "/release")
def release(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Send again, all of it or without what may have gone out until an instant."""
    until: datetime | None = minute_in(form, "until") if text_in(form, "drop") == "1" else None
    with duban.database.unit_of_work() as connection:
        sending.release(connection, duban.clock(), drop_until=until, by=someone.person)
    return RedirectResponse(f"{HERE}?done=released", 303)
