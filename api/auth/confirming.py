"""Confirming that it is still oneself: before a sign-off, and before what opens the account to
others.

A session is fresh for some minutes after a password or a code was given in it, at sign-in or later.
"""

from dataclasses import replace

from fastapi import Request

from api.auth.asking import Someone
from api.auth.cookies import cookie_of
from api.auth.noting import note, note_refused
from api.auth.refusals import NotConfirmedSo
from api.auth.tries import begin_try
from api.context import Duban
from workflow.engine.case import Pen
from workflow.engine.errors import NotByPrograms, NotConfirmed
from workflow.store.people import accounts, passwords, second_factor, sessions, throttling
from workflow.store.people.accounts import Account


def confirm(duban: Duban, someone: Someone, proof: str, request: Request) -> Someone:
    """The same person with the pen ready, for a password or a code of theirs.

    Raises NotConfirmedSo, TooManyTries, NotByPrograms.
    """
    account = _account(duban, someone)
    if account.password_hash is None and not account.second_factor:
        raise NotConfirmedSo("你还没有口令，也没有二次验证，请先到“我的账号”设置二次验证")
    counted, now = begin_try(duban, account.username, request), duban.clock()
    right = not _is_code(account, proof) and passwords.password_is_right(account, proof, now)
    with duban.database.unit_of_work() as connection:
        if not right and account.second_factor:
            right = second_factor.code_is_right(
                connection, duban.sealer, account.person, proof, now
            )
        if right:
            throttling.end_try(connection, counted)
            sessions.note_confirmed(connection, cookie_of(request, duban) or "", now)
            note(connection, duban, request, "confirmation", account.person)
    if not right:
        note_refused(duban, request, "confirmation", account.person, NotConfirmedSo.code)
        raise NotConfirmedSo(f"{proof_title(account.second_factor)}不对，请重新输入")
    return replace(someone, actor=replace(someone.actor, pen=Pen.READY))


def confirm_if_given(duban: Duban, someone: Someone, proof: str, request: Request) -> Someone:
    """The same, where a proof was given and is wanted: a form sent twice gives a code twice."""
    wanted = proof and someone.actor.pen is not Pen.READY
    return confirm(duban, someone, proof, request) if wanted else someone


def demand_fresh(duban: Duban, someone: Someone, proof: str, request: Request) -> Someone:
    """The same, and raise NotConfirmed when the session is not fresh and no proof was given."""
    someone = confirm_if_given(duban, someone, proof, request)
    if someone.actor.pen is not Pen.READY:
        raise NotConfirmed("办理前，请再次确认是你本人")
    return someone


def proof_title(with_code: bool) -> str:
    """What is asked for, in words."""
    return "口令或验证码" if with_code else "口令"


def _is_code(account: Account, proof: str) -> bool:
    return account.second_factor and len(proof) == 6 and proof.isdecimal()


def _account(duban: Duban, someone: Someone) -> Account:
    if someone.csrf is None:
        raise NotByPrograms("只有本人登录后才能确认身份，令牌不能")
    with duban.database.reading() as connection:
        account = accounts.account_by_id(connection, someone.person)
    if account is None:
        raise NotConfirmedSo("账号已停用")
    return account
