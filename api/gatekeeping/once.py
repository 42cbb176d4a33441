"""A form of a page acts once, however often it is sent: a double click, a reload, a second try on a
line that broke off.

Every form carries an id that is new whenever it is shown. The first request with it is let through;
one that says the same meanwhile waits for it and gets the same answer, as does one that comes soon
after. Later, or in another process, it is told that the form was sent. What was refused may be sent
again, and what says something else is another form: somebody went back and corrected it.
"""

from collections import OrderedDict
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
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
_PIECE = 1024 * 1024


@dataclass(slots=True)
class _Answer:
    """What the first request was answered, once it is `there`; no messages if it was refused, or
    too much to keep.
    """

    at: float
    there: anyio.Event = field(default_factory=anyio.Event)
    messages: list[Message] = field(default_factory=list)
    status: int | None = None
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
        return self.status is not None and self.status < 400


class Once:
    """Right before the router, behind the gate: it is known who sends the form."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: OrderedDict[str, _Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_be_sent_twice(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            form = await form_of(request)  # read once: whoever asks for it behind us gets the same
        except HTTPException as error:
            await (await answer(request, error))(scope, receive, send)
            return
        try:
            await self._take(form, request, send)
        finally:
            await form.close()

    async def _take(self, form: FormData, request: Request, send: Send) -> None:
        """Let the form act, or give its answer again."""
        if not isinstance(form.get(FIELD), str):
            await self._app(request.scope, request.receive, send)
            return
        key = await run_in_threadpool(_key_of, request, form)
        first = await self._first(key)
        if first is None:
            await self._act(key, request, send)
        elif first.messages:
            for message in first.messages:
                await send(deepcopy(message))
        else:
            await _say_it_was_sent(request, send)

    async def _first(self, key: str) -> _Answer | None:
        """What the form was answered, waited for; None if it has none, or was refused."""
        while (found := self._answers.get(key)) is not None:
            await found.there.wait()
            if found.acted:
                return found
        return None

    async def _act(self, key: str, request: Request, send: Send) -> None:
        """Claim the form and have it acted on, or say that it was sent before."""
        first = self._remember(key)
        try:
            if await run_in_threadpool(_claim, request, key):
                await self._acted(key, request, first, send)
            else:
                await _say_it_was_sent(request, send)
        finally:
            if not first.acted and self._answers.get(key) is first:
                del self._answers[key]
            first.there.set()

    async def _acted(self, key: str, request: Request, first: _Answer, send: Send) -> None:
        async def kept(message: Message) -> None:
            first.keep(message)
            await send(message)

        try:
            await self._app(request.scope, request.receive, kept)
        finally:
            if not first.acted:
                with anyio.CancelScope(shield=True):
                    await run_in_threadpool(_release, request, key)

    def _remember(self, key: str) -> _Answer:
        now = anyio.current_time()
        while self._answers:
            oldest = next(iter(self._answers.values()))
            if len(self._answers) < MOST_REMEMBERED and now - oldest.at < REMEMBERED_SECONDS:
                break
            self._answers.popitem(last=False)
        first = self._answers[key] = _Answer(now)
        return first


async def _say_it_was_sent(request: Request, send: Send) -> None:
    refusal = RequestReused("这张表已经提交过，没有再办一次；请打开原来的页面看结果")
    await (await answer(request, refusal))(request.scope, request.receive, send)


def _may_be_sent_twice(scope: Scope) -> bool:
    """A form of somebody who is signed in, whose command does not keep the id itself."""
    return (
        scope["type"] == "http"
        and scope["method"] == "POST"
        and not scope["path"].startswith("/api/")
        and SOMEONE in scope
        and not scope[LINE].keeps
    )


def _key_of(request: Request, form: FormData) -> str:
    """The form by who sends it, where to, its id, and what it says, its files included."""
    says = repr([(name, _said(one)) for name, one in form.multi_items()])
    digest = sha256(says.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{request.scope[SOMEONE].person} {request.url.path} {form[FIELD]} {digest}"


def _said(value: UploadFile | str) -> object:
    if isinstance(value, str):
        return value
    digest = sha256()
    while piece := value.file.read(_PIECE):
        digest.update(piece)
    value.file.seek(0)
    return value.filename, digest.hexdigest()


def _claim(request: Request, key: str) -> bool:
    duban = duban_of(request)
    with duban.database.unit_of_work() as connection:
        return sent_forms.claim(connection, key, duban.clock())


def _release(request: Request, key: str) -> None:
    with duban_of(request).database.unit_of_work() as connection:
        sent_forms.release(connection, key)
