"""Signing in, and who is asking; each file is one idea.

`asking` the dependencies that routes name · `signing_in` and out · `cookies` · `programs` and their
tokens · `refusals` · `installation` that is asked
"""

from api.auth.asking import SignedIn, SignedInForm, SignedInPage, Someone
from api.auth.installation import Installation
from api.auth.refusals import (
    SIGN_IN_PAGE,
    Forged,
    NotAllowed,
    NotSignedIn,
    SignInFirst,
    TooManyTries,
    WrongPassword,
)

__all__ = [
    "SIGN_IN_PAGE",
    "Forged",
    "Installation",
    "NotAllowed",
    "NotSignedIn",
    "SignInFirst",
    "SignedIn",
    "SignedInForm",
    "SignedInPage",
    "Someone",
    "TooManyTries",
    "WrongPassword",
]
