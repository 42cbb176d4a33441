"""消息渠道: the ways outside; the system administrator sends one message to oneself by one of them,
and reads what was said on the line.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import Posted, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.message_story import WAYS
from api.presenting.trial import lines_of, shown_address
from api.trials import try_own_way
from notifications.channels import Outcome
from notifications.trying import Trial
from notifications.ways import MAILBOX_URL
from workflow.engine.errors import Refusal
from workflow.store.outgoing import addressees

router = APIRouter()

HERE = "/administration/channels"
_KEPT = "这个渠道还没有接通外部服务器，这一条存进了本机信箱，没有发出。"


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One way, where it goes, and the reader's own address for it; empty if there is none."""

    way: str
    title: str
    goes: str
    own: str


@dataclass(frozen=True, slots=True)
class ChannelsPage:
    """消息渠道: `said` is the conversation of a trial just made, `meaning` what came of it."""

    channels: tuple[ChannelLine, ...]
    title: str = ""
    said: tuple[str, ...] = ()
    meaning: str = ""
    well: bool = False
    problem: str = ""


@router.get(HERE)
def channels(duban: Installation, someone: SignedInPage) -> Response:
    """The ways of this installation."""
    return _page(duban, someone)


@router.post(HERE + "/test")
def test(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Send one message to oneself."""
    way = text_in(form, "way")
    try:
        address, trial = try_own_way(duban, someone, way)
    except Refusal as refused:
        return _page(duban, someone, refused=refused)
    return _page(duban, someone, way=way, address=address, trial=trial)


def _page(
    duban: Duban,
    someone: Someone,
    *,
    way: str = "",
    address: str = "",
    trial: Trial | None = None,
    refused: Refusal | None = None,
) -> Response:
    urls = duban.settings.ways
    with duban.database.reading() as connection:
        to = addressees.addressee(connection, someone.person)
    own = {name: (to.address(name) if to is not None else None) or "" for name in urls}
    page = ChannelsPage(
        channels=tuple(
            ChannelLine(name, WAYS[name], _goes(url), shown_address(own[name]))
            for name, url in urls.items()
        ),
        title=WAYS.get(way, ""),
        said=lines_of(trial, address) if trial else (),
        meaning=_meaning(trial, urls[way]) if trial else "",
        well=trial is not None and trial.receipt.outcome is Outcome.ACCEPTED,
        problem=refused.sentence if refused else "",
    )
    return show("channels.html", page, masthead_of(duban, someone, HERE), refused=refused)


def _meaning(trial: Trial, url: str) -> str:
    """What came of it; the local mailbox is nobody's telephone."""
    accepted = trial.receipt.outcome is Outcome.ACCEPTED
    return _KEPT if accepted and url == MAILBOX_URL else trial.meaning


def _goes(url: str) -> str:
    """Where a way goes, without accounts and passwords."""
    if url == MAILBOX_URL:
        return "本机信箱（没有接通外部服务器）"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else f"{parts.scheme}:"
