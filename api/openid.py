"""An OpenID provider as we speak to it: discovery, the way there, the code for an id token.

The only module that knows authlib (an extra): it builds the requests and checks the claims; joserfc
checks the signature by the provider's keys. Nothing of an answer is believed before both.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from workflow.engine.errors import DubanError
from workflow.store.people.provider_trips import Trip

CLAIM = "preferred_username"
"""The claim that holds the login name, unless the office says otherwise."""

TIMEOUT_SECONDS = 10
_LEEWAY_SECONDS = 60
"""So much the provider's clock may be off."""

_ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512")
"""Signatures by a key that only the provider has; `none` and shared secrets are not among them."""


class ProviderSilent(DubanError):
    """The provider cannot be reached, or its answer cannot be believed; the text is for logs."""


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """A provider, and how this installation is known to it; `claim` holds the login name."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    claim: str = CLAIM

    def way_there(self, trip: Trip, back: str) -> str:
        """The address that the browser is sent to; raises ProviderSilent."""
        places = self._discover()
        url, _ = self._session(back).create_authorization_url(
            places["authorization_endpoint"],
            state=trip.state,
            nonce=trip.nonce,
            code_verifier=trip.verifier,
        )
        return str(url)

    def username(self, code: str, trip: Trip, back: str, now: datetime) -> str:
        """Who came back with this code, by the claim; raises ProviderSilent."""
        places = self._discover()
        with _believed():
            answer = self._session(back).fetch_token(
                places["token_endpoint"],
                code=code,
                code_verifier=trip.verifier,
                timeout=TIMEOUT_SECONDS,
            )
            claims = self._claims(str(answer["id_token"]), _fetch(places["jwks_uri"]), trip, now)
        found = claims.get(self.claim)
        if not isinstance(found, str) or not found:
            raise ProviderSilent(f"the id token has no claim {self.claim!r}")
        return found

    def _session(self, back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self.client,
            self.secret,
            scope="openid profile",
            redirect_uri=back,
            code_challenge_method="S256",
        )

    def _discover(self) -> Mapping[str, Any]:
        """Where the provider's parts are; it must call itself what we call it."""
        with _believed():
            places = _fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if places["issuer"] != self.issuer:
                raise ProviderSilent(f"it calls itself {places['issuer']!r}")
            for part in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not is_safe(places[part]):
                    raise ProviderSilent(f"its {part} is not behind TLS")
        return places

    def _claims(self, token: str, keys: Any, trip: Trip, now: datetime) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.jwk import KeySet

        decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(_ALGORITHMS))
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.client},
                "nonce": {"essential": True, "value": trip.nonce},
            },
            params={"nonce": trip.nonce, "client_id": self.client},
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
        return dict(claims)


def is_safe(url: str) -> bool:
    """Whether an address is behind TLS, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    )


def _fetch(url: str) -> Mapping[str, Any]:
    import requests

    answer = requests.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    answer.raise_for_status()
    found: Mapping[str, Any] = answer.json()
    return found


@contextmanager
def _believed() -> Iterator[None]:
    """Whatever goes wrong between us and the provider is one thing: nobody is let in."""
    import requests
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    try:
        yield
    except (requests.RequestException, AuthlibBaseError, JoseError) as error:
        raise ProviderSilent(f"{type(error).__name__}: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderSilent(f"an answer without {error}") from error
