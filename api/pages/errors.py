"""Pages for what went wrong: what happened, what to do now, the number for support, a way back.

They stand below the masthead of whoever is known, and ask the database nothing: it may be what
went wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from api.auth import Someone
from api.auth.asking import SOMEONE
from api.auth.installation import duban_of
from api.auth.refusals import SIGN_IN_PAGE
from api.errors import request_id_of
from api.pages.rendering import Masthead, account_masthead, show

_TITLES: Mapping[int, str] = {
    400: "请求读不懂",
    401: "请先登录",
    403: "不能办理",
    404: "没有找到",
    405: "不能这样打开",
    408: "没有传完",
    409: "情况已有变化",
    413: "内容太大",
    415: "文件类型不对",
    422: "内容不合要求",
    429: "请稍候",
    500: "系统出错",
    502: "统一身份认证暂时不可用",
    503: "暂时不可用",
}
_ADVICE: Mapping[int, str] = {
    400: "请回到上一页重新操作，不要直接改网址；浏览器很旧的，请换一个再试。",
    401: "登录以后再回到这一页。",
    403: "如果你认为应当由你办理，请联系本单位的联络员或系统管理员，核对你的岗位。",
    404: "网址可能写错或已经过期。请从待办或台账进入；确需查看的，请联系办理单位。",
    405: "请回到上一页，用页面上的按钮办理。",
    408: "请检查网络，回到上一页再提交一次；重复提交不会办理两次。",
    409: "可能有人已经先办理了，请回到事项页面查看最新情况。",
    413: "请用浏览器的“后退”回到刚才的页面，压缩照片或者分几次上传，再提交。填写的内容没有了的，"
    "请先打开刚才的页面重新填写。这一次什么也没有保存。",
    415: "请回到上一页，换成页面上写明的文件类型再上传。",
    422: "请回到上一页改正后再提交；这一次什么也没有保存。",
    429: "到时间再试即可，不需要联系管理员；不是你本人在尝试的，请联系系统管理员。",
    500: "这不是你的操作引起的。请稍后再试；再次出现时，把下面的编号告诉系统管理员。",
    502: "请稍后再试，或者用登录名和口令登录。",
    503: "请过一两分钟刷新页面。还是不行的，把下面的编号告诉系统管理员。",
}
_STRANGERS = "网址可能写错或已经过期。要看自己范围内的事项，请先登录。"
"""What somebody unknown can do where nothing is."""

_ADMINISTRATORS = "网址可能写错或已经过期，请从上面的栏目进入。管理员看不到业务内容。"
"""What an administrator can do there, who has neither a desk nor a ledger."""

_OURS: Mapping[int, str] = {500: "系统出错，这一步没有办理。"}
"""What is said of our own faults instead of the sentence of the log."""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A request that was refused: what happened, what to do, the number under which the log knows
    it, the code for support, and where to go from here.
    """

    title: str
    sentence: str
    advice: str
    request: str
    code: str
    status: int
    ways: tuple[tuple[str, str], ...]


def error_page(request: Request, status: int, sentence: str, code: str) -> Response:
    """The page of a request, a status, a sentence and a stable code."""
    someone: Someone | None = request.scope.get(SOMEONE)
    page = ErrorPage(
        title=_TITLES.get(status, "没有办理"),
        sentence=_OURS.get(status, sentence),
        advice=_nowhere(someone) if status == 404 else _ADVICE.get(status, ""),
        request=request_id_of(request),
        code=code,
        status=status,
        ways=_ways(someone),
    )
    return show("error.html", page, _masthead(request, someone), status=status)


def _nowhere(someone: Someone | None) -> str:
    """What to do where nothing is."""
    if someone is None:
        return _STRANGERS
    return _ADVICE[404] if someone.administers is None else _ADMINISTRATORS


def _masthead(request: Request, someone: Someone | None) -> Masthead | None:
    return None if someone is None else account_masthead(duban_of(request), someone, here="")


def _ways(someone: Someone | None) -> tuple[tuple[str, str], ...]:
    if someone is None:
        return ((SIGN_IN_PAGE, "去登录"), ("/public", "看公示"))
    if someone.administers is not None:
        return (("/administration", "回到管理"),)
    if not someone.actor.posts:
        return (("/", "回到我的待办"),)
    return (("/", "回到我的待办"), ("/ledgers", "查台账"), ("/workflows", "看办理规则"))
