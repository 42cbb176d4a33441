"""A restored database sends nothing until somebody releases it; nothing else is ever held up."""

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from notifications import sending_mark
from notifications.channels import Channel
from notifications.delivery import Delivered, deliver_due
from notifications.sending_mark import OTHERS_SEND, SendingMark
from tests.notifications.conftest import Desk
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW, Prefecture
from workflow.catalog import Catalog
from workflow.store.database import Database
from workflow.store.outgoing import leases, sending
from workflow.store.tables.handles import AUDIT

pytestmark = pytest.mark.notify

LATER = NOW + timedelta(hours=1)


class House:
    """A machine with a database file and a mark; `got` is what left it."""

    def __init__(self, folder: Path, place: Path) -> None:
        self.place = place
        self.database = database = Database(f"sqlite:///{place}")
        self.folder = folder
        self.mark = folder / "sending.mark"
        self.channel = Scripted()
        self.desk = Desk(database, Prefecture(database))

    def deliver(self, now: datetime = NOW) -> Delivered:
        ways: dict[str, Channel] = {"email": self.channel}
        calendar = Catalog(self.database).calendar
        mark = SendingMark(self.database, self.mark)
        return deliver_due(self.database, ways, calendar, now, mark=mark)

    def because(self) -> str | None:
        with self.database.reading() as connection:
            hold = sending.read(connection).hold
        return hold.because if hold is not None else None

    def release(self, *, drop: bool = False) -> int | None:
        with self.database.unit_of_work() as connection:
            hold = sending.read(connection).hold
            until = hold.sent_until if hold and drop else None
            return sending.release(connection, LATER, drop_until=until)

    def backed_up(self) -> Path:
        copy = self.folder / "backup.db"
        self.database.dispose()  # its last connection empties the write-ahead log
        shutil.copyfile(self.place, copy)
        return copy

    def restored(self, backup: Path) -> "House":
        """The same machine with the database of the backup, or another with an empty folder."""
        self.database.dispose()
        place = self.folder / "restored.db"
        shutil.copyfile(backup, place)
        again = House(self.folder, place)
        again.desk.definition, again.desk.serial = self.desk.definition, self.desk.serial
        return again


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    place = tmp_path / "duban.db"
    shutil.copyfile(sqlite_template, place)
    house = House(tmp_path, place)
    yield house
    house.database.dispose()


def test_after_a_restore_what_may_have_gone_waits_for_somebody(house: House) -> None:
    house.desk.owe()
    backup = house.backed_up()
    assert house.deliver().sent == 1
    again = house.restored(backup)
    assert again.deliver(LATER).sent == 0
    assert again.because() == "restored"
    assert again.deliver(LATER) == Delivered()  # and stays so
    assert again.release() == 0
    assert again.deliver(LATER).sent == 1  # all of it, once it is released
    assert again.because() is None


def test_what_may_have_gone_can_be_called_off(house: House) -> None:
    house.desk.owe()
    backup = house.backed_up()
    house.deliver()
    again = house.restored(backup)
    again.deliver(LATER)
    later = again.desk.owe(wake_at=LATER)
    assert again.release(drop=True) == 1
    assert again.deliver(LATER).sent == 1
    assert again.desk.row(later)["status"] == "sent"


def test_what_a_worker_had_in_hand_when_the_backup_was_taken_can_be_called_off(
    house: House,
) -> None:
    """It is the likeliest to have gone."""
    in_hand, due = house.desk.owe(), house.desk.owe()
    with house.database.unit_of_work() as connection:
        leases.lease_due(
            connection, NOW, 1, timedelta(minutes=15), urgencies=["urgent"], ways=("email",)
        )
    backup = house.backed_up()
    house.deliver()
    again = house.restored(backup)
    again.deliver(LATER)
    assert again.release(drop=True) == 2
    assert again.deliver(LATER).sent == 0
    assert {again.desk.row(one)["status"] for one in (in_hand, due)} == {"cancelled"}


def test_a_restore_onto_an_empty_machine_is_noticed(house: House) -> None:
    house.desk.owe()
    house.deliver()
    house.desk.owe(wake_at=LATER)
    house.mark.unlink()
    assert house.deliver(LATER).sent == 0
    assert house.because() == "new_place"
    house.release()
    assert house.deliver(LATER).sent == 1


def test_another_worker_without_a_file_is_no_restore(house: House) -> None:
    house.desk.owe()
    house.deliver()
    soon = NOW + OTHERS_SEND - timedelta(seconds=1)
    house.desk.owe(wake_at=soon)
    house.mark.unlink()
    assert house.deliver(soon).sent == 1


