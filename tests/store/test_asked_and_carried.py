"""What a unit was asked, by whom, and how many messages its people got for it."""

from datetime import timedelta

from notifications.channels import Channel
from tests.delivering import deliver_all_due
from tests.journeys.play import COUNTY, Play, a_story
from tests.journeys.problems import FINDER
from tests.journeys.test_inspection import MAKER, TEAM, prepared
from tests.notifications.conftest import Desk
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW, Prefecture
from workflow.catalog import Catalog
from workflow.store.database import Database
from workflow.store.outgoing import burden
from workflow.store.outgoing.burden import Carried

WEEK = (NOW - timedelta(days=1), NOW + timedelta(days=6))


def test_two_problems_are_two_askings_by_the_body_that_found_them(database: Database) -> None:
    play = Play(database)
    for text in ("村道路灯损坏，三个月无人修复", "饮水管网漏损严重"):
        case = play.open(FINDER, description=text)
        play.act(FINDER, case, "dispatch")
    county, finder = play.unit(COUNTY), play.unit("522300-DC")
    with play.database.reading() as connection:
        found = burden.tasks(connection, *WEEK, burden.of_units([county]))
        before = burden.tasks(connection, NOW - timedelta(days=7), NOW, burden.of_units())
    assert [(one.unit, one.workflow, one.by) for one in found] == [
        (county, "rectification", finder)
    ] * 2
    assert before == []


def test_what_the_calendar_asks_is_asked_by_nobody(database: Database) -> None:
    with a_story(database, NOW.replace(month=10, day=14, hour=10)) as play:
        play.until("2026-10-15 12:00")
        with play.database.reading() as connection:
            day = play.now - timedelta(days=1), play.now
            found = burden.tasks(connection, *day, burden.of_units())
    assert {(one.workflow, one.by) for one in found} == {("annual_report", None)}
    assert len(found) == len({one.unit for one in found}) == 9


def test_a_digest_is_one_message_whatever_it_holds(database: Database) -> None:
    """Three things in one mail, and a short message in two parts to a colleague."""
    desk = Desk(database, Prefecture(database))
    county = desk.prefecture.unit("522326")
    for _ in range(3):
        desk.change_message(desk.owe(urgency="digest"), unit_id=county)
    long = {"headline": "村" * 20, "number": "号" * 40, "why": ""}
    short = desk.owe("wangmo.head", way="sms", template="urged", variables=long)
    desk.change_message(short, unit_id=county)
    ways: dict[str, Channel] = {"email": Scripted(), "sms": Scripted()}
    deliver_all_due(database, ways, Catalog(database).calendar, NOW)
    with database.reading() as connection:
        ours = burden.of_units([county])
        found = burden.letters(connection, *WEEK, ours)
        later = burden.letters(connection, WEEK[1], WEEK[1] + timedelta(days=7), ours)
    assert burden.carried(found) == [
        Carried(county, "email", 1, 0, 1),
        Carried(county, "sms", 1, 2, 1),
    ]
    assert later == []


def test_people_who_are_named_are_one_field_however_many(database: Database) -> None:
    play = Play(database)
    prepared(play)
    with play.database.reading() as connection:
        people = [play.person(MAKER)]
        found = burden.forms(connection, *WEEK, play.unit("522300-DC"), people)
    assert len(TEAM) == 2
    opened, scheme = sorted((one.fields for one in found), reverse=True)
    assert (opened, scheme) == (5, 3), "the team is one field beside the scheme and its places"
