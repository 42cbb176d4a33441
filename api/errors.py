"""What a refusal looks like from outside: the only place with HTTP status numbers.

REST answers `{code, sentence, data, request_id}`; pages answer an HTML page with the same sentence.
What the framework itself would say in English is said here in Chinese.
"""

import errno
import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException

from api.auth import (
    DutyFirst,
    Forged,
    NotAllowed,
    NotConfirmedSo,
    NotSignedIn,
    SignInFirst,
    TooManyTries,
    WrongCode,
    WrongPassword,
)
from api.auth.kept_form import KeptForm, kept_form_of
from api.auth.refusals import NoAccount, ProviderTrouble
from api.incoming.signature import BadSignature, OldSignature, Unsigned
from api.inspecting.places import TooBusy
from api.room import FULL, NO_ROOM
from api.sealing_key import NoKey
from workflow.engine.errors import (
    ConditionNotMet,
    DubanError,
    DutiesNotSeparate,
    InvalidDefinition,
    InvalidInput,
    NotByPrograms,
    NotConfirmed,
    NotFound,
    NotYourTurn,
    OutOfTurn,
    Refusal,
    RelationNotAllowed,
    RequestReused,
    Stale,
    UnknownEvent,
)
from workflow.store.database import DatabaseUnusable
from workflow.store.driver.trouble import cause_of, is_full
from workflow.store.offices.administrators import NotAppointed
from workflow.store.people.sealing import CannotUnseal

_log = structlog.get_logger("duban.errors")

NOT_AVAILABLE = (OperationalError, NoConnection)
"""What is raised where the database does not answer, or all connections to it are in use."""

STATUS: Mapping[type[Exception], int] = {
    NotSignedIn: 401,
    Unsigned: 401,
    BadSignature: 401,
    OldSignature: 401,
    WrongPassword: 401,
    WrongCode: 401,
    DutyFirst: 403,
    Forged: 403,
    NotAllowed: 403,
    NotAppointed: 409,
    NoAccount: 403,
    NotConfirmedSo: 403,
    NotByPrograms: 403,
    NotConfirmed: 403,
    NotYourTurn: 403,
    NotFound: 404,
    UnknownEvent: 422,
    OutOfTurn: 409,
    DutiesNotSeparate: 409,
    Stale: 409,
    RequestReused: 409,
    ConditionNotMet: 422,
    InvalidInput: 422,
    RelationNotAllowed: 422,
    InvalidDefinition: 422,
    TooManyTries: 429,
    ProviderTrouble: 502,
    Refusal: 422,
    TooBusy: 503,
    CannotUnseal: 503,
    NoKey: 503,
    DatabaseUnusable: 503,
    OperationalError: 503,
    NoConnection: 503,
    DubanError: 500,
}

_OF_THE_FRAMEWORK: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "请求的内容读不懂"),
    404: ("not_found", "没有这个地址"),
    405: ("method_not_allowed", "这个地址不接受这种请求"),
    408: ("too_slow", "内容迟迟没有传完，请检查网络后再试"),
    413: ("too_large", "内容太大，没有接收"),
    415: ("unsupported_type", "不接受这种类型的内容"),
}

_FOR_THE_ADMINISTRATOR: Mapping[type[Exception], tuple[str, str]] = {
    DatabaseUnusable: ("database_unusable", "数据库现在不能用，请联系系统管理员"),
    NoKey: ("no_key", "服务器上缺少密钥文件，这件事暂时办不了，请联系系统管理员"),
}
"""What only whoever runs the server can mend. The log says what is missing and where; a page says
nothing of the server's folders.
"""

NO_NUMBER, TOO_DEEP = "no_number", "too_deep"
"""Types of error of our own, for facts."""

_OF_VALUES: Mapping[str, str] = {
    NO_NUMBER: "含有过大或无效的数（NaN、Infinity）",
    TOO_DEEP: "嵌套太深",
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "json_invalid": "JSON 写法有误",
    "string_too_short": "不能为空，也不能太短",
    "string_too_long": "太长",
    "string_type": "应为文字",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "dict_type": "应为一组“键: 值”",
    "model_attributes_type": "应为 JSON 对象，并注明 Content-Type: application/json",
    "date_parsing": "没有这个日期，应写成 2026-09-30 这样",
    "date_from_datetime_parsing": "没有这个日期，应写成 2026-09-30 这样",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "value_error": "含有不能使用的字符",
}
"""Pydantic's types of error in Chinese; anything else is 不合要求."""

ErrorPage = Callable[[Request, int, str, str], Response]
"""Makes the HTML page of a request, a status, a sentence and a code."""

KeptPage = Callable[[Request, KeptForm], Response]
"""Makes the page from which a form is sent again, after signing in where nobody has."""


class Problem(BaseModel):
    """What REST answers to a request that is refused."""

    code: str
    sentence: str
    data: dict[str, Any]
    request_id: str


