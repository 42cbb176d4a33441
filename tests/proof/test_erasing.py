"""Somebody is erased from a lived-in database: nothing that is known of them stays anywhere, and
nothing that they did is lost.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from notifications.channels.mailbox import LocalMailbox
from tests.proof.conftest import reopened
from tests.proof.copies import Copies
from tests.proof.life import Life
from tests.proof.story import Story
from workflow.doctor import examine
from workflow.doctor.against import compare
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotFound
from workflow.organising import Organising
from workflow.store import jobs
from workflow.store.casework import backfills
from workflow.store.evidence import checkpoints
from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.lists.attention import watch
from workflow.store.lists.queries import person_names
from workflow.store.offices.changes import Asked
from workflow.store.outgoing import reports
from workflow.store.outgoing.reports import address_hash
from workflow.store.people import (
    known_browsers,
    passwords,
    second_factor,
    sessions,
    standing,
    throttling,
    tokens,
)
from workflow.store.people.erasing import StillNeeded, erase
from workflow.store.people.profiles import DENGBAO3
from workflow.store.people.sealing import Sealer
from workflow.store.tables import RecoveryCode, metadata
from workflow.store.tables.handles import AUDIT, BAD, CASE, HISTORY, HOLDING, ITEM, OUTBOX, PERSON

WHO = "xingyi.officer"


@dataclass(frozen=True)
class Known:
    """What is known of a person."""

    id: int
    name: str
    phone: str
    mail: str

    @property
    def traces(self) -> tuple[str, ...]:
        """What must be found nowhere; a telephone number can be guessed from its hash."""
        hashes = address_hash("sms", self.phone), address_hash("email", self.mail)
        return (self.name, self.phone, self.mail, WHO, *hashes, throttling.key_of_account(WHO))


def known(connection: Connection, username: str) -> Known:
    """Somebody as their row has them."""
    columns = (PERSON.c.id, PERSON.c.name, PERSON.c.phone, PERSON.c.email)
    return Known(*connection.execute(select(*columns).where(PERSON.c.username == username)).one())


def places_of(connection: Connection, traces: tuple[str, ...]) -> set[str]:
    """Every column of every table in which one of the traces stands."""
    found = set()
    for table in metadata.sorted_tables:
        for row in connection.execute(select(table)).mappings():
            for column, value in row.items():
                if any(trace in str(value) for trace in traces):
                    found.add(f"{table.name}.{column}")
    return found


@pytest.fixture
def story(lived: tuple[Copies, Life]) -> Iterator[Story]:
    """A lived-in database of one's own, to whose every corner the person has left something."""
    copies, life = lived
    story = reopened(life, copies.make())
    _leave_traces(story)
    yield story
    story.database.dispose()


def _leave_traces(story: Story) -> None:
    """Be written to, fall ill, be changed, sign in by every means, be unknown to a provider."""
    database, person = story.database, story.people[WHO]
    story.open_at("rectifying", due="2026-12-31")
    local = {way: LocalMailbox(database, way, lambda: story.now) for way in ("email", "sms")}
    story.deliver_by(local)
    case = story.open_at("rectifying", due="2026-12-31")
    organising = Organising(database)
    ill = {"person": story.people["xingyi.head"], "stands_for": person, "reason": "住院手术"}
    organising.substitute(Asked("ill", story.now), **ill)
    later = {"begins": story.now + timedelta(days=30), "kind": "deputy", "role": "liaison"}
    organising.appoint(
        Asked("later", story.now), person=person, unit=story.units["522301"], **later
    )
    with database.unit_of_work() as connection:
        one = known(connection, WHO)
        sent = select(OUTBOX.c.id).where(OUTBOX.c.person_id == person, OUTBOX.c.status == "sent")
        message = connection.execute(sent.limit(1)).scalar_one()
        reports.record_handover(connection, message, "sms", one.phone, ["17"], story.now)
        bad = {"person_id": person, "way": "sms", "address_hash": address_hash("sms", one.phone)}
        connection.execute(insert(BAD).values(bad | {"reason": "空号", "since": story.now}))
        told = update(OUTBOX).where(OUTBOX.c.id == message).values(detail=f"{one.name}的账号已停用")
        connection.execute(told)
        watch(connection, story.actor(WHO), case, story.now)
        actor = story.actor(WHO)
        jobs.ask(connection, actor, "ledger", "导出", {"filter": {"text": one.name}}, story.now)
        backfills.keep_reading(
            connection,
            person=person,
            workflow="rectification",
            name=f"{one.name}的台账",
            body={},
            now=story.now,
        )
        _sign_in(connection, person, story)


