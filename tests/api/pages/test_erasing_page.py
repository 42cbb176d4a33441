"""注销人员 on a page: who it would be is said first; then it is confirmed, and cannot be undone."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.callers import session_headers
from tests.api.doors import given
from tests.api.pages.conftest import Browser
from workflow.organising import Organising
from workflow.store.offices.changes import Asked
from workflow.store.people.accounts import person_by_username
from workflow.store.tables.handles import AUDIT, PERSON

pytestmark = pytest.mark.rights

HERE, WHO = "/administration/erase", "xingyi.liaison"


def name_of(duban: Duban, person: int) -> str:
    with duban.database.reading() as connection:
        found: str = connection.execute(
            select(PERSON.c.name).where(PERSON.c.id == person)
        ).scalar_one()
    return found


def test_somebody_who_has_left_is_looked_at_and_erased(
    system: Browser, duban: Duban, clock: SimulatedClock
) -> None:
    password = given(duban, "guanli")  # which ends every session
    with duban.database.reading() as connection:
        person, administrator = (person_by_username(connection, who) for who in (WHO, "guanli"))
    name, _, token = session_headers(duban, administrator)["Cookie"].partition("=")
    system.client.cookies.set(name, token)
    with duban.database.unit_of_work() as connection:  # left from before such names were kept free
        connection.execute(insert(PERSON).values(username=f"#{person}", name="占名"))
    still = system.post_form(HERE, "erase", username=WHO, act="look")
    assert (still.status, "先办理离任" in still.text) == (422, True)

    Organising(duban.database).end(Asked("leaves", clock()), person=person)
    looked = system.post_form(HERE, "erase", username=WHO, act="look")
    said = f"将注销王建安（{WHO}），今后各处显示为“已注销人员 #{person}”，不能恢复"
    assert said in looked.text
    assert name_of(duban, person) == "王建安"

    clock.advance_to(clock() + timedelta(minutes=11))
    unproven = system.post_on(looked, "erase", act="erase")
    assert unproven.status == 403
    assert name_of(duban, person) == "王建安"
    done = system.post_on(unproven, "erase", act="erase", proof=password)
    assert "已注销，今后各处显示为" in done.text
    assert name_of(duban, person) == f"已注销人员 #{person}"
    with duban.database.reading() as connection:
        by = select(AUDIT.c.person_id).where(AUDIT.c.kind == "erasure")
        assert list(connection.execute(by).scalars()) == [administrator]
