"""Every page and every REST answer, read by several people: no whole telephone number or mail
address on any of them but one's own.
"""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.policy import ROUTES
from notifications.ways import open_ways
from tests.api.pages.conftest import Browsers
from tests.api.pages.stories import SPECIALIST, walk_to
from tests.delivering import deliver_all_due
from workflow.store.tables.handles import AUDIT, PERSON

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


def test_a_whole_number_is_shown_on_asking_and_the_log_tells(
    browser: Browsers, duban: Duban, told: int
) -> None:
    page = browser(SPECIALIST).get(f"/cases/{told}/contacts")
    whole = addresses(duban, but=SPECIALIST)
    assert whole.search(page.text) is None
    with duban.database.reading() as connection:
        query = select(PERSON.c.id, PERSON.c.phone).where(PERSON.c.username == "xingyi.liaison")
        person, phone = connection.execute(query).one()
    (form,) = [form for form in page.forms if form.action.endswith(f"/{person}")]
    shown = browser(SPECIALIST).client.post(form.action, data=form.values).text
    assert phone in shown
    assert len(set(re.findall(r"1\d{10}", shown)) - {phone}) <= 1, "that one, and one's own"
    with duban.database.reading() as connection:
        (act,) = connection.execute(select(AUDIT).where(AUDIT.c.kind == "reveal")).mappings()
    assert (act["subject"], act["subject_id"], act["data"]) == (
        "person",
        person,
        f'{{"case":{told}}}',
    )


def test_who_does_not_see_the_case_or_asks_for_another_gets_nothing(
    browser: Browsers, duban: Duban, told: int
) -> None:
    browser("wangmo.head").get(f"/cases/{told}/contacts", status=404)
    page = browser(SPECIALIST).get(f"/cases/{told}/contacts")
    (form, *_) = [form for form in page.forms if "/contacts/" in form.action]
    with duban.database.reading() as connection:
        query = select(PERSON.c.id).where(PERSON.c.username == "wangmo.head")
        stranger = connection.execute(query).scalar_one()
    elsewhere = f"/cases/{told}/contacts/{stranger}"
    assert browser(SPECIALIST).client.post(elsewhere, data=form.values).status_code == 404
    with duban.database.reading() as connection:
        assert connection.execute(select(AUDIT).where(AUDIT.c.kind == "reveal")).first() is None
