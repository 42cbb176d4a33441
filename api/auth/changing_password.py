"""Choosing a new password: it ends every session but gives this browser a new one."""

from fastapi import Request

from api.auth.asking import Someone
from api.auth.confirming import demand_fresh
from api.auth.noting import note
from api.auth.signing_in import Begun, let_in
from api.context import Duban
from workflow.engine.errors import InvalidInput, NotFound
from workflow.store.people import accounts, passwords
from workflow.store.people.sessions import PASSWORD


def change_password(
    duban: Duban, someone: Someone, new: str, repeated: str, proof: str, request: Request
) -> Begun:
    """Change one's password; raises WeakPassword, NotConfirmed, NotConfirmedSo, InvalidInput."""
    demand_fresh(duban, someone, proof, request)
    if new != repeated:
        raise InvalidInput("两次输入的新口令不一样，请重新输入")
    now, profile = duban.clock(), duban.settings.sign_in
    with duban.database.reading() as connection:
        account = accounts.account_by_id(connection, someone.person)
        earlier = passwords.earlier_passwords(connection, someone.person, profile)
    if account is None:
        raise NotFound("没有这个人，或账号已停用")
    passwords.check_chosen(account, earlier, new, profile)
    hashed = passwords.hash_password(new)
    with duban.database.unit_of_work() as connection:
        passwords.keep_password(connection, someone.person, hashed, now)
        note(connection, duban, request, "password", someone.person, act="changed")
        return let_in(connection, duban, account, request, way=PASSWORD)