def _sign_in(connection: Connection, person: int, story: Story) -> None:
    now = story.now
    for chosen in ("Hu0-longtan-2026", "Hu0-longtan-2027"):
        passwords.keep_password(connection, person, passwords.hash_password(chosen), now)
    arrival = sessions.Arrival("password", "10.0.0.1", "test")
    sessions.begin_session(connection, person, arrival, DENGBAO3, now)
    tokens.make_token(connection, person, "脚本", tokens.Scope.READ, now, timedelta(days=9))
    known_browsers.remember(connection, person, "browser", now)
    second_factor.begin_set_up(connection, Sealer(b"key"), person)
    connection.execute(insert(RecoveryCode).values(code_hash="f", person_id=person))
    counted = throttling.counters(DENGBAO3, WHO, "10.0.0.1", None)
    throttling.begin_try(connection, counted, now)


def leave(story: Story) -> int:
    """The person has left every post; their id."""
    person = story.people[WHO]
    Organising(story.database).end(Asked("gone", story.now), person=person)
    story.pass_time(minutes=1)
    return person


def test_nothing_known_of_the_person_stays(story: Story) -> None:
    person = leave(story)
    with story.database.unit_of_work() as connection:
        traces = known(connection, WHO).traces
        before = places_of(connection, traces)
        erase(connection, person, by=None, now=story.now)
        assert places_of(connection, traces) == set()
    assert {
        "person.phone",
        "outbox.text",
        "mailbox.to",
        "mailbox.text",
        "handover.address_hash",
    } <= before
    assert {"sign_in_failure.key", "bad_address.address_hash", "outbox.detail"} <= before
    print(f"figure: columns that held something of a person erased = {len(before)}")


def test_nothing_refers_to_the_person_but_what_they_did(story: Story) -> None:
    """Secrets, browsers, tokens and codes have no word in them to look for."""
    person = leave(story)
    with story.database.unit_of_work() as connection:
        erase(connection, person, by=None, now=story.now)
        left = {
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.c
            if column.name in ("person_id", "holder_id", "uploaded_by")
            and connection.execute(select(column).where(column == person).limit(1)).first()
        }
        assert left == {
            "history.person_id",
            "holding.person_id",
            "outbox.person_id",
            "request.person_id",
        }
        reasons = select(HOLDING.c.reason).where(HOLDING.c.reason == "住院手术")
        assert connection.execute(reasons).first() is None


def test_history_holds_nobody_by_name(story: Story) -> None:
    """Nobody at all: not who acted, not who was named, not who might have been named."""
    columns = (PERSON.c.name, PERSON.c.username, PERSON.c.phone, PERSON.c.email)
    with story.database.reading() as connection:
        people = connection.execute(select(*columns).where(PERSON.c.erased_at.is_(None))).all()
        traces = {trace for row in people for trace in row if trace}
        assert traces
        looked_at = 0
        for rows in (EVERY_ROW, CASE):
            for row in connection.execute(select(rows)).mappings():
                told = "\n".join(str(value) for value in row.values())
                assert not {trace for trace in traces if trace in told}, f"{rows.name}: {told}"
                looked_at += 1
    assert looked_at > 100
    print(f"figure: rows of history and cases without a name = {looked_at}")


def test_every_hash_holds_and_the_history_speaks_of_a_number(story: Story) -> None:
    person = leave(story)
    with story.database.unit_of_work() as connection:
        exported = [json.loads(checkpoints.export(connection, story.now, whole=True).text)]
        did = connection.execute(select(HISTORY.c.hash).where(HISTORY.c.person_id == person))
        hashes = did.scalars().all()
        erase(connection, person, by=None, now=story.now)
    assert examine(story.database, story.catalog, story.now).complaints == []
    with story.database.reading() as connection:
        assert compare(connection, exported) == []
        did = connection.execute(select(HISTORY.c.hash).where(HISTORY.c.person_id == person))
        assert did.scalars().all() == hashes != []
        assert person_names(connection, [person]) == {person: f"已注销人员 #{person}"}
        act = connection.execute(select(AUDIT).where(AUDIT.c.kind == "erasure")).mappings().one()
        assert (act["subject"], act["subject_id"], act["data"]) == ("person", person, "{}")


