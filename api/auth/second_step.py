"""Setting up, and giving up, the second factor."""

from dataclasses import dataclass

from fastapi import Request

from api.auth.asking import Someone
from api.auth.confirming import demand_fresh
from api.auth.noting import note
from api.auth.refusals import WrongCode
from api.context import Duban
from workflow.engine.errors import ConditionNotMet
from workflow.store.people import accounts, second_factor


@dataclass(frozen=True, slots=True)
class Secret:
    """What an authenticator is given, by hand or as a QR code; shown while it is set up only."""

    secret: str
    address: str


def begin_set_up(duban: Duban, someone: Someone, proof: str, request: Request) -> Secret:
    """A new secret; raises NotConfirmed, NotConfirmedSo, ConditionNotMet where one is in use."""
    if _has_proof(duban, someone):
        demand_fresh(duban, someone, proof, request)
    with duban.database.unit_of_work() as connection:
        secret = second_factor.begin_set_up(connection, duban.sealer, someone.person)
    if secret is None:
        raise ConditionNotMet("二次验证已经启用，要换一个请先停用")
    return _shown(duban, someone, secret)


def being_set_up(duban: Duban, someone: Someone) -> Secret | None:
    """The secret that waits for its first code; None where none does."""
    with duban.database.reading() as connection:
        secret = second_factor.secret_being_set_up(connection, duban.sealer, someone.person)
    return None if secret is None else _shown(duban, someone, secret)


def finish_set_up(duban: Duban, someone: Someone, code: str, request: Request) -> tuple[str, ...]:
    """Take the second factor into use by its first code; the recovery codes. Raises WrongCode."""
    with duban.database.unit_of_work() as connection:
        codes = second_factor.finish_set_up(
            connection, duban.sealer, someone.person, code, duban.clock()
        )
        if codes is not None:
            note(connection, duban, request, "second_factor", someone.person, act="begun")
    if codes is None:
        raise WrongCode("验证码不对，请看手机上现在显示的六位数字")
    return codes


def give_up(duban: Duban, someone: Someone, proof: str, request: Request) -> None:
    """Sign in without a second factor from now on; raises NotConfirmed, NotConfirmedSo."""
    demand_fresh(duban, someone, proof, request)
    with duban.database.unit_of_work() as connection:
        second_factor.remove(connection, someone.person)
        note(connection, duban, request, "second_factor", someone.person, act="ended")


def _has_proof(duban: Duban, someone: Someone) -> bool:
    """Whether there is anything to confirm with; who comes from a provider may have nothing yet."""
    with duban.database.reading() as connection:
        account = accounts.account_by_id(connection, someone.person)
    return account is None or account.password_hash is not None or account.second_factor


def _shown(duban: Duban, someone: Someone, secret: str) -> Secret:
    with duban.database.reading() as connection:
        account = accounts.account_by_id(connection, someone.person)
    return Secret(secret, second_factor.address_of(secret, account.username if account else ""))
