"""Every page and every REST answer, read by several people: no whole telephone number or mail
address on any of them but one's own.
"""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from api.clock import SimulatedClock
from api.context import Duban
from api.policy import ROUTES
from notifications.delivery import deliver_all_due
from notifications.ways import open_ways
from tests.api.pages.conftest import Browsers
from tests.api.pages.stories import SPECIALIST, walk_to
from workflow.store.organisation import PERSON

READERS = ("xingyi.liaison", "xingyi.head", SPECIALIST)
PARAMETERS = {"workflow": "rectification", "ledger": "problem", "name": "rectification"}


@pytest.fixture
def told(duban: Duban, clock: SimulatedClock) -> int:
    """A case of which people were told by mail and SMS; its id."""
    case = walk_to(duban, "assigned", clock)
    clock.advance_to(datetime(2026, 3, 3, 2, tzinfo=UTC))
    ways = open_ways(duban.database, clock)
    deliver_all_due(duban.database, ways, duban.catalog.calendar, clock())
    return case


def addresses(duban: Duban, *, but: str) -> re.Pattern[str]:
    """Everybody's telephone number and mail address, except one person's."""
    query = select(PERSON.c.phone, PERSON.c.email).where(PERSON.c.username != but)
    with duban.database.reading() as connection:
        found = {one for row in connection.execute(query) for one in row if one}
    return re.compile("|".join(map(re.escape, sorted(found))))


@pytest.mark.parametrize("reader", READERS)
def test_nobody_reads_a_whole_address_but_their_own(
    reader: str, browser: Browsers, duban: Duban, told: int
) -> None:
    client, others = browser(reader).client, addresses(duban, but=reader)
    read, shown = 0, []
    for route in ROUTES:
        method, _, path = route.partition(" ")
        if method != "GET" or "{path" in path:
            continue
        numbers = {"case_id": told, "message": 1, "attachment_id": 1, "token": "x"}
        for name, value in {**PARAMETERS, **numbers}.items():
            path = path.replace(f"{{{name}}}", str(value))
        answer = client.get(path)
        read += answer.status_code == 200
        if others.search(answer.text):
            shown.append(path)
    assert not shown
    assert read > 20
    print(f"figure: pages read without an address of others by {reader} = {read}")


def test_the_mailbox_masks_the_addresses_of_others(
    browser: Browsers, duban: Duban, told: int
) -> None:
    del told
    own = browser("xingyi.liaison").client.get("/mailbox").text
    assert "xingyi.liaison@" in own
    reader = browser(SPECIALIST).client
    theirs = reader.get("/mailbox?to=xingyi.liaison").text
    assert "xi***@" in theirs
    assert "****" in theirs
    assert addresses(duban, but=SPECIALIST).search(theirs) is None
    found = reader.get("/mailbox?to=xingyi.liai").text
    assert "没有符合条件的消息" in found, "an address cannot be guessed by its parts"
