"""What `duban run` does before it serves: the database, the sample prefecture, the definitions and,
the first time, passwords for the people worth signing in as.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from api.clock import Clock, system_clock
from api.context import Duban
from api.settings import Settings
from notifications.rendering import template_keys
from workflow.catalog import Catalog
from workflow.folder import SHIPPED
from workflow.store import schema
from workflow.store.database import Database
from workflow.store.lists.queries import list_work
from workflow.store.offices.administrators import appoint, begin_with, list_administrators
from workflow.store.offices.organisation import actor_of
from workflow.store.offices.sample import enter_published_notices, is_empty, load_sample
from workflow.store.people.accounts import known_of, make_account, person_by_username
from workflow.store.people.passwords import Made, give_passwords, make_passwords
from workflow.store.people.sealing import seal_all

SAMPLE = SHIPPED / "sample"
_CAST, _ADMINISTRATORS = "cast.csv", "administrators.csv"
NARROWEST = 100
"""Columns of the table where the terminal does not say how wide it is."""
MOST_COUNTED = 50
"""What waits for somebody is counted up to here."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An installation ready to serve; `passwords` by login name, empty unless just made."""

    duban: Duban
    passwords: Mapping[str, str]

    def close(self) -> None:
        """Close every connection."""
        self.duban.close()


def prepare(settings: Settings, reset: bool, clock: Clock = system_clock) -> Prepared:
    """Bring the database up to date; fill an empty one, and only then or on `reset` make
    passwords.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url, settings.chain)
    schema.migrate(database, clock())
    with database.unit_of_work() as connection:
        fresh = is_empty(connection)
        if fresh:
            load_sample(connection, SAMPLE, clock())
        if fresh or reset:
            _appoint_sample(connection, clock())
        # somebody else's administrators are not the sample's
        known = known_of(connection, _cast())
    made = make_passwords(known) if fresh or reset else {}
    with database.unit_of_work() as connection:
        give_passwords(connection, made, clock(), one_time=False)
    Catalog(database).publish(SHIPPED, clock(), template_keys())
    return Prepared(_sealed(Duban.on(database, settings, clock)), _shown(made))


def begin(settings: Settings, login: str, name: str, clock: Clock = system_clock) -> Prepared:
    """Bring the database up to date and make its first administrator, with a one-time password.

    Raises NotAppointed where there has been an administrator, InvalidInput for the names.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url, settings.chain)
    schema.migrate(database, clock())
    now, made = clock(), make_passwords([login])
    with database.unit_of_work() as connection:
        begin_with(connection, make_account(connection, login, name), now)
        give_passwords(connection, made, now, one_time=True)
        if is_empty(connection):
            enter_published_notices(connection, now)
    Catalog(database).publish(SHIPPED, now, template_keys())
    return Prepared(_sealed(Duban.on(database, settings, clock)), _shown(made))


def _shown(made: Mapping[str, Made]) -> dict[str, str]:
    return {login: one.password for login, one in made.items()}


def _sealed(duban: Duban) -> Duban:
    """The installation with its key made, and sealed what is from before there was one."""
    sealer = duban.sealer
    with duban.database.unit_of_work() as connection:
        seal_all(connection, sealer)
    return duban


def _cast() -> dict[str, str]:
    """Who is worth signing in as: login name and what that person does."""
    return {
        row["username"]: row["story"] for name in (_CAST, _ADMINISTRATORS) for row in _rows(name)
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _appoint_sample(connection: Connection, now: datetime) -> None:
    """The three administrators (三员) of the sample, where there has been none; the one of security
    appoints the others.
    """
    if list_administrators(connection):
        return
    people = {
        row["role"]: make_account(connection, row["username"], row["name"])
        for row in _rows(_ADMINISTRATORS)
    }
    first = people.pop("security")
    begin_with(connection, first, now)
    for role, person in people.items():
        appoint(connection, person, role, by=first, now=now)


def waiting_for(duban: Duban, usernames: Iterable[str]) -> dict[str, int]:
    """How many cases wait for each of these people, as far as is counted; those for whom something
    waits come first, so that whoever signs in as the first finds something to do.
    """
    found: dict[str, int] = {}
    with duban.database.reading() as connection:
        for name in usernames:
            actor = actor_of(connection, person_by_username(connection, name), duban.clock())
            found[name] = len(list_work(connection, actor, limit=MOST_COUNTED).rows)
    return dict(sorted(found.items(), key=lambda one: one[1] == 0))


def show_passwords(prepared: Prepared) -> None:
    """Print who can sign in; this is the only time that the passwords are seen."""
    from rich.console import Console  # only the first start prints a table
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=NARROWEST + 20)
    table = Table(title="可以登录的示例人员（口令只显示这一次）", title_justify="left")
    table.add_column("登录名", no_wrap=True)
    table.add_column("口令", no_wrap=True)
    table.add_column("待办", justify="right")
    table.add_column("能做什么", overflow="fold")
    cast = _cast()
    for username, waiting in waiting_for(prepared.duban, prepared.passwords).items():
        table.add_row(username, prepared.passwords[username], f"{waiting} 件", cast[username])
    console.print(table)
    console.print(
        "这些口令供试用，可多次登录，首次登录不必更换；正式使用请另设数据目录，运行 duban init"
    )
