"""消息发送: whether messages go out; holding and releasing them, for the system administrator."""

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage
from api.pages.forms import Posted, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.sending import in_words
from api.presenting.wording import to_the_minute
from workflow.store.outgoing import sending

router = APIRouter()

HERE = "/administration/sending"
_DONE = {"held": "消息已暂停发送", "released": "消息已放行"}


@dataclass(frozen=True, slots=True)
class SendingPage:
    """消息发送: `held` is empty while messages go out; `sent_until` where some may be known to
    have gone out before the database was restored.
    """

    held: str
    sent_until: str
    doubtful: int
    waiting: int
    last: str
    done: str


@router.get(HERE)
def sending_page(duban: Installation, someone: SignedInPage, done: str = "") -> Response:
    """Whether messages go out."""
    now = duban.clock()
    with duban.database.reading() as connection:
        known = sending.read(connection)
        hold = known.hold
        restored = hold if hold is not None and hold.because != "asked" else None
        doubtful = sending.waiting(connection, restored.sent_until) if restored else 0
        waiting = sending.waiting(connection, now)
    page = SendingPage(
        held=in_words(hold) if hold else "",
        sent_until=to_the_minute(restored.sent_until) if restored else "",
        doubtful=doubtful,
        waiting=waiting,
        last=to_the_minute(known.at) if known.number and known.at else "",
        done=_DONE.get(done, ""),
    )
    return show("sending.html", page, masthead_of(duban, someone, HERE))


@router.post(HERE + "/hold")
def hold(duban: Installation, someone: SignedInForm) -> Response:
    """Send nothing until somebody releases it; a second click changes nothing."""
    with duban.database.unit_of_work() as connection:
        sending.hold(connection, "asked", duban.clock(), by=someone.person)
    return RedirectResponse(f"{HERE}?done=held", 303)


@router.post(HERE + "/release")
def release(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Send again, all of it or without what may have gone out already."""
    drop = text_in(form, "drop") == "1"
    with duban.database.unit_of_work() as connection:
        sending.release(connection, duban.clock(), drop=drop, by=someone.person)
    return RedirectResponse(f"{HERE}?done=released", 303)
