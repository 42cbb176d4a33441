"""消息渠道: the ways outside; the system administrator sends one message to oneself by one of them,
and reads what was said on the line.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.errors import status_of
from api.pages.forms import Posted, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.message_story import WAYS
from api.presenting.trial import lines_of
from notifications.channels import Outcome
from notifications.trying import Trial, try_channel
from notifications.ways import MAILBOX_URL, UnusableWay, open_ways
from workflow.engine.errors import InvalidInput, Refusal
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.offices.masking import masked
from workflow.store.outgoing import outbox

router = APIRouter()

HERE = "/administration/channels"


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
        address, trial = _tried(duban, someone, way)
    except Refusal as refused:
        return _page(duban, someone, refused=refused)
    return _page(duban, someone, way=way, address=address, trial=trial)


def _tried(duban: Duban, someone: Someone, way: str) -> tuple[str, Trial]:
    """The reader's address and what came of it; raises InvalidInput."""
    now, settings = duban.clock(), duban.settings
    try:
        ways = open_ways(duban.database, duban.clock, email=settings.email, sms=settings.sms)
    except UnusableWay as unusable:
        raise InvalidInput(str(unusable), {"way": way[:20]}) from None
    if way not in ways:
        raise InvalidInput("没有这种消息渠道", {"way": way[:20]})
    with duban.database.reading() as connection:
        to = outbox.addressee(connection, someone.person)
    address = to.address(way) if to is not None else None
    if not address:
        raise InvalidInput(f"通讯录里没有您的{_ADDRESS[way]}，请先补上", {"way": way})
    trial = try_channel(ways[way], way, address, someone.name, now)
    with duban.database.unit_of_work() as connection:
        told = {"act": "channel_tried", "way": way, "status": str(trial.receipt.outcome)}
        audit.record(connection, Act("maintenance", someone.person, data=told), now)
    return address, trial


_ADDRESS = {"email": "邮箱地址", "sms": "手机号码"}


def _page(
    duban: Duban,
    someone: Someone,
    *,
    way: str = "",
    address: str = "",
    trial: Trial | None = None,
    refused: Refusal | None = None,
) -> Response:
    urls = {"email": duban.settings.email, "sms": duban.settings.sms}
    with duban.database.reading() as connection:
        to = outbox.addressee(connection, someone.person)
    own = {name: (to.address(name) if to is not None else None) or "" for name in urls}
    page = ChannelsPage(
        channels=tuple(
            ChannelLine(name, WAYS[name], _goes(url), masked(own[name]) if own[name] else "")
            for name, url in urls.items()
        ),
        title=WAYS.get(way, ""),
        said=lines_of(trial, address) if trial else (),
        meaning=trial.meaning if trial else "",
        well=trial is not None and trial.receipt.outcome is Outcome.ACCEPTED,
        problem=refused.sentence if refused else "",
    )
    status = status_of(refused) if refused else 200
    return show("channels.html", page, masthead_of(duban, someone, HERE), status=status)


def _goes(url: str) -> str:
    """Where a way goes, without accounts and passwords."""
    if url == MAILBOX_URL:
        return "本机信箱（没有接外部服务器）"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"
