"""Signing in, and who is asking; each file is one idea.

`asking` the dependencies that routes name · `signing_in` and out · `provider` for whoever comes
from an OpenID provider · `second_step` set up · `confirming` who one is · `changing_password` ·
`programs` and their tokens · `tries` that are counted · `noting` in the log · `cookies` ·
`refusals` · `installation` that is asked
"""

from api.auth.asking import (
    SignedIn,
    SignedInForm,
    SignedInPage,
    Someone,
)
from api.auth.installation import Installation
from api.auth.refusals import (
    SIGN_IN_PAGE,
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

__all__ = [
    "SIGN_IN_PAGE",
    "DutyFirst",
    "Forged",
    "Installation",
    "NotAllowed",
    "NotConfirmedSo",
    "NotSignedIn",
    "SignInFirst",
    "SignedIn",
    "SignedInForm",
    "SignedInPage",
    "Someone",
    "TooManyTries",
    "WrongCode",
    "WrongPassword",
]
