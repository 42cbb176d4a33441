"""A form of a page acts once, however often it is sent: a double click, a reload, a second try on a
line that broke off.

Every form carries an id that is new whenever it is shown. The first request with it is let through;
one that comes meanwhile waits for it and gets the same answer, as does one that comes soon after.
Later, in another process, or saying something else, it is told that the form was sent. What was
refused may be sent again.
"""

from collections import OrderedDict, deque
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.asking import SOMEONE
from api.auth.installation import duban_of
from api.auth.posted import form_of
from api.errors import answer
from api.gatekeeping.gate import LINE
from workflow.engine.errors import RequestReused
from workflow.store.people import sent_forms

FIELD = "request"
"""Where a form carries its id."""

REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 200
LARGEST_REMEMBERED = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Sent:
    """A form by who sends it, where to, and its id; and what it says."""

    key: str
    says: bytes


@dataclass(slots=True)
class _Answer:
    """What the first request, which `said` so much, was answered, once it is `there`; no messages
    if it was refused, or too much to keep.
    """

    said: bytes
    at: float
    there: anyio.Event = field(default_factory=anyio.Event)
    messages: list[Message] = field(default_factory=list)
    status: int = 500
    size: int = 0

    def keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.size += len(message.get("body", b""))
        if self.size <= LARGEST_REMEMBERED:
            self.messages.append(deepcopy(message))  # what stands around us compresses in place
        else:
            self.messages.clear()

    @property
    def acted(self) -> bool:
        return self.status < 400


class _Again:
    """What was received, once more: the route reads the form as if nobody had."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._received: deque[Message] = deque()
        self._reading_ahead = True

    async def __call__(self) -> Message:
        if self._reading_ahead:
            self._received.append(await self._receive())
            return self._received[-1]
        return self._received.popleft() if self._received else await self._receive()

    def rewind(self) -> None:
        self._reading_ahead = False


class Once:
    """Right before the router, behind the gate: it is known who sends the form."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: OrderedDict[str, _Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_be_sent_twice(scope):
            await self._app(scope, receive, send)
            return
        receive = _Again(receive)
        request = Request(scope, receive)
        try:
            form = await _sent(request)
            receive.rewind()
        except HTTPException as error:
            await (await answer(request, error))(scope, receive, send)
            return
        if form is None:
            await self._app(scope, receive, send)
        elif not await self._answered_before(form, send):
            await self._act(form, request, send)

    async def _answered_before(self, form: _Sent, send: Send) -> bool:
        """Give the first answer again, when it is there; False where there is none to give."""
        first = self._answers.get(form.key)
        if first is None:
            return False
        await first.there.wait()
        if first.said != form.says:
            return False
        for message in first.messages:
            await send(deepcopy(message))
        return bool(first.messages)

    async def _act(self, form: _Sent, request: Request, send: Send) -> None:
        """Claim the form and have it acted on, or say that it was sent before."""
        first = self._remember(form)
        try:
            if await run_in_threadpool(_claim, request, form.key):
                await self._acted(form, request, first, send)
            else:
                refusal = RequestReused("这张表已经提交过，没有再办一次；请打开原来的页面看结果")
                await (await answer(request, refusal))(request.scope, request.receive, send)
        finally:
            if not first.acted:
                first.messages.clear()
                if self._answers.get(form.key) is first:
                    del self._answers[form.key]
            first.there.set()

    async def _acted(self, form: _Sent, request: Request, first: _Answer, send: Send) -> None:
        async def kept(message: Message) -> None:
            first.keep(message)
            await send(message)

        try:
            await self._app(request.scope, request.receive, kept)
        finally:
            if not first.acted:
                with anyio.CancelScope(shield=True):
                    await run_in_threadpool(_release, request, form.key)

    def _remember(self, form: _Sent) -> _Answer:
        now = anyio.current_time()
        while self._answers:
            oldest = next(iter(self._answers.values()))
            if len(self._answers) < MOST_REMEMBERED and now - oldest.at < REMEMBERED_SECONDS:
                break
            self._answers.popitem(last=False)
        first = self._answers[form.key] = _Answer(form.says, now)
        return first


def _may_be_sent_twice(scope: Scope) -> bool:
    """A form of somebody who is signed in, whose command does not keep the id itself."""
    return (
        scope["type"] == "http"
        and scope["method"] == "POST"
        and not scope["path"].startswith("/api/")
        and SOMEONE in scope
        and not scope[LINE].keeps
    )


async def _sent(request: Request) -> _Sent | None:
    """The form that was sent; None for one without an id."""
    form = await form_of(request)
    given, someone = form.get(FIELD), request.scope[SOMEONE]
    if not isinstance(given, str):
        return None
    says = repr([item for item in form.multi_items() if isinstance(item[1], str)])
    key = f"{someone.person} {request.url.path} {given}"
    return _Sent(key, sha256(says.encode("utf-8", "surrogatepass")).digest())


def _claim(request: Request, form: str) -> bool:
    duban = duban_of(request)
    with duban.database.unit_of_work() as connection:
        return sent_forms.claim(connection, form, duban.clock())


def _release(request: Request, form: str) -> None:
    with duban_of(request).database.unit_of_work() as connection:
        sent_forms.release(connection, form)
