"""Receipts that an SMS gateway sends by itself, at the address with the token of its URL.

Gateways call as they please, by GET or POST, with a form, a query or JSON; whoever does not know
the token finds nothing here.
"""

import hmac
import json
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response

from api.auth import Installation
from api.clock import system_clock
from notifications.channels import open_channel
from notifications.channels.http_gateway import HttpGatewayChannel
from notifications.collecting import keep_reports
from notifications.ways import MAILBOX_URL
from workflow.engine.errors import NotFound

router = APIRouter()


async def _fields(request: Request) -> dict[str, str]:
    """What was sent, wherever it stands; the body's size is limited before it comes here."""
    body = await request.body()
    fields: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            content = {}
        fields |= content if isinstance(content, dict) else {}
    else:
        fields |= parse_qsl(body.decode("utf-8", "replace"))
    return {str(name): str(value) for name, value in fields.items()}


@router.get("/receipts/{token}", include_in_schema=False)
@router.post("/receipts/{token}", include_in_schema=False)
def receipt(
    token: str, duban: Installation, fields: Annotated[dict[str, str], Depends(_fields)]
) -> Response:
    """Keep one receipt; the gateway may forget it once it has its answer."""
    channel = _gateway(duban.settings.sms)
    if channel is None or not hmac.compare_digest(
        token.encode("utf-8", "replace"), channel.receipts_token.encode()
    ):
        raise NotFound("没有这个地址")
    report = channel.read_receipt(fields)
    if report is not None:
        keep_reports(duban.database, "sms", [report], duban.clock())
    return Response("OK", media_type="text/plain")


@lru_cache(maxsize=1)
def _gateway(url: str) -> HttpGatewayChannel | None:
    """The gateway of the settings, if it may report; its description is read once."""
    if url == MAILBOX_URL:
        return None
    channel = open_channel(url, now=system_clock)
    reports = isinstance(channel, HttpGatewayChannel) and channel.receipts_token
    return channel if isinstance(channel, HttpGatewayChannel) and reports else None
