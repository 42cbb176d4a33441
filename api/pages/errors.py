"""Pages for what went wrong: a sentence, what to do now, and a way back."""

from dataclasses import dataclass

from fastapi import Response

from api.pages.rendering import show

_TITLES = {
    401: "请先登录",
    403: "不能办理",
    404: "没有找到",
    409: "情况已有变化",
    413: "内容太大",
    422: "内容不合要求",
    429: "请稍候",
    503: "暂时不可用",
}
_ADVICE = {
    403: "如果你认为应当由你办理，请联系本单位的联络员或系统管理员，核对你的岗位。",
    404: "地址可能写错了，或者这件事项不在你的范围内。",
    409: "可能有人已经先办理了，请回到事项页面查看最新情况。",
    429: "登录名或口令多次不对，请稍候再试。",
    500: "这是系统的问题，不是你的操作引起的；没有办理的内容请稍后重试。",
    503: "请稍后刷新页面。",
}


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A request that was refused: a title, the sentence, what to do, and the code for support."""

    title: str
    sentence: str
    advice: str
    code: str
    status: int


def error_page(status: int, sentence: str, code: str) -> Response:
    """The page of a status, a sentence and a stable code."""
    page = ErrorPage(
        _TITLES.get(status, "没有办理"), sentence, _ADVICE.get(status, ""), code, status
    )
    return show("error.html", page, status=status)
