"""Why somebody is not let in, or a write is not taken."""

from urllib.parse import quote

from workflow.engine.errors import Refusal

SIGN_IN_PAGE = "/sign-in"


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


class TooManyTries(Refusal):
    """Signing in failed too often; `data` says for how many seconds to wait."""

    code = "too_many_tries"


class NotAllowed(Refusal):
    """This is not for the kind of person who asks, or not for the token that was shown."""

    code = "not_allowed"


class Forged(Refusal):
    """A write that did not come from our own pages or a program of the user's."""

    code = "forged"