def test_what_was_owed_goes_nowhere_and_what_went_stays_a_fact(story: Story) -> None:
    person = leave(story)
    theirs = select(OUTBOX.c.status, OUTBOX.c.text).where(OUTBOX.c.person_id == person)
    with story.database.unit_of_work() as connection:
        before = {status for status, _ in connection.execute(theirs)}
        erase(connection, person, by=None, now=story.now)
        after = connection.execute(theirs).all()
    assert "waiting" in before
    assert "sent" in before
    assert {status for status, _ in after} <= {"sent", "folded", "dead", "cancelled"}
    assert {text for status, text in after if status == "sent"} == {"（收件人已注销，内容已清除）"}
    story.pass_time(days=3)
    story.sweep()
    story.deliver()
    assert examine(story.database, story.catalog, story.now).complaints == []


def test_whoever_still_works_here_is_refused_with_the_reason(story: Story) -> None:
    with story.database.unit_of_work() as connection:
        with pytest.raises(StillNeeded, match="还在岗位上"):
            erase(connection, story.people[WHO], by=None, now=story.now)
        assert known(connection, WHO).phone


def test_an_administrator_is_refused(story: Story) -> None:
    """The lived-in database has one: who was dismissed from 望谟 administers security."""
    with (
        story.database.unit_of_work() as connection,
        pytest.raises(StillNeeded, match="是安全管理员，请先由"),
    ):
        erase(connection, story.people["wangmo.head"], by=None, now=story.now)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (
            "UPDATE person SET erased_at = (SELECT max(begins_at) FROM holding) WHERE id = :other",
            "person_erased_(blank|free)",
        ),
        (
            "UPDATE person SET erased_at = NULL, name = '张三' WHERE id = :gone",
            "person_stays_erased",
        ),
        (
            "UPDATE person SET disabled_at = NULL WHERE id = :gone",
            "person_(stays_erased|erased_blank)",
        ),
        (
            "INSERT INTO holding (id, post_id, person_id, kind, begins_at)"
            " SELECT max(id) + 1, max(post_id), :gone, 'deputy', max(begins_at) FROM holding",
            "holder_is_not_erased",
        ),
        ("UPDATE holding SET ends_at = NULL WHERE person_id = :gone", "holder_stays_unerased"),
        ("UPDATE handover SET address_hash = 'f'", "handover_blanked"),
    ],
)
def test_the_database_itself_lets_nobody_come_back(statement: str, rule: str, story: Story) -> None:
    person = leave(story)
    with story.database.unit_of_work() as connection:
        erase(connection, person, by=None, now=story.now)
    others = {"other": story.people["xingyi.head"], "gone": person}
    given = {name: value for name, value in others.items() if f":{name}" in statement}
    with (
        pytest.raises(IntegrityError, match=f"rule {rule}"),
        story.database.unit_of_work() as connection,
    ):
        connection.execute(text(statement), given)


def test_an_account_once_erased_is_nobodys(story: Story) -> None:
    person = leave(story)
    with story.database.unit_of_work() as connection:
        erase(connection, person, by=None, now=story.now)
        with pytest.raises(InvalidInput, match="已经注销过了"):
            erase(connection, person, by=None, now=story.now)
        with pytest.raises(NotFound):
            standing.enable(connection, person, by=story.people["wangmo.head"], now=story.now)
        assert standing.find_accounts(connection, "已注销") == []


def test_a_change_about_an_erased_person_cannot_be_taken_back(story: Story) -> None:
    person = leave(story)
    with story.database.unit_of_work() as connection:
        erase(connection, person, by=None, now=story.now)
        change = connection.execute(select(ITEM.c.change_id).order_by(ITEM.c.change_id.desc()))
        newest = change.scalars().first()
    assert newest is not None
    with pytest.raises(ConditionNotMet, match="已注销"):
        Organising(story.database).undo(Asked("back", story.now), newest)
