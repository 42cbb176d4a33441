"""What a message about a real case would say, without sending it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from notifications.channels import Envelope
from notifications.channels.channel import OwnWords
from notifications.digest import case_link, settings_link
from notifications.discretion import discreet
from notifications.rendering import DISCREET, Rendered, render
from workflow.store.outgoing import messages, relevance

SOMEBODY = "某某"


class NothingToPreview(LookupError):
    """The case is not there, or nothing was ever said of it; the text is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One message by mail, and the text that would arrive on a telephone."""

    mail: Rendered
    short: str


def preview(
    connection: Connection,
    case: int,
    template: str,
    base_url: str,
    sms: object = None,
    present: Mapping[str, str] | None = None,
) -> Preview:
    """The message with the variables of the last that was owed about a case, and those of the
    `present` instead where they are known; the channel `sms` may have words of its own.

    Raises NothingToPreview, UnknownTemplate, CannotRender or Unsendable.
    """
    found = messages.messages(connection, reader=None, case=case, limit=1)
    if not found:
        raise NothingToPreview("还没有为这件事项发过消息，没有可以预览的内容")
    now, link = relevance.case_now(connection, case), case_link(base_url, case)
    told = {
        **found[0].variables,
        **(present or {}),
        "unit": now.unit,
        "person": SOMEBODY,
        "link": link,
    }
    told["settings"] = settings_link(base_url)
    if now.confidential:
        template, told = DISCREET, discreet("sms", told)
    mail, short = (render(template, way, told, link) for way in ("email", "sms"))
    envelope = Envelope("preview", "", template, told, "", short.text)
    return Preview(mail, sms.worded(envelope) if isinstance(sms, OwnWords) else short.text)
