"""The real servers, started once for all tests that talk to them."""

from collections.abc import Iterator

import pytest

from tests.servers.mail_host import MailHost, mail_host


@pytest.fixture(scope="session")
def post_office() -> Iterator[MailHost]:
    with mail_host() as host:
        yield host
