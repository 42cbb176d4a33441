"""本机信箱: every message of an installation that sends nothing outside, as it would look.

Only there while a channel of the settings is the mailbox. One reads what was sent to oneself, and
what is about a case one sees.
"""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import HTMLResponse

from api.auth import Installation, SignedInPage
from api.context import Duban
from api.pages.forms import GREATEST_ID, printable
from api.pages.rendering import has_mailbox, masthead_of, show
from api.presenting.fields import Option, options_of
from api.presenting.message_story import WAYS
from api.presenting.trial import shown_address
from api.presenting.wording import machine_readable, to_the_minute
from workflow.engine.errors import NotFound
from workflow.store.offices.robot_address import is_robot
from workflow.store.outgoing.mailbox import Row, mailbox_message, mailbox_messages

router = APIRouter()

PAGE_SIZE = 20
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)
"""A mail styles itself, and may do nothing else."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it would have gone out; `frame` is the address of its HTML, if it has any."""

    way: str
    to: str
    subject: str
    text: str
    frame: str
    when: str
    iso: str


@dataclass(frozen=True, slots=True)
class MailboxPage:
    """The mailbox with its filters."""

    letters: tuple[Letter, ...]
    ways: tuple[Option, ...]
    to: str
    next: str
    narrowed: bool


@router.get("/mailbox")
def mailbox(
    duban: Installation,
    someone: SignedInPage,
    way: str = "",
    to: str = "",
    before: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
) -> Response:
    """The messages, newest first."""
    _check(duban)
    way, to = way if way in WAYS else "", printable(to)
    with duban.database.reading() as connection:
        rows = mailbox_messages(
            connection,
            someone.actor,
            way=way or None,
            to=to or None,
            before=before,
            limit=PAGE_SIZE,
        )
    narrowed = {name: value for name, value in (("way", way), ("to", to)) if value}
    following = urlencode({**narrowed, "before": rows[-1]["id"]}) if rows else ""
    page = MailboxPage(
        letters=tuple(map(_letter, rows)),
        ways=options_of(WAYS, way),
        to=to,
        next=f"?{following}" if len(rows) == PAGE_SIZE else "",
        narrowed=bool(narrowed),
    )
    return show("mailbox.html", page, masthead_of(duban, someone, "/mailbox"))


@router.get("/mailbox/{message}/mail")
def mail(
    message: Annotated[int, Path(ge=1, le=GREATEST_ID)], duban: Installation, someone: SignedInPage
) -> Response:
    """The HTML of one mail, for its frame; its links open in the whole window."""
    _check(duban)
    with duban.database.reading() as connection:
        row = mailbox_message(connection, someone.actor, message)
    html = (row["html"] or "").replace("<head>", '<head><base target="_top">', 1)
    headers = {"Content-Security-Policy": _MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(html, headers=headers)


def _check(duban: Duban) -> None:
    if not has_mailbox(duban):
        raise NotFound("没有这个地址")


def _to(row: Row) -> str:
    """Whole for its owner alone, a robot for nobody."""
    address: str = row["to"]
    return address if row["own"] and not is_robot(address) else shown_address(address)


def _letter(row: Row) -> Letter:
    return Letter(
        way=WAYS.get(row["way"], "其他"),
        to=_to(row),
        subject=row["subject"],
        text=row["text"],
        frame=f"/mailbox/{row['id']}/mail" if row["html"] else "",
        when=to_the_minute(row["at"]),
        iso=machine_readable(row["at"]),
    )