def status_of(error: Exception) -> int:
    """The HTTP status of an error, by the nearest of its classes."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")

REFUSED = "duban.refused"
"""Under this name a request's scope holds the code of the refusal it was answered with: the gate,
the log and the meters ask for it.
"""


def request_id_of(request: Request) -> str:
    """The id under which the log knows this request."""
    return str(request.scope.get("request_id", ""))


def problem(
    request: Request,
    status: int,
    code: str,
    sentence: str,
    data: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a refused request, as REST or pages give it."""
    if not request.url.path.startswith(_FOR_PROGRAMS):
        page: ErrorPage = request.app.state.error_page
        response = page(request, status, sentence, code)
        response.headers.update(headers or {})
        return response
    body = {
        "code": code,
        "sentence": sentence,
        "data": dict(data or {}),
        "request_id": request_id_of(request),
    }
    text = json.dumps(body, ensure_ascii=False, default=str)
    # what was sent in may hold half of a surrogate pair: it is shown as a question mark
    content = text.encode("utf-8", "replace")
    return Response(content, status, headers, "application/json")


def install(app: FastAPI, error_page: ErrorPage, kept_page: KeptPage) -> None:
    """Have the application answer every error in this way."""
    app.state.error_page, app.state.kept_page = error_page, kept_page
    app.add_exception_handler(SignInFirst, _send_to_sign_in)
    app.add_exception_handler(DubanError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _by_framework)
    for kind in NOT_AVAILABLE:
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(OSError, _no_file)


async def answer(request: Request, error: DubanError | HTTPException) -> Response:
    """The answer to what was refused before the router was asked."""
    if isinstance(error, SignInFirst):
        return await _send_to_sign_in(request, error)
    return await (_refused if isinstance(error, DubanError) else _by_framework)(request, error)


# async: Starlette would run plain functions in a thread


async def _send_to_sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    if kept := await kept_form_of(request):
        page: KeptPage = request.app.state.kept_page
        return page(request, kept)
    return RedirectResponse(error.location, 303)


async def _refused(request: Request, error: Exception) -> Response:
    status = status_of(error)
    if isinstance(error, DutyFirst) and not request.url.path.startswith("/api/"):
        return RedirectResponse(error.location, 303)
    if isinstance(error, Refusal):
        request.scope[REFUSED] = error.code
        if isinstance(error, Forged) and (kept := await kept_form_of(request)):
            page: KeptPage = request.app.state.kept_page  # signed in anew in another window
            return page(request, kept)
        return problem(request, status, error.code, error.sentence, error.data, _headers(error))
    if isinstance(error, InvalidDefinition):
        return problem(request, status, "invalid_definition", *_in_short(error))
    if said := _FOR_THE_ADMINISTRATOR.get(type(error)):
        _log.error("the installation is not in order", cause=str(error))
        return problem(request, status, *said)
    return problem(request, status, "failed", str(error))


def _headers(error: Refusal) -> dict[str, str]:
    if isinstance(error, TooManyTries):
        return {"Retry-After": str(error.data["seconds"])}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, NotSignedIn) else {}


def _in_short(error: InvalidDefinition) -> tuple[str, dict[str, Any]]:
    mistakes = [
        {
            "line": mistake.line,
            "column": mistake.column,
            "path": mistake.path,
            "code": mistake.code,
            "problem": mistake.problem,
            "hint": mistake.hint,
        }
        for mistake in error.mistakes
    ]
    first = error.mistakes[0]
    sentence = (
        f"{error.source} 有 {len(mistakes)} 处错误，第一处在第 {first.line} 行：{first.problem}"
    )
    return sentence, {"source": error.source, "mistakes": mistakes}


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    kinds = {str(one["type"]) for one in error.errors()}
    if any(one["loc"][:1] == ("path",) for one in error.errors()):
        return problem(request, 404, *_OF_THE_FRAMEWORK[404])
    if "json_invalid" in kinds:
        return problem(request, 400, "bad_json", "JSON 写法有误")
    fields = {_place(one["loc"]): _OF_VALUES.get(one["type"], "不合要求") for one in error.errors()}
    sentence = "；".join(f"{name}：{what}" for name, what in list(fields.items())[:10])
    return problem(request, STATUS[InvalidInput], InvalidInput.code, sentence, {"fields": fields})


def _place(location: tuple[int | str, ...]) -> str:
    """Where it is wrong, without the framework's word for where it looked."""
    return ".".join(str(part)[:40] for part in location[1:]) or "请求内容"


async def _by_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    other = ("http_error", "请求没有办理")
    code, sentence = _OF_THE_FRAMEWORK.get(error.status_code, other)
    return problem(request, error.status_code, code, sentence, headers=error.headers)


async def _unavailable(request: Request, error: Exception) -> Response:
    return unavailable(request, error)


def unavailable(request: Request, error: Exception) -> Response:
    """The answer where the database is away or busy, or has no room."""
    _log.warning("the database failed", cause=cause_of(error))
    headers = {"Retry-After": "5"}
    code, sentence = "database_unavailable", "数据库暂时不可用，请稍后再试"
    if is_full(error):
        code, sentence = FULL, NO_ROOM
    return problem(request, status_of(error), code, sentence, headers=headers)


async def _no_file(request: Request, error: Exception) -> Response:
    """A file that could not be written because the disk is full; any other is a fault of ours."""
    if not (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
        raise error
    _log.warning("a file could not be written", cause=str(error.strerror))
    return problem(request, 503, FULL, NO_ROOM, headers={"Retry-After": "5"})


async def _unstorable(request: Request, _: Exception) -> Response:
    """What the database cannot hold at all, such as a NUL on PostgreSQL."""
    sentence = "内容含有不能保存或查找的字符"
    return problem(request, 422, InvalidInput.code, sentence)
