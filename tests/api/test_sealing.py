"""Secrets of authenticators lie sealed: a copy of the database alone opens no second factor."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from api.cli.first_run import begin
from api.clock import SimulatedClock
from api.context import Duban
from api.sealing_key import NoKey, sealer_of
from api.settings import BadSetting, Settings
from tests.api.callers import ON_SQLITE, refused
from tests.api.doors import HEAD, LIAISON, given, sign_in
from tests.api.test_second_factor import Phone, give
from workflow.store.people import second_factor
from workflow.store.people.accounts import person_by_username
from workflow.store.people.sealing import MARK, CannotUnseal, Sealer, seal_all
from workflow.store.tables.handles import FACTOR

pytestmark = pytest.mark.rights


def stored(duban: Duban) -> list[str]:
    with duban.database.reading() as connection:
        return list(connection.execute(select(FACTOR.c.secret)).scalars())


def test_nothing_that_is_stored_tells_a_secret(duban: Duban) -> None:
    phones = [Phone(duban, LIAISON), Phone(duban, HEAD)]
    rows = stored(duban)
    assert len(rows) == len(phones)
    assert all(row.startswith(MARK) for row in rows)
    assert not any(phone.secret in row for phone in phones for row in rows)
    assert duban.sealer.seal("x", 1) != duban.sealer.seal("x", 1)


def test_a_secret_from_before_there_was_a_key_is_sealed_and_goes_on_counting(
    duban: Duban, clock: SimulatedClock
) -> None:
    phone = Phone(duban)
    with duban.database.unit_of_work() as connection:
        connection.execute(update(FACTOR).values(secret=phone.secret, last_step=0))
        person = person_by_username(connection, LIAISON)
        assert second_factor.code_is_right(connection, duban.sealer, person, phone.code(), clock())
        connection.execute(update(FACTOR).values(last_step=0))
        assert seal_all(connection, duban.sealer) == 1
        assert seal_all(connection, duban.sealer) == 0
        assert second_factor.code_is_right(connection, duban.sealer, person, phone.code(), clock())
    assert stored(duban)[0].startswith(MARK)


def test_a_sealed_secret_opens_with_its_key_and_for_its_person_alone(duban: Duban) -> None:
    sealed = duban.sealer.seal("JBSWY3DP", 7)
    assert duban.sealer.open(sealed, 7) == "JBSWY3DP"
    for sealer, person in ((duban.sealer, 8), (Sealer(b"another key of some length"), 7)):
        with pytest.raises(CannotUnseal):
            sealer.open(sealed, person)
    assert "key" not in repr(duban.sealer)


@ON_SQLITE
def test_with_another_key_a_code_is_refused_and_a_recovery_code_lets_in(
    client: TestClient, duban: Duban
) -> None:
    password, phone = given(duban, LIAISON), Phone(duban)
    duban.settings.secrets_key.write_text("another key, by mistake\n", encoding="ascii")
    sign_in(client, password)
    assert "恢复码" in refused(give(client, phone.code(1)), 503, "cannot_unseal")
    sign_in(client, password)
    assert give(client, phone.recovery_codes[0]).status_code == 200


# The key


def test_the_key_is_made_once_and_is_nobody_elses_to_read(duban: Duban) -> None:
    file = duban.settings.secrets_key
    assert not file.exists()
    first = duban.sealer
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert duban.sealer == first
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_second_machine_asks_for_the_key_instead_of_making_another(
    duban: Duban, tmp_path: Path
) -> None:
    Phone(duban)
    elsewhere = tmp_path / "elsewhere" / "secrets.key"
    with pytest.raises(NoKey, match="找不到密钥文件"):
        sealer_of(elsewhere, duban.database)
    assert not elsewhere.exists()


@ON_SQLITE
def test_whoever_signs_in_without_the_key_reads_nothing_of_the_server(
    client: TestClient, duban: Duban
) -> None:
    password, phone = given(duban, LIAISON), Phone(duban)
    duban.settings.secrets_key.unlink()
    sign_in(client, password)
    said = refused(give(client, phone.code(1)), 503, "no_key")
    assert "请联系系统管理员" in said
    assert str(duban.settings.secrets_key.parent) not in said


def test_the_setting_names_the_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    with pytest.raises(BadSetting, match="DUBAN_SECRETS_KEY"):
        Settings.read({"DUBAN_SECRETS_KEY": str(file)})
    file.write_text("0123456789abcdef", encoding="ascii")
    assert Settings.read({"DUBAN_SECRETS_KEY": str(file)}).secrets_key == file


def test_a_new_installation_has_its_key_from_the_start(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    data = tmp_path / "new"
    settings = replace(Settings(data=data), database_url=f"sqlite:///{data / 'duban.db'}")
    begin(settings, "wei.anquan", "魏安", clock).close()
    assert (data / "secrets.key").stat().st_size >= 64
