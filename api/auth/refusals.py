"""Why somebody is not let in, or a write is not taken."""

from urllib.parse import quote

from workflow.engine.errors import Refusal
from workflow.store.people.duties import Duty

SIGN_IN_PAGE = "/sign-in"
CODE_PAGE = "/sign-in/code"
PASSWORD_PAGE = "/account/password"
FACTOR_PAGE = "/account/second-factor"

DUTY_PAGES = {Duty.CHANGE_PASSWORD: PASSWORD_PAGE, Duty.SET_UP_SECOND_FACTOR: FACTOR_PAGE}
_DUTIES = {
    Duty.CHANGE_PASSWORD: "请先更换口令，然后才能办理其他事项",
    Duty.SET_UP_SECOND_FACTOR: "请先设置二次验证，然后才能办理其他事项",
}


class NotSignedIn(Refusal):
    """Nobody is signed in."""

    code = "not_signed_in"


class SignInFirst(NotSignedIn):
    """A page wants somebody signed in: the browser is sent to sign in and comes back to `page`."""

    def __init__(self, page: str) -> None:
        super().__init__("请先登录")
        self.location = f"{SIGN_IN_PAGE}?next={quote(page, safe='/')}"


class WrongPassword(Refusal):
    """The login name or the password is wrong; which of them is not said."""

    code = "wrong_password"


class WrongCode(Refusal):
    """The code of the second step is wrong, used up or too old."""

    code = "wrong_code"


class NotConfirmedSo(Refusal):
    """What was given to confirm who one is, is wrong; or there is nothing to confirm it with."""

    code = "wrong_confirmation"


class TooManyTries(Refusal):
    """Signing in failed too often; `data` says for how many seconds to wait."""

    code = "too_many_tries"


class NotAllowed(Refusal):
    """This is not for the kind of person who asks, or not for the token that was shown."""

    code = "not_allowed"


class DutyFirst(Refusal):
    """Somebody has to change their password, or set up a second factor, before anything else."""

    def __init__(self, duty: Duty) -> None:
        super().__init__(_DUTIES[duty], {"page": DUTY_PAGES[duty]})
        self.code = duty.value
        self.location = DUTY_PAGES[duty]


class ProviderTrouble(Refusal):
    """The OpenID provider is away, or what came back from it cannot be believed."""

    code = "provider_trouble"


class NoAccount(Refusal):
    """Whom the provider names has no account here, or a disabled one."""

    code = "no_account"


class Forged(Refusal):
    """A write that did not come from our own pages or a program of the user's."""

    code = "forged"
