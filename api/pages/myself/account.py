"""我的账号: password, second factor, sessions, tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.auth.confirming import confirm_if_given
from api.auth.cookies import cookie_of
from api.auth.programs import LONGEST_TOKEN_DAYS, TOKEN_DAYS, delete_tokens, make_token
from api.auth.signing_in import end_others
from api.context import Duban
from api.pages.forms import PROOF_FIELD, Posted, secret_in, text_in, whole
from api.pages.rendering import account_masthead, show
from api.presenting.account import SessionLine, TokenLine, session_line, token_line
from workflow.engine.errors import InvalidInput, Refusal
from workflow.store.people import sessions, tokens
from workflow.store.people.tokens import Scope

router = APIRouter()

HERE = "/account"
_DONE = {
    "password": "口令已更换，其他地方的登录都已退出",
    "removed": "二次验证已停用",
    "ended": "其他地方的登录都已退出",
    "deleted": "令牌已作废",
}


@dataclass(frozen=True, slots=True)
class AccountPage:
    """我的账号: `made` is a new token, shown this once; `typed` stands in the form of one that was
    refused.
    """

    factor: bool
    has_posts: bool
    sessions: tuple[SessionLine, ...]
    tokens: tuple[TokenLine, ...]
    typed: Mapping[str, str]
    longest: int
    done: str = ""
    made: str = ""
    problem: str = ""


@router.get(HERE)
def show_account(
    request: Request, duban: Installation, someone: SignedInPage, done: str = ""
) -> Response:
    """Everything that lets somebody in as the reader."""
    return _page(request, duban, someone, done=_DONE.get(done, ""))


@router.post(HERE + "/sessions/end")
def end(request: Request, duban: Installation, someone: SignedInForm) -> Response:
    """End every session but this one."""
    end_others(duban, someone.person, request)
    return RedirectResponse(f"{HERE}?done=ended", 303)


@router.post(HERE + "/tokens")
def make(
    request: Request,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Make a token and show it."""
    typed = {field: text_in(form, field) for field in ("name", "scope", "days")}
    try:
        someone = confirm_if_given(duban, someone, secret_in(form, PROOF_FIELD), request)
        wanted = Scope.WRITE if typed["scope"] == Scope.WRITE.value else Scope.READ
        lasts = _lasts(typed["days"])
        token, _ = make_token(duban, someone, typed["name"], wanted, lasts, request)
    except Refusal as refused:
        return _page(request, duban, someone, refused=refused, typed=typed)
    return _page(request, duban, someone, made=token)


@router.post(HERE + "/tokens/delete")
def delete(request: Request, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Make a token worthless."""
    delete_tokens(duban, someone, text_in(form, "name"), request)
    return RedirectResponse(f"{HERE}?done=deleted", 303)


def _lasts(days: str) -> timedelta:
    wanted = whole(days, LONGEST_TOKEN_DAYS)
    if not wanted:
        raise InvalidInput(f"有效期应为 1 至 {LONGEST_TOKEN_DAYS} 天", {"days": days[:10]})
    return timedelta(days=wanted)


def _page(
    request: Request,
    duban: Duban,
    someone: Someone,
    *,
    done: str = "",
    made: str = "",
    refused: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    now, profile, token = duban.clock(), duban.settings.sign_in, cookie_of(request, duban) or ""
    with duban.database.reading() as connection:
        mine = sessions.sessions_of(connection, someone.person, profile, now, token)
        programs = tokens.tokens_of(connection, someone.person)
    page = AccountPage(
        factor=someone.factor,
        has_posts=bool(someone.actor.posts),
        sessions=tuple(map(session_line, mine)),
        tokens=tuple(token_line(one, now) for one in programs),
        typed=typed or {"name": "", "scope": "", "days": str(TOKEN_DAYS)},
        longest=LONGEST_TOKEN_DAYS,
        done=done,
        made=made,
        problem=refused.sentence if refused else "",
    )
    return show("account.html", page, account_masthead(duban, someone), refused=refused)
