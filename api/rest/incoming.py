"""Cases from other systems, with a signature instead of a sign-in: docs/webhooks.md.

JSON with rows and events, or an xlsx or CSV file as it would be uploaded by hand. What comes is
answered row by row; the same call sent again gets the same answer.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import AfterValidator, BaseModel, Field, ValidationError
from sqlalchemy.exc import IntegrityError

from api.auth import Installation, TooManyTries
from api.auth.tries import address_of
from api.context import Duban
from api.gatekeeping.refused import record_refusal
from api.incoming.signature import Signed, check, signed_by
from api.incoming.taking import MOST_ROWS, Desk, Happened, Taken
from api.rest.inputs import Body, Facts, Word, storable
from workflow.engine.errors import ConditionNotMet, InvalidInput, Refusal, RequestReused
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.offices.organisation import actor_of
from workflow.store.people import sources
from workflow.store.people.sources import Source
from workflow.store.plain import dumps

router = APIRouter(tags=["incoming"])

_JSON = "application/json"
_FILES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_PLACE = "POST:/api/v1/incoming/source"

Cells = Annotated[dict[str, str | int | float | bool | None], AfterValidator(storable)]
"""A row: its cells by the titles of columns, or the names of facts."""


class Unmanned(ConditionNotMet):
    """Nobody holds the post in whose name this source's cases are opened."""

    code = "unmanned"


class EventIn(Body):
    """Something that happened to a case in the other system."""

    external: Word
    event: Word
    facts: Facts = Field(default_factory=dict)


class CallIn(Body):
    """What a call brings: rows by the titles of columns, events by foreign number."""

    rows: list[Cells] = Field(default_factory=list, max_length=MOST_ROWS)
    events: list[EventIn] = Field(default_factory=list, max_length=MOST_ROWS)


class TakenOut(BaseModel):
    """What became of a row or an event: `opened`, `known`, `done`, or `refused` with a code and
    sentences by column.
    """

    row: int
    external: str
    outcome: str
    number: str
    state: str
    code: str
    errors: dict[str, str]


class CallOut(BaseModel):
    """The answer to a call."""

    source: str
    opened: int
    known: int
    refused: int
    rows: list[TakenOut]
    events: list[TakenOut]


async def _body(request: Request) -> bytes:
    """The body as it came; its size is limited before."""
    return await request.body()


SourceName = Annotated[str, Path(max_length=40, description="the name of the source")]


@router.post("/incoming/{source}", response_model=CallOut)
def take(
    source: SourceName,
    request: Request,
    duban: Installation,
    body: Annotated[bytes, Depends(_body)],
) -> Response:
    """Take what another system sends; a retry of the same call gets the first answer."""
    _not_too_often(duban, request)
    signed, known = _let_in(duban, source, request, body)
    answer = _answered(duban, known, signed, request, body)
    return Response(answer, media_type=_JSON)


def _not_too_often(duban: Duban, request: Request) -> None:
    seconds = duban.visits.wait_after(f"door {address_of(request)}", duban.clock())
    if seconds:
        raise TooManyTries(f"发送过于频繁，请 {seconds} 秒后再发", {"seconds": seconds})


def _let_in(duban: Duban, name: str, request: Request, body: bytes) -> tuple[Signed, Source]:
    """Who signed the call; what is not signed, or by nobody known, goes into the log."""
    now = duban.clock()
    signed = signed_by(request.headers)
    with duban.database.reading() as connection:
        found = [
            one for one in sources.sources(connection, now, name=name) if one.closed_at is None
        ]
        keys = [key for one in found for key in _keys(duban, connection, one)]
    try:
        check(signed, keys, body, now)
    except Refusal as refusal:
        about = ("source", found[0].id) if found else None
        data: dict[str, audit.Plain] = {"code": refusal.code, "line": _PLACE, "status": 401}
        record_refusal(duban, Act("refusal", None, about, "refused", data), _PLACE)
        raise
    return signed, found[0]


def _keys(duban: Duban, connection: Any, source: Source) -> list[str]:
    return sources.keys_of(connection, duban.sealer, source.id, duban.clock())


def _answered(duban: Duban, source: Source, signed: Signed, request: Request, body: bytes) -> str:
    """The answer: the one that was given before, or that of taking it in now."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    digest = hashlib.sha256(kind.encode() + b"\n" + body).hexdigest()
    if earlier := _earlier(duban, source, signed, digest):
        return earlier
    answer = dumps(_taken(duban, source, signed, kind, body).model_dump())
    try:
        with duban.database.unit_of_work() as connection:
            now = duban.clock()
            sources.keep_answer(connection, source.id, signed.id, digest, answer, now)
    except IntegrityError:  # the same call came twice at one moment: its first answer counts
        return _earlier(duban, source, signed, digest) or answer
    return answer


def _earlier(duban: Duban, source: Source, signed: Signed, digest: str) -> str | None:
    with duban.database.reading() as connection:
        found = sources.answered(connection, source.id, signed.id)
    if found is None:
        return None
    if found[0] != digest:
        raise RequestReused("这个 webhook-id 已用于另一次发送，请换一个", {"id": signed.id})
    return found[1]


def _taken(duban: Duban, source: Source, signed: Signed, kind: str, body: bytes) -> CallOut:
    if source.person is None:
        raise Unmanned(f"{source.unit}现在没有人办理这个来源的事项，请联系对方系统管理员")
    with duban.database.reading() as connection:
        actor = actor_of(connection, source.person, duban.clock())
    desk = Desk(duban, source, signed.id, actor)
    if kind in _FILES:
        return _out(source, desk.take(desk.sheet(body)), ())
    if kind != _JSON:
        raise InvalidInput(f"只接收 {_JSON}、CSV 或 xlsx", {"content_type": kind[:80]})
    call = _read(body)
    events = (Happened(one.external, one.event, one.facts) for one in call.events)
    return _out(source, desk.take(desk.rows(call.rows)), desk.hear(events))


def _read(body: bytes) -> CallIn:
    """The call's content; raises InvalidInput naming the places that are wrong."""
    try:
        return CallIn.model_validate(json.loads(body))
    except (ValueError, RecursionError) as error:
        fields = (
            [".".join(str(part)[:40] for part in one["loc"]) for one in error.errors()][:10]
            if isinstance(error, ValidationError)
            else []
        )
        raise InvalidInput("JSON 写法有误或不合要求", {"fields": fields}) from None


def _out(source: Source, rows: Iterable[Taken], events: Iterable[Taken]) -> CallOut:
    taken = [TakenOut(**asdict(one)) for one in rows]
    heard = [TakenOut(**asdict(one)) for one in events]
    count: Callable[[str], int] = [one.outcome for one in (*taken, *heard)].count
    return CallOut(
        source=source.name,
        opened=count("opened"),
        known=count("known"),
        refused=count("refused"),
        rows=taken,
        events=heard,
    )