def test_a_restore_of_a_database_that_lost_no_sending_goes_on(house: House) -> None:
    house.desk.owe()
    house.deliver()
    house.desk.owe(wake_at=LATER)
    again = house.restored(house.backed_up())
    assert again.deliver(LATER).sent == 1


def test_a_crash_between_database_and_file_holds_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    house.desk.owe()
    house.mark.write_text('{"number": 0, "at": "2026-03-02T00:00:00+00:00"}')
    with monkeypatch.context() as patched:
        patched.setattr("notifications.sending_mark._write", dies)
        with pytest.raises(KeyboardInterrupt):
            house.deliver()
    assert house.deliver(NOW + timedelta(minutes=16)).sent == 1  # once the lease has run out


def test_a_disk_without_room_for_the_mark_holds_up_no_message(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had been claimed by then waited for a quarter of an hour once there was room."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    house.desk.owe()
    house.mark.write_text('{"number": 0, "at": "2026-03-02T00:00:00+00:00"}')
    with monkeypatch.context() as patched:
        patched.setattr("notifications.sending_mark._write", full)
        with pytest.raises(OSError, match="no room"):
            house.deliver()
    assert house.deliver().sent == 1


def test_a_mark_that_cannot_be_read_for_a_moment_is_no_restore(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent from then on until an administrator came."""

    def away(*_: object, **__: object) -> str:
        raise OSError(errno.EIO, "the folder is away")

    house.desk.owe()
    house.deliver()
    house.desk.owe(wake_at=LATER)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", away)
        with pytest.raises(OSError, match="away"):
            house.deliver(LATER)
    assert house.because() is None
    assert house.deliver(LATER).sent == 1


def test_a_worker_that_sends_while_another_looks_holds_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers of one machine share its mark: what one has just sent the other's reading of the
    database may not know yet, and that is no restore.
    """
    ours, theirs = (SendingMark(database, tmp_path / "sending.mark") for _ in range(2))
    ours.step_on(NOW)
    read = sending.read

    def read_as_they_send(connection: Connection) -> sending.Sending:
        known = read(connection)
        connection.rollback()
        theirs.step_on(NOW)
        return known

    with monkeypatch.context() as patched:
        patched.setattr(sending, "read", read_as_they_send)
        assert ours.may_send(NOW)
    assert ours.may_send(NOW)


def test_of_several_machines_the_one_that_sent_last_says_until_when(
    database: Database, tmp_path: Path
) -> None:
    """Each has a file of its own; what the second sent after the first one's last goes no more."""
    last = {"first": (100, NOW), "second": (120, LATER)}
    marks = [SendingMark(database, tmp_path / name) for name in last]
    for name, (number, at) in last.items():
        said = {"number": number, "at": at.isoformat()}
        (tmp_path / name).write_text(json.dumps(said), encoding="utf-8")
    now = LATER + timedelta(hours=1)
    assert [mark.may_send(now) for mark in marks] == [False, False]
    with database.unit_of_work() as connection:
        hold = sending.read(connection).hold
        assert hold is not None
        assert (hold.because, hold.sent_until) == ("restored", LATER)
        sending.release(connection, now, drop_until=hold.sent_until)
    assert [mark.may_send(now) for mark in marks] == [True, True]


def test_holding_and_releasing_stand_in_the_log(database: Database) -> None:
    def twice(act: Callable[[], object]) -> list[object]:
        return [act(), act()]

    def hold() -> bool:
        with database.unit_of_work() as connection:
            return sending.hold(connection, "asked", NOW)

    def release() -> int | None:
        with database.unit_of_work() as connection:
            return sending.release(connection, NOW)

    assert twice(hold) == [True, False]
    assert twice(release) == [0, None]
    with database.reading() as connection:
        query = select(AUDIT.c.data).where(AUDIT.c.kind == "setting").order_by(AUDIT.c.at)
        said = sorted(connection.execute(query).scalars())
    assert ["hold_messages" in one for one in said] == [True, False]


def test_two_workers_of_one_folder_may_note_it_at_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In containers every process has the same number."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    file, others, proper = tmp_path / "sending.mark", [2], Path.replace

    def replace(path: Path, target: Path) -> Path:
        if others:
            sending_mark._write(file, others.pop(), NOW)
        return proper(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    sending_mark._write(file, 1, NOW)
    assert sending_mark._read(file) == (1, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["sending.mark"]
