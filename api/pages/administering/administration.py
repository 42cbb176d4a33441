"""管理: the three administrators, and for the one of security the accounts.

What each administrator looks after has pages of its own; here is who administers, and what the
security administrator does about accounts. No case is shown to any of them.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.administering.first_steps import Step, first_steps
from api.pages.forms import GREATEST_ID, Posted, printable, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.fields import Option, options_of
from api.presenting.wording import to_the_minute
from workflow.engine.errors import InvalidInput, Refusal
from workflow.store.evidence import audit
from workflow.store.offices import administrators
from workflow.store.offices.administrators import TITLES
from workflow.store.people import standing
from workflow.store.people.accounts import make_account, person_by_username
from workflow.store.people.passwords import give_passwords, make_passwords

router = APIRouter()

HERE, ACCOUNTS = "/administration", "/administration/accounts"
PersonId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@dataclass(frozen=True, slots=True)
class AdministratorLine:
    """Somebody who administers, or did; `dismiss` is where to end it, empty where one may not."""

    name: str
    username: str
    title: str
    since: str
    until: str
    appointed_by: str
    dismissed_by: str
    dismiss: str


@dataclass(frozen=True, slots=True)
class AdministrationPage:
    """管理; `appoints` shows the form of the security administrator, `steps` what is to be done
    first in a new installation.
    """

    title: str
    administrators: tuple[AdministratorLine, ...]
    appoints: bool
    roles: tuple[Option, ...]
    steps: tuple[Step, ...]
    problem: str = ""
    username: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account with what can be done about it; `own` is the reader's."""

    name: str
    username: str
    disabled: bool
    own: bool
    url: str


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """账号: found by a text; `password` is shown this once."""

    find: str
    accounts: tuple[AccountLine, ...]
    more: bool = False
    done: str = ""
    password: str = ""


@router.get(HERE)
def administration(duban: Installation, someone: SignedInPage) -> Response:
    """Who administers, and who did."""
    return _page(duban, someone)


@router.post("/administration/administrators")
def appoint(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Give somebody a role; a name makes an account for whoever has none yet.

    Before there is a system administrator nobody else could make one.
    """
    username, name = (printable(text_in(form, field), 90) for field in ("username", "name"))
    role, now = text_in(form, "role"), duban.clock()
    try:
        with duban.database.unit_of_work() as connection:
            if name:
                person = make_account(connection, username, name)
                made = audit.Act("person", someone.person, ("person", person))
                audit.record(connection, made, now)
            else:
                person = person_by_username(connection, username)
            administrators.appoint(connection, person, role, by=someone.person, now=now)
    except Refusal as refusal:
        return _page(duban, someone, refusal, username, name, role)
    return RedirectResponse(HERE, 303)


@router.post("/administration/administrators/{person}/dismiss")
def dismiss(person: PersonId, duban: Installation, someone: SignedInForm) -> Response:
    """End somebody's role."""
    try:
        with duban.database.unit_of_work() as connection:
            administrators.dismiss(connection, person, by=someone.person, now=duban.clock())
    except Refusal as refusal:
        return _page(duban, someone, refusal)
    return RedirectResponse(HERE, 303)


@router.get(ACCOUNTS)
def accounts(duban: Installation, someone: SignedInPage, find: str = "") -> Response:
    """Accounts whose name contains a text."""
    return _accounts(duban, someone, printable(find))


@router.post("/administration/accounts/{person}")
def change_account(
    person: PersonId, duban: Installation, someone: SignedInForm, form: Posted
) -> Response:
    """Disable or enable an account, end its sessions, take off its second factor, or give it a
    one-time password.
    """
    act = text_in(form, "act")
    if person == someone.person:
        raise InvalidInput("不能在这里更改自己的账号")
    if act not in _DONE:
        raise InvalidInput("没有这种操作")
    with duban.database.reading() as connection:
        username = standing.username_of(connection, person)
    made = make_passwords([username] if act == "reset_password" else [])
    with duban.database.unit_of_work() as connection:
        give_passwords(connection, made, duban.clock(), one_time=True, by=someone.person)
        if change := _CHANGES.get(act):
            change(connection, person, by=someone.person, now=duban.clock())
    password = made[username].password if made else ""
    return _accounts(duban, someone, username, _DONE[act], password)


_CHANGES = {
    "disable": standing.disable,
    "enable": standing.enable,
    "end_sessions": standing.end_sessions,
    "take_off_factor": standing.take_off_second_factor,
}
_DONE = {
    "disable": "账号已停用，现有登录已失效",
    "enable": "账号已启用",
    "end_sessions": "已让这个账号在各处退出",
    "take_off_factor": "二次验证已停用，请当面确认是本人；必须有二次验证的人登录后重新设置",
    "reset_password": "一次性口令（只显示这一次，请当面告知本人；登录后须立即更改）",
}


def _page(
    duban: Duban,
    someone: Someone,
    refusal: Refusal | None = None,
    username: str = "",
    name: str = "",
    role: str = "",
) -> Response:
    with duban.database.reading() as connection:
        rows = administrators.list_administrators(connection)
        steps = first_steps(connection, duban, someone, rows)
    appoints = someone.administers == "security"
    page = AdministrationPage(
        title=TITLES[someone.administers or "system"],
        administrators=tuple(_line(row, someone, appoints=appoints) for row in rows),
        appoints=appoints,
        roles=options_of(TITLES, role),
        steps=steps,
        problem=refusal.sentence if refusal else "",
        username=username,
        name=name,
    )
    return show("administration.html", page, masthead_of(duban, someone, HERE), refused=refusal)


def _line(row: dict[str, Any], someone: Someone, *, appoints: bool) -> AdministratorLine:
    may = appoints and row["live"] == 1 and row["person_id"] != someone.person
    return AdministratorLine(
        name=row["name"],
        username=row["username"],
        title=TITLES[row["role"]],
        since=to_the_minute(row["begins_at"]),
        until=to_the_minute(row["ends_at"]) if row["ends_at"] else "",
        appointed_by=row["appointed_by_name"] or "首次启动",
        dismissed_by=row["dismissed_by_name"] or "",
        dismiss=f"/administration/administrators/{row['person_id']}/dismiss" if may else "",
    )


def _accounts(
    duban: Duban, someone: Someone, find: str, done: str = "", password: str = ""
) -> Response:
    with duban.database.reading() as connection:
        rows = standing.find_accounts(connection, find)
    lines = tuple(
        AccountLine(
            row["name"],
            row["username"],
            row["disabled_at"] is not None,
            row["id"] == someone.person,
            f"{ACCOUNTS}/{row['id']}",
        )
        for row in rows
    )
    page = AccountsPage(find, lines, len(rows) == standing.MOST_FOUND, done, password)
    return show("accounts.html", page, masthead_of(duban, someone, ACCOUNTS))
