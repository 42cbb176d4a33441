"""Templates, and what stands above every page."""

import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.types import Receive, Scope, Send

from api.auth import Someone
from api.auth.confirming import proof_title
from api.auth.veiling import veiled
from api.context import Duban
from api.errors import REFUSED, status_of
from api.presenting.wording import is_day
from notifications.ways import MAILBOX_URL
from workflow.engine.case import Actor, Pen
from workflow.engine.errors import Refusal

LOOK_EVERY = 3
"""Seconds until a page that tells how far something has come asks for itself again."""

_HERE = Path(__file__).parent
_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class NavLink:
    """A part of the site; `here` marks the one being read."""

    url: str
    title: str
    here: bool


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above a page: who reads it, where they can go, and the token of their forms.

    `confirm` names what a form that signs asks for again; empty while the session is fresh.
    """

    name: str
    csrf: str
    links: tuple[NavLink, ...]
    confirm: str = ""


def marks(masthead: Masthead) -> Markup:
    """What every form carries: the token of whoever reads the page, and an id of the form's own, so
    that it acts once however often it is sent.
    """
    one = '<input type="hidden" name="{}" value="{}">'
    return Markup(one * 2).format("csrf", masthead.csrf, "request", secrets.token_urlsafe(16))


@cache
def stylesheet() -> Markup:
    """How our pages look, to stand inside a page that is kept as a file."""
    text, _, _ = FileSystemLoader(_HERE / "static").get_source(_environment, "duban.css")
    return Markup(text)


_environment.globals |= {"marks": marks, "stylesheet": stylesheet}
_environment.tests["day"] = is_day


def masthead_of(duban: Duban, someone: Someone, here: str) -> Masthead:
    """The masthead for a reader on the part of the site that begins with `here`."""
    if someone.administers is not None:
        return Masthead(
            someone.name,
            _token(someone),
            _of_administrator(someone, here),
            _asked_again(someone),
        )
    links = [("/", "我的待办")]
    if not someone.actor.posts:  # nothing else is open to them
        home = NavLink("/", "我的待办", here == "/")
        return Masthead(someone.name, _token(someone), (home,), _asked_again(someone))
    links += [("/cases/new", "新建")] if _opens_something(duban, someone.actor) else []
    links += [
        ("/boards", "看板"),
        ("/ledgers", "双台账"),
        ("/messages", "消息"),
        ("/workflows", "工作流程"),
    ]
    links += [("/mailbox", "信箱")] if has_mailbox(duban) else []
    shown = tuple(NavLink(url, title, url == here) for url, title in links)
    return Masthead(someone.name, _token(someone), shown, _asked_again(someone))


def _of_administrator(someone: Someone, here: str) -> tuple[NavLink, ...]:
    links = [("/administration", "管理")]
    links += [("/administration/accounts", "账号")] if someone.administers == "security" else []
    if someone.administers == "system":
        links += [
            ("/administration/organisation", "组织机构"),
            ("/administration/holidays", "放假通知"),
            ("/administration/unreachable", "联系不上的人"),
            ("/administration/suggestions", "意见箱"),
            ("/administration/health", "运行状况"),
            ("/administration/channels", "消息渠道"),
            ("/administration/sources", "外部来源"),
            ("/administration/sending", "消息发送"),
            ("/jobs", "后台任务"),
            ("/workflows", "工作流程"),
        ]
    links += [("/audit", "审计日志")] if someone.administers == "audit" else []
    return tuple(NavLink(url, title, url == here) for url, title in links)


def account_masthead(duban: Duban, someone: Someone, here: str = "/account") -> Masthead:
    """The masthead where somebody may have a duty: then there is nowhere to go but out."""
    if someone.duty is None:
        return masthead_of(duban, someone, here)
    return Masthead(someone.name, _token(someone), (), _asked_again(someone))


def _token(someone: Someone) -> str:
    return veiled(someone.csrf) if someone.csrf else ""


def _asked_again(someone: Someone) -> str:
    return "" if someone.actor.pen is Pen.READY else proof_title(someone.factor)


def has_mailbox(duban: Duban) -> bool:
    """Whether messages stay in this installation, so that everybody may look at them."""
    return MAILBOX_URL in (duban.settings.email, duban.settings.sms)


def _opens_something(duban: Duban, actor: Actor) -> bool:
    roles = {post.role for post in actor.posts}
    return any(
        roles & {role.partition(".")[2] for role in compiled.definition.opening.by}
        for compiled in duban.catalog.known().values()
    )


class _Refusing(HTMLResponse):
    """A page that says what was refused: the gate, the log and the meters know of it as they know
    of what was answered with an error.
    """

    def __init__(self, html: str, refused: Refusal) -> None:
        super().__init__(html, status_of(refused))
        self._code = refused.code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[REFUSED] = self._code
        await super().__call__(scope, receive, send)


def show(
    template: str,
    content: object,
    masthead: Masthead | None = None,
    *,
    status: int = 200,
    refused: Refusal | None = None,
) -> Response:
    """The page made of a template and its dataclass, called `page` inside; no masthead when
    nobody is signed in. What was `refused` gives the page its status.
    """
    html = _environment.get_template(template).render(page=content, masthead=masthead)
    return _Refusing(html, refused) if refused is not None else HTMLResponse(html, status)
