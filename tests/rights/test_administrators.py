"""三员: kept apart by the database, whoever writes."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from tests.prefecture import NOW, Prefecture
from workflow.store.database import Database
from workflow.store.offices import administrators
from workflow.store.offices.administrators import NotAppointed, appoint, begin_with, dismiss
from workflow.store.tables.handles import ADMIN, HOLDING, PERSON, POST

pytestmark = pytest.mark.rights

HEAD = "zhou-dc.head"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def people(database: Database) -> dict[str, int]:
    """Four people without a post, the first of them the security administrator."""
    with database.unit_of_work() as connection:
        for name in ("an", "xi", "shen", "yu"):
            connection.execute(insert(PERSON).values(username=name, name=name))
        query = select(PERSON.c.username, PERSON.c.id).where(PERSON.c.username.not_like("%.%"))
        found: dict[str, int] = dict(connection.execute(query).all())
        begin_with(connection, found["an"], NOW)
    return found


def test_one_role_a_person_and_only_security_appoints(
    database: Database, people: dict[str, int]
) -> None:
    with database.unit_of_work() as connection:
        appoint(connection, people["xi"], "system", by=people["an"], now=NOW)
        appoint(connection, people["shen"], "audit", by=people["an"], now=NOW)
        for who, role, by in (
            ("xi", "audit", "an"),  # a second role
            ("yu", "system", "xi"),  # not by a system administrator
            ("an", "audit", "an"),  # not by oneself
        ):
            with pytest.raises(NotAppointed):
                appoint(connection, people[who], role, by=people[by], now=NOW)
        with pytest.raises(NotAppointed):
            begin_with(connection, people["yu"], NOW)
        with pytest.raises(NotAppointed):
            dismiss(connection, people["an"], by=people["an"], now=NOW)
        dismiss(connection, people["xi"], by=people["an"], now=LATER)
        appoint(connection, people["xi"], "audit", by=people["an"], now=LATER)
        listed = administrators.list_administrators(connection)
    assert [(row["username"], row["role"], row["live"]) for row in listed] == [
        ("xi", "audit", 1),
        ("shen", "audit", 1),
        ("an", "security", 1),
        ("xi", "system", None),
    ]


def test_whoever_holds_a_post_administers_nothing(
    database: Database, people: dict[str, int], prefecture: Prefecture
) -> None:
    head = prefecture.person(HEAD)
    with database.unit_of_work() as connection:
        with pytest.raises(NotAppointed, match="任职"):
            appoint(connection, head, "audit", by=people["an"], now=NOW)
        connection.execute(update(HOLDING).where(HOLDING.c.person_id == head).values(ends_at=NOW))
        appoint(connection, head, "audit", by=people["an"], now=NOW)


# Without Python: the database itself refuses


def _role(person: int, **other: object) -> dict[str, object]:
    return {"person_id": person, "role": "audit", "begins_at": NOW, "live": 1, **other}


def test_the_database_refuses_what_nobody_may_write(
    database: Database, people: dict[str, int], prefecture: Prefecture
) -> None:
    an, xi, yu, head = people["an"], people["xi"], people["yu"], prefecture.person(HEAD)
    with database.unit_of_work() as connection:
        appoint(connection, xi, "system", by=an, now=NOW)
        post = connection.execute(select(POST.c.id).limit(1)).scalar_one()
    ended = {"live": None, "ends_at": LATER}
    mine = update(ADMIN).where(ADMIN.c.person_id == xi)
    for wrong in (
        insert(ADMIN).values(_role(xi, appointed_by=an)),  # a second role
        insert(ADMIN).values(_role(head, appointed_by=an)),  # a holder
        insert(ADMIN).values(_role(yu, appointed_by=xi)),  # appointed by somebody else
        insert(ADMIN).values(_role(yu, appointed_by=yu)),
        insert(ADMIN).values(_role(yu)),  # a second first one
        insert(ADMIN).values(_role(yu, appointed_by=an) | {"role": "king"}),
        insert(HOLDING).values(post_id=post, person_id=xi, kind="holder", begins_at=NOW),
        insert(HOLDING).values(post_id=post, person_id=xi, kind="substitute", begins_at=LATER),
        update(HOLDING).where(HOLDING.c.person_id == head).values(person_id=xi),
        mine.values(**ended, dismissed_by=xi),  # by oneself
        mine.values(**ended, dismissed_by=yu),  # by nobody of security
        mine.values(role="audit"),
        mine.values(begins_at=LATER),
        delete(ADMIN).where(ADMIN.c.person_id == xi),
    ):
        with pytest.raises(IntegrityError), database.unit_of_work() as connection:
            connection.execute(wrong)
