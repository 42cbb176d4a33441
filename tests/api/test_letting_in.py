"""The only security administrator has lost password and phone: a command on the server lets them in
again, and the log says so.
"""

import json
import re
from pathlib import Path

from sqlalchemy import select

from api.cli.first_run import begin
from api.settings import Settings
from tests.api.test_cli import data, duban
from tests.api.test_second_factor import Phone
from workflow.store.database import Database
from workflow.store.people.accounts import account_of
from workflow.store.people.passwords import password_is_right
from workflow.store.people.profiles import DENGBAO3
from workflow.store.people.throttling import begin_try, key_of_account
from workflow.store.tables.handles import AUDIT, FACTOR, FAILURE

__all__ = ["data"]

LOGIN = "wei.anquan"


def test_who_lets_everybody_in_is_let_in_on_the_server(data: Path) -> None:
    prepared = begin(
        Settings(data=data, database_url=f"sqlite:///{data / 'duban.db'}"), LOGIN, "魏安"
    )
    Phone(prepared.duban, LOGIN)
    with prepared.duban.database.unit_of_work() as connection:
        tried = {key_of_account(LOGIN): DENGBAO3.per_account}
        while begin_try(connection, tried, prepared.duban.clock()) is None:
            pass  # until one has to wait
    prepared.close()
    done = duban(data, "org", "let-in", LOGIN)
    assert done.returncode == 0, done.stderr
    (password,) = re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", done.stdout)
    database = Database(f"sqlite:///{data / 'duban.db'}")
    with database.reading() as connection:
        account = account_of(connection, LOGIN)
        assert account is not None
        assert account.one_time_until is not None
        assert password_is_right(account, password, prepared.duban.clock())
        assert connection.execute(select(FACTOR)).all() == []
        assert connection.execute(select(FAILURE)).all() == []
        rows = connection.execute(
            select(AUDIT.c.person_id, AUDIT.c.subject_id, AUDIT.c.data)
            .where(AUDIT.c.kind == "right")
            .order_by(AUDIT.c.strand, AUDIT.c.seq)
        ).all()
    database.dispose()
    assert (None, account.person) in {
        row[:2] for row in rows if json.loads(row.data) == {"act": "let-in"}
    }


def test_nobody_else_comes_in_that_way(furnished: Path) -> None:
    done = duban(furnished, "org", "let-in", "xingyi.head")
    assert done.returncode == 1
    assert "只有安全管理员可以这样找回账号" in done.stderr
    assert not done.stdout
