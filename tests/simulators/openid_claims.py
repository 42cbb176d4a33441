"""What the provider of the tests says of people: their login names, as offices' providers do."""

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator


class NamesPeople(OAuth2Validator):  # type: ignore[misc]
    """Adds the claim that people are matched by."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, str]:
        """The claims beside those of every id token."""
        return {"preferred_username": request.user.username}
