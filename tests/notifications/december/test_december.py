"""The December story: 9 counties and 140 townships owe a report by 31 December.

They are reminded 30, 15, 7, 3 and 1 days before by mail and SMS, over real sockets. The mail server
is down for two days, the SMS centre refuses three numbers and throttles for a morning; units report
at any minute, some never. An oracle of its own says what had to arrive (oracle.py).
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event, select

from api.presenting.message_story import Moment, story_of
from tests.engine.definitions import at
from tests.journeys.play import notice
from tests.notifications.december.oracle import (
    REST_DAYS,
    Judged,
    Outage,
    Reporter,
    judge,
    left_in_words,
    local,
)
from tests.notifications.december.year_end import Centre, Happening, Post, YearEnd
from workflow.doctor import examine
from workflow.store.database import Database
from workflow.store.outgoing import messages
from workflow.store.outgoing.messages import Message
from workflow.store.outgoing.proofs import proofs
from workflow.store.tables.handles import OUTBOX

pytestmark = pytest.mark.notify

SEED = 20261231
MAIL_DOWN, MAIL_UP = at("2026-12-24 08:55"), at("2026-12-26 08:55")  # a Thursday to a Saturday
BUSY, FREE = at("2026-12-16 08:55"), at("2026-12-16 11:00")
TAKES = 60  # messages while it is busy
OUTAGES = (
    Outage("email", MAIL_DOWN, at("2026-12-28 09:30")),  # over a weekend: until Monday's digests
    Outage("sms", BUSY, at("2026-12-16 12:00")),  # until what it put off is tried again
)


@dataclass(frozen=True, slots=True)
class December:
    """The story when it has been lived through."""

    play: YearEnd
    people: list[Reporter]
    refused: list[Reporter]
    judged: Judged

    def story_of(self, username: str, way: str, owed: datetime) -> tuple[Moment, ...]:
        """The story of a message to somebody by a way that was owed at an instant."""
        play = self.play
        [message] = self.rows(
            OUTBOX.c.person_id == play.person(username), OUTBOX.c.way == way,
            OUTBOX.c.created_at == owed, OUTBOX.c.template != "digest",
        )  # fmt: skip
        with play.database.reading() as connection:
            proof = proofs(connection, [message])[message.id]
        return story_of(message, proof, play.catalog.calendar)

    def rows(self, *where: object) -> list[Message]:
        """Messages of the product, newest first."""
        query = select(OUTBOX.c.id).where(*where)  # type: ignore[arg-type]
        with self.play.database.reading() as connection:
            ids = connection.execute(query).scalars().all()
            return list(messages.messages_by_id(connection, ids).values())


@pytest.fixture(scope="module")
def december(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[December]:
    file = tmp_path_factory.mktemp("december") / "duban.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    with Post() as post, Centre() as centre:
        yield lived(YearEnd(database, post, centre))
    database.dispose()


def lived(play: YearEnd) -> December:
    """Six weeks with two bad days, a bad morning and three bad numbers."""
    units = play.units(Random(SEED))
    people = play.reporters(units)
    never = [one for one in people if one.submitted is None]
    refused = [one for one in never if one.role == "liaison"][:2] + never[-1:]
    refused = [replace(one, refused=frozenset({"sms"})) for one in refused]
    people = [next((bad for bad in refused if bad.name == one.name), one) for one in people]
    play.centre.refused = frozenset(one.addresses["sms"] for one in refused)
    play.until("2026-11-20 08:30")
    plan: list[Happening] = [
        (at("2026-11-20 10:00"), lambda: play.enter_notice(notice(2027, *map(str, REST_DAYS)))),
        (BUSY, lambda: play.centre.take_only(TAKES)),
        (FREE, lambda: play.centre.take_only(None)),
        (MAIL_DOWN, play.post.go_down),
        (MAIL_UP, play.post.come_back),
    ]
    plan += [(unit.submits, partial(play.submit, unit)) for unit in units if unit.submits]
    play.live(plan, "2027-01-08 18:00")
    return December(play, people, refused, judge(people, play.copies, OUTAGES))


def test_everybody_who_had_to_know_knew_and_nobody_twice(december: December) -> None:
    judged = december.judged
    print(f"seed {SEED}")
    assert judged.faults == ()
    for name, figure in {
        "units": len({one.name.partition(".")[0] for one in december.people}),
        "copies": len(december.play.copies),
        **{f"in_time_by_{way}": count for way, count in sorted(judged.in_time.items())},
        **{f"spared_by_{way}": count for way, count in sorted(judged.spared.items())},
        "refused": sum(judged.refused.values()),
        "late_by_a_way": len(judged.late),
        "late_by_all": len([one for one in judged.late if one.unknown]),
        "throttled": december.play.centre.throttled,
    }.items():
        print(f"figure: december_{name} = {figure}")
    assert december.play.centre.throttled > 0


def test_nothing_is_left_waiting_and_the_doctor_is_content(december: December) -> None:
    play = december.play
    assert december.rows(OUTBOX.c.status.in_(("waiting", "leased"))) == []
    complaints = examine(play.database, play.catalog, play.now).complaints
    assert not complaints, "\n".join(map(str, complaints))


def test_only_those_whose_number_is_refused_learned_late_and_the_lateness_shows(
    december: December,
) -> None:
    """Their mail was held up as well: from Thursday to Monday."""
    officers = {one.name for one in december.refused if one.role != "head"}
    unknown = [late for late in december.judged.late if late.unknown]
    assert {late.reporter.name for late in unknown} == officers
    for late in unknown:
        story = december.story_of(late.reporter.name, "email", late.reminder.at)
        told = {moment.label: moment.when for moment in story}
        assert (told["应发"], told["送出"]) == (
            "2026年12月24日 09:00",
            "2026年12月28日 09:00",
        )
        assert left_in_words(date(2026, 12, 28)) in late.copy.text


def test_what_is_late_is_so_by_the_way_that_was_down_alone(december: December) -> None:
    late = december.judged.late
    assert {(one.copy.way, one.reminder.day, local(one.copy.at)) for one in late} == {
        ("email", date(2026, 12, 24), date(2026, 12, 28))
    }


def test_what_the_centre_refused_is_listed_with_its_reason(december: December) -> None:
    with december.play.database.reading() as connection:
        listed = messages.failures(connection, reader=None, limit=500)
    refused = {december.play.person(one.name) for one in december.refused}
    assert {one.person_id for one in listed} == refused
    assert {one.way for one in listed} == {"sms"}
    assert all("号码" in (one.detail or "") for one in listed)


def test_what_was_not_sent_says_why(december: December) -> None:
    cancelled = december.rows(OUTBOX.c.status == "cancelled")
    why = Counter(one.detail for one in cancelled)
    print(f"figure: december_cancelled = {why.total()}")
    assert set(why) == {
        "当天没有发出，其中事项并入后一天的摘要",  # the mails of the outage
        "其中事项均已办理，没有发送",  # for units that reported meanwhile
    }
