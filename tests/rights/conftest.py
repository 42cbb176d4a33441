"""The web application as the tests of the API have it."""

from tests.api.conftest import client, clock, duban, profile, rest

__all__ = ["client", "clock", "duban", "profile", "rest"]
